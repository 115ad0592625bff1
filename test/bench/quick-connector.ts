import { createHash } from 'node:crypto';
import type { FoundRun, Release, RunStatus } from '../../src/connectors/contract';
import type { ServicesByName } from '../../src/connectors/machine/by-name';

/** An outside system that answers at once and from memory, so that only Gavel is measured: every service is healthy, every run succeeds. */
export function createQuickConnector(): ServicesByName {
  const runMs = 50;
  const begun = Date.now();
  const runs = new Map<
    string,
    { readonly id: string; readonly target: string; readonly version: string; readonly at: number }
  >();
  const running = new Map<string, { readonly version: string; readonly commit: string; readonly since: number }>();
  const wells = { p50Ms: 10, p95Ms: 20, errorPercent: 0, requestsPerSecond: 10 };

  function statusOf(id: string): RunStatus | undefined {
    const run = runs.get(id);
    if (!run) return undefined;
    const over = Date.now() >= run.at + runMs;
    if (over) running.set(run.target, { ...releaseOf(run.version), since: run.at + runMs });
    return {
      id,
      state: over ? 'succeeded' : 'running',
      steps: [{ name: 'deploy', state: over ? 'done' : 'running', detail: '' }],
      progress: over ? 1 : 0.5,
      startedAt: run.at,
      ...(over ? { endedAt: run.at + runMs } : {}),
      lastLines: [],
      logReadAt: Date.now(),
    };
  }

  return {
    sourceControl: {
      releases: async () => ['1.0.2', '1.0.1'].map(releaseOf),
      release: async (_, version) => releaseOf(version),
      commitsBetween: async () => ({ commits: [], direction: 'forward' }),
    },
    environments: {
      running: async (service, environment) => running.get(`${service} ${environment}`),
    },
    pipelines: {
      async startRun({ key, service, environment, version }) {
        if (!runs.has(key)) runs.set(key, { id: key, target: `${service} ${environment}`, version, at: Date.now() });
        return { id: key };
      },
      findRun: async ({ key }): Promise<FoundRun> => (runs.has(key) ? { found: 'run', id: key } : { found: 'none' }),
      runStatus: async (id) => statusOf(id),
      cancelRun: async () => undefined,
      runLog: async () => [],
    },
    metrics: {
      probe: async () => ({ at: Date.now(), answers: true }),
      figures: async () => ({ at: Date.now(), ...wells }),
      history: async () => [],
      answeringSince: async () => ({ well: true, since: begun }),
    },
    check: async () => [],
    close: async () => undefined,
  };
}

function releaseOf(version: string): Release {
  return { version, commit: createHash('sha1').update(version).digest('hex'), createdAt: 1_760_000_000_000 };
}
