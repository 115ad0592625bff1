import type {
  Bound,
  FoundRun,
  RunStatus,
  Systems,
  TestReport,
  TestRunner,
  TestStart,
} from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import type { ConnectorFailure } from '../../../src/core/errors';
import type { Clock } from '../../../src/core/time/clock';

/** A test runner in memory that can fail, for tests of chat: connectors are tested with real ones. */

type Method = 'start' | 'findStart' | 'runStatus';

export interface MemoryTests {
  readonly runner: Bound<TestRunner>;
  /** Every start, in order. */
  readonly starts: TestStart[];
  /** What the next calls of these methods do: fail, or fail after doing it. */
  readonly faults: { readonly method: Method; readonly failure: ConnectorFailure; readonly after?: true }[];
  /** What `findStart` answers instead of the truth. */
  findAnswer: FoundRun | undefined;
  /** The runs that somebody asked to stop. */
  readonly canceled: string[];
  picture: Uint8Array | undefined;
  /** Says how the newest run is now. */
  tell(more: Partial<RunStatus>, report?: TestReport): void;
}

const failed = { id: 'shop.smoke shows the cart', name: 'shows the cart', outcome: 'failed', attempts: 1 } as const;

/** One failed test of five. */
export const failedReport: TestReport = {
  ...{ total: 5, passed: 3, failed: 1, flaky: 0, skipped: 1, durationMs: 2_000 },
  cases: [{ ...failed, message: 'the cart has 2 products', detail: [], durationMs: 100, picture: 'cart.png' }],
};

/** Nothing failed. */
export const passedReport: TestReport = {
  ...{ total: 5, passed: 5, failed: 0, flaky: 0, skipped: 0, durationMs: 2_000, cases: [] },
};

export function createMemoryTests(clock: Clock): MemoryTests {
  const runs = new Map<string, { status: RunStatus; report: TestReport | undefined }>();
  const keys = new Map<string, string>();
  const memory: Omit<MemoryTests, 'runner'> = {
    ...{ starts: [], faults: [], findAnswer: undefined, canceled: [], picture: undefined },
    tell(more, report) {
      const [id, run] = [...runs].at(-1) ?? [];
      if (id === undefined || !run) throw new Error('Nothing was started');
      const isOver = more.state === 'succeeded' || more.state === 'failed' || more.state === 'canceled';
      const ended = isOver ? { endedAt: clock.now() } : {};
      runs.set(id, { status: { ...run.status, ...ended, ...more }, report: report ?? run.report });
    },
  };

  function answer<T>(method: Method, act: () => T): T {
    const at = memory.faults.findIndex((each) => each.method === method);
    const [fault] = at === -1 ? [] : memory.faults.splice(at, 1);
    if (fault && !fault.after) throw new ConnectorError('tests', fault.failure, 'as the test says');
    const result = act();
    if (fault) throw new ConnectorError('tests', fault.failure, 'as the test says');
    return result;
  }

  const runner: Bound<TestRunner> = {
    connection: 'tests',
    suites: async () => [
      { name: 'smoke', title: 'Smoke test', canRerunFailed: true },
      { name: 'checkout', title: 'Checkout', canRerunFailed: false },
    ],
    start: async (start) =>
      answer('start', () => {
        const known = keys.get(start.key);
        if (known !== undefined) return { id: known };
        memory.starts.push(start);
        const id = `run-${runs.size + 1}`;
        keys.set(start.key, id);
        const status: RunStatus = {
          ...{ id, state: 'running', steps: [], progress: 0, startedAt: clock.now() },
          ...{ lastLines: ['passed  shows the cart'], logReadAt: clock.now() },
        };
        runs.set(id, { status, report: undefined });
        return { id };
      }),
    findStart: async ({ key }) =>
      answer('findStart', () => {
        const id = keys.get(key);
        return memory.findAnswer ?? (id === undefined ? { found: 'none' } : { found: 'run', id });
      }),
    runStatus: async (id) => answer('runStatus', () => runs.get(id)?.status),
    cancelRun: async (id) => {
      memory.canceled.push(id);
      memory.tell({ state: 'canceled' });
    },
    runLog: async (id) => runs.get(id)?.status.lastLines.slice() ?? [],
    report: async (id) => runs.get(id)?.report,
    picture: async () => memory.picture,
  };
  return Object.assign(memory, { runner });
}

/** These systems, with these suites for the shop. */
export function withTests(systems: Systems, { runner }: MemoryTests): Systems {
  return {
    ...systems,
    tests: (service) => (service === 'shop' ? runner : undefined),
    testsOf: (connection) => (connection === runner.connection ? runner : undefined),
  };
}
