import type {
  Bound,
  DescribedPipeline,
  FoundRun,
  PipelineSource,
  PipelineStart,
  RunStatus,
  Systems,
} from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import type { Clock } from '../../../src/core/time/clock';

/** Pipelines in memory: what they ask for, and every outcome, is set by the test. */
export interface MemoryPipelines {
  readonly offered: Map<string, DescribedPipeline>;
  readonly starts: PipelineStart[];
  readonly runs: Map<string, RunStatus>;
  readonly canceled: string[];
  log: string[];
  /** Thrown by the next call of a method; `after` once it has acted. */
  readonly faults: {
    method: 'list' | 'describe' | 'start' | 'findStart' | 'runStatus';
    failure: ConnectorError['failure'];
    after?: boolean;
  }[];
  /** The answer of `findStart` if it's set, whatever is known. */
  findAnswer: FoundRun | undefined;
  /** Changes what the newest run says of itself. */
  tell(status: Partial<RunStatus>): void;
  readonly source: Bound<PipelineSource>;
}

const nightly: DescribedPipeline = {
  id: 'nightly',
  title: 'Nightly build',
  parameters: [
    { name: 'branch', type: 'text', initial: 'main', isRequired: true, description: 'What is built' },
    { name: 'count', type: 'number', isRequired: false },
    { name: 'clean', type: 'boolean', initial: false, isRequired: false },
    { name: 'where', type: 'choice', choices: ['staging', 'production'], isRequired: true },
    { name: 'suites', type: 'choices', choices: ['unit', 'slow, but thorough'], initial: ['unit'], isRequired: false },
    { name: 'token', type: 'secret', isRequired: false },
  ],
};
const docs: DescribedPipeline = { id: 'docs-publish', title: 'Publish the docs', parameters: [] };

export function createMemoryPipelines(clock: Pick<Clock, 'now'>, connection = 'local'): MemoryPipelines {
  const runs = new Map<string, RunStatus>();
  const starts: PipelineStart[] = [];
  const canceled: string[] = [];
  const faults: MemoryPipelines['faults'] = [];
  const offered = new Map([nightly, docs].map((each) => [each.id, each]));

  function acting<T>(method: (typeof faults)[number]['method'], act: () => T): T {
    const index = faults.findIndex((fault) => fault.method === method);
    const fault = index >= 0 ? faults.splice(index, 1)[0] : undefined;
    if (fault && !fault.after) throw new ConnectorError('memory', fault.failure, `${method} failed`);
    const result = act();
    if (fault) throw new ConnectorError('memory', fault.failure, `${method} failed after it had acted`);
    return result;
  }

  const pipelines: MemoryPipelines = {
    ...{ offered, starts, runs, canceled, faults },
    log: ['building', 'error: out of disk space'],
    findAnswer: undefined,
    tell(status) {
      const [id, last] = [...runs].at(-1) ?? [];
      if (id !== undefined && last) runs.set(id, { ...last, logReadAt: clock.now(), ...status });
    },
    source: {
      connection,
      list: async () => acting('list', () => [...offered.values()].map(({ id, title }) => ({ id, title }))),
      describe: async (id) => acting('describe', () => offered.get(id)),
      start: async (start) =>
        acting('start', () => {
          const id = `run-${start.key}`;
          if (!runs.has(id)) {
            starts.push(start);
            const steps = ['fetch', 'build', 'publish'].map((name, index) =>
              index === 0
                ? { name, state: 'running' as const, detail: '', startedAt: clock.now() }
                : { name, state: 'waiting' as const, detail: '' },
            );
            const base = { startedAt: clock.now(), lastLines: ['fetching'], logReadAt: clock.now() };
            runs.set(id, { id, state: 'running', steps, progress: 0.1, ...base });
          }
          return { id };
        }),
      findStart: async ({ key }) =>
        acting('findStart', () => {
          if (pipelines.findAnswer) return pipelines.findAnswer;
          return runs.has(`run-${key}`) ? { found: 'run', id: `run-${key}` } : { found: 'none' };
        }),
      runStatus: async (id) => acting('runStatus', () => runs.get(id)),
      cancelRun: async (id) => void canceled.push(id),
      runLog: async (_id, most) => pipelines.log.slice(-most),
    },
  };
  return pipelines;
}

/** These systems, with the pipelines as their only ones. */
export function withPipelines(systems: Systems, { source }: MemoryPipelines): Systems {
  return {
    ...systems,
    pipelineSources: () => [source],
    pipelineSource: (connection) => (connection === source.connection ? source : undefined),
  };
}
