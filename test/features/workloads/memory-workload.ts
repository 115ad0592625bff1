import type { Bound, Pod, Systems, Workload, WorkloadResult, WorkloadStatus } from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import type { ConnectorFailure } from '../../../src/core/errors';
import type { Clock } from '../../../src/core/time/clock';

/** What the shop runs as, in memory, for tests of chat: connectors are tested with real ones. */
export interface MemoryWorkload {
  readonly workload: Bound<Workload>;
  /** Undefined: it isn’t there. */
  status: WorkloadStatus | undefined;
  /** The logs by pod; `previous` of a pod is the log before its restart. */
  readonly logs: Map<string, readonly string[]>;
  /** Every act that reached it, in order: `scale shop/1 3→4`. */
  readonly acts: string[];
  /** What the next acts do: fail, or fail after doing it. */
  readonly faults: { readonly failure: ConnectorFailure; readonly after?: true }[];
  /** What it answers instead of acting. */
  refusal: string | undefined;
}

const minuteMs = 60_000;

export function createMemoryWorkload(clock: Clock): MemoryWorkload {
  const keys = new Set<string>();
  const memory: Omit<MemoryWorkload, 'workload'> = {
    ...{ status: runningStatus(clock.now()), logs: new Map(), acts: [], faults: [], refusal: undefined },
  };

  async function act(key: string, what: string): Promise<WorkloadResult> {
    if (memory.refusal !== undefined) return { outcome: 'refused', why: memory.refusal };
    const fault = memory.faults.shift();
    const fail = (): never => {
      throw new ConnectorError('cluster', fault?.failure ?? 'unclear', 'as the test says');
    };
    if (fault && !fault.after) fail();
    if (!keys.has(key)) memory.acts.push(what);
    keys.add(key);
    if (fault) fail();
    return { outcome: 'done' };
  }

  const workload: Bound<Workload> = {
    connection: 'cluster',
    status: async () => memory.status,
    podLog: async (pod, maximumLines, which) =>
      memory.logs.get(which === 'previous' ? `${pod} before` : pod)?.slice(-maximumLines),
    scale: ({ key, from, to }) => act(key, `scale ${from} to ${to}`),
    undo: ({ key, revision, liveRevision }) => act(key, `undo ${liveRevision} to ${revision}`),
    evict: ({ key, pod }) => act(key, `evict ${pod}`),
  };
  return Object.assign(memory, { workload });
}

/** Three pods, all ready, the third revision live. */
export function runningStatus(now: number, more: Partial<WorkloadStatus> = {}): WorkloadStatus {
  return {
    ...{ name: 'deployment shop in web', rollout: { state: 'done' }, wanted: 3, ready: 3, updated: 3, podCount: 3 },
    revisions: [
      { number: 3, version: '2.14.0', since: now - 90 * minuteMs, isLive: true },
      { number: 2, version: '2.13.2', since: now - 2_000 * minuteMs, isLive: false },
      { number: 1, version: '2.13.1', since: now - 9_000 * minuteMs, isLive: false },
    ],
    pods: ['x2k4q', 'b7fzt', 'n9w5c'].map((end) => podNamed(`shop-7d9f8-${end}`, now)),
    events: [],
    ...more,
  };
}

export function podNamed(name: string, now: number, more: Partial<Pod> = {}): Pod {
  return {
    ...{ name, id: `id-of-${name}`, state: 'ready', restarts: 0, startedAt: now - 90 * minuteMs },
    ...{ node: 'node-3', version: '2.14.0' },
    ...more,
  };
}

/** These systems, with this workload for the shop. */
export function withWorkload(systems: Systems, { workload }: MemoryWorkload): Systems {
  return {
    ...systems,
    workload: (service) => (service === 'shop' ? workload : undefined),
    titleOf: (connection) => (connection === workload.connection ? 'Kubernetes' : systems.titleOf(connection)),
  };
}
