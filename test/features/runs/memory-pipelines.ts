import type {
  ApprovalDecision,
  ApprovalSource,
  Bound,
  DescribedPipeline,
  FoundRun,
  OnBehalfOf,
  PipelineSource,
  PipelineStart,
  Rerun,
  RunDecision,
  RunStatus,
  Systems,
  WaitingRun,
} from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import type { Clock } from '../../../src/core/time/clock';

/** Pipelines in memory: what they ask for, and every outcome, is set by the test. */
export interface MemoryPipelines {
  readonly offered: Map<string, DescribedPipeline>;
  readonly starts: PipelineStart[];
  readonly reruns: Rerun[];
  readonly runs: Map<string, RunStatus>;
  readonly canceled: string[];
  log: string[];
  /** Thrown by the next call of a method; `after` once it has acted. */
  readonly faults: {
    method: 'list' | 'describe' | 'start' | 'findStart' | 'runStatus' | 'waiting' | 'decide';
    failure: ConnectorError['failure'];
    after?: boolean;
  }[];
  /** The answer of `findStart` if it's set, whatever is known. */
  findAnswer: FoundRun | undefined;
  /** Changes what the newest run says of itself. */
  tell(status: Partial<RunStatus>): void;
  readonly source: Bound<PipelineSource>;
  readonly waits: Map<string, WaitingRun>;
  /** Every decision that arrived, in order. */
  readonly decided: (ApprovalDecision & {
    readonly run: string;
    readonly step: string;
    readonly by: OnBehalfOf;
    readonly key: string;
  })[];
  readonly approvals: Bound<ApprovalSource>;
  /** This run waits from now on; it's created if there is none. */
  wait(run: WaitingRun): void;
  /** Somebody decides one of its steps in the tool; it goes on, and is told unless `isTold` is false. */
  decideThere(run: string, decision: RunDecision, isTold?: boolean): void;
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
  const reruns: Rerun[] = [];
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
    ...{ offered, starts, reruns, runs, canceled, faults },
    log: ['building', 'error: out of disk space'],
    findAnswer: undefined,
    waits: new Map(),
    decided: [],
    wait(run) {
      pipelines.waits.set(run.id, run);
      const usual = { id: run.id, steps: [], progress: 0.5, startedAt: clock.now(), lastLines: [] };
      const known = runs.get(run.id) ?? { ...usual, logReadAt: clock.now() };
      runs.set(run.id, { ...known, state: 'waiting', approvals: run.approvals });
    },
    decideThere(id, decision, isTold = true) {
      const run = pipelines.waits.get(id);
      const known = runs.get(id);
      if (!run || !known) throw new Error(`${id} doesn’t wait`);
      const approvals = run.approvals.filter((each) => each.id !== decision.approval);
      if (approvals.length === 0) pipelines.waits.delete(id);
      else pipelines.waits.set(id, { ...run, approvals });
      const decisions = [...(known.decisions ?? []), ...(isTold ? [decision] : [])];
      runs.set(id, { ...known, state: approvals.length === 0 ? 'running' : 'waiting', approvals, decisions });
    },
    approvals: {
      connection,
      waiting: async () => acting('waiting', () => [...pipelines.waits.values()]),
      decide: async (run, step, decision, by, key) =>
        acting('decide', () => {
          if (!pipelines.waits.get(run)?.approvals.some(({ id }) => id === step)) return 'already decided';
          pipelines.decided.push({ run, step, by, key, ...decision });
          const { approves, comment } = decision;
          pipelines.decideThere(run, { approval: step, approves, by: 'gavel-bot', at: clock.now(), comment });
          return 'decided';
        }),
    },
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
      rerun: async (rerun) =>
        acting('start', () => {
          const again = { id: `${rerun.id}#${rerun.attempt + 1}`, attempt: rerun.attempt + 1 };
          reruns.push(rerun);
          const base = { startedAt: clock.now(), lastLines: [], logReadAt: clock.now() };
          runs.set(again.id, { ...again, state: 'running', steps: [], progress: 0, ...base });
          return { id: again.id };
        }),
      findRerun: async ({ id, attempt }) =>
        acting('findStart', () => {
          const again = `${id}#${attempt + 1}`;
          return runs.has(again) ? { found: 'run', id: again } : { found: 'none' };
        }),
      runStatus: async (id) => acting('runStatus', () => runs.get(id)),
      cancelRun: async (id) => void canceled.push(id),
      runLog: async (_id, most) => pipelines.log.slice(-most),
    },
  };
  return pipelines;
}

/** These systems, with the pipelines as their only ones. */
export function withPipelines(systems: Systems, { source, approvals }: MemoryPipelines): Systems {
  return {
    ...systems,
    approvalSources: () => [approvals],
    approvalSource: (connection) => (connection === approvals.connection ? approvals : undefined),
    pipelineSources: () => [source],
    pipelineSource: (connection) => (connection === source.connection ? source : undefined),
  };
}
