import type { Person } from '../../chat/contract';
import type { RunStatus } from '../../connectors/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { cleanText } from '../../core/text';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../workflows';
import { finalTestStates } from './contract';
import type {
  KeptPicture,
  KeptReport,
  RequestedTests,
  SuitePlace,
  TestedRelease,
  TestRun,
  TestState,
} from './contract';

/** The life of a test run: `starting -> running -> passed`, or how else it ended. Pure. */

export type TestEvent =
  | { readonly type: 'request'; readonly tests: RequestedTests }
  | { readonly type: 'try'; readonly live: TestedRelease | undefined }
  | { readonly type: 'found'; readonly runId: string }
  | { readonly type: 'fail'; readonly reason: string }
  | { readonly type: 'lose'; readonly reason: string }
  | {
      readonly type: 'see';
      readonly run: RunStatus;
      readonly report?: KeptReport | undefined;
      readonly picture?: KeptPicture | undefined;
      /** What is live now; read once it has ended. */
      readonly live?: TestedRelease | undefined;
    }
  | { readonly type: 'see nothing' }
  | { readonly type: 'cancel'; readonly by: Person }
  | { readonly type: 'settle'; readonly as: 'again' | 'not'; readonly by: Person };

type TestEffect = { readonly kind: 'card' | 'start' | 'stop' | 'tell' | 'end'; readonly topic?: string };
export type TestChange = Change<TestRun, TestEffect>;
type Context = Pick<Circumstance, 'now'>;

const lookEveryMs = 1_000;
const slowestLookMs = 15_000;
/** After so many looks without an answer, people are told that the system doesn't respond. */
export const silentLooks = 3;

/** What runs of one suite have in common: `shop/staging/smoke`. */
export function suiteAddress({ service, environment, suite }: SuitePlace): string {
  return `${service}/${environment}/${suite}`;
}

export const testWorkflow = defineWorkflow({
  name: 'tests',
  keyPrefix: 'test-run',
  collection: {
    name: 'test-runs',
    schema: 1,
    indexes: {
      number: ({ number }) => number,
      startedAt: ({ startedAt }) => startedAt,
      service: ({ service }) => service,
      suite: suiteAddress,
    },
    queries: [
      { where: ['number'] },
      { orderBy: 'startedAt' },
      { where: ['service'], orderBy: 'startedAt' },
      { where: ['suite'], orderBy: 'startedAt' },
    ],
    expiresAt: (run) => (isTestOver(run) ? run.stateSince + defaultRetentionMs('testRuns') : undefined),
  },
  transition: testTransition,
  isOver: isTestOver,
});

export function isTestOver({ state }: Pick<TestRun, 'state'>): boolean {
  return finalTestStates.some((each) => each === state);
}

/** The key of its current start. */
export function startKey(id: string, { starts }: TestRun): string {
  return `tests:${id}:${starts}`;
}

/** Undefined if it changes nothing. */
function testTransition(run: TestRun | undefined, event: TestEvent, { now }: Context): TestChange | undefined {
  const change =
    event.type === 'request' ? requested(run, event.tests, now) : run && !isTestOver(run) && next(run, event, now);
  return change ? { ...change, record: { ...change.record, wakeAt: nextLookAt(change.record, now) } } : undefined;
}

/** Only the newest state matters. */
const card: TestEffect = { kind: 'card', topic: 'card' };
const start: TestEffect = { kind: 'start' };
const stop: TestEffect = { kind: 'stop' };
const tell: TestEffect = { kind: 'tell' };
const end: TestEffect = { kind: 'end' };

function requested(known: TestRun | undefined, tests: RequestedTests, now: number): TestChange | undefined {
  if (known) return undefined;
  const record: TestRun = { ...tests, state: 'starting', stateSince: now, startedAt: now, starts: 1 };
  return { record, effects: [audit(record, tests.rerunOf ? 'rerun' : 'started', tests.requester, now), card, start] };
}

function next(run: TestRun, event: Exclude<TestEvent, { readonly type: 'request' }>, now: number) {
  switch (event.type) {
    case 'try':
      return run.state === 'starting' && run.triedAt === undefined
        ? { record: { ...run, triedAt: now, before: event.live } }
        : undefined;
    case 'found':
      return run.runId === undefined ? found(run, event.runId, now) : undefined;
    case 'fail':
      return run.state === 'starting' ? ended(run, 'failed', { reason: event.reason }, now) : undefined;
    case 'lose':
      return run.state === 'unclear' ? undefined : lost(run, event.reason, now);
    case 'see':
      return seen(run, event, now);
    case 'see nothing':
      return unseen(run);
    case 'cancel':
      return canceling(run, event.by, now);
    case 'settle':
      return run.state === 'unclear' ? settled(run, event, now) : undefined;
  }
}

function found(run: TestRun, runId: string, now: number): TestChange {
  const record: TestRun = { ...run, state: 'running', stateSince: now, runId, reason: undefined, looksFailed: 0 };
  return { record, effects: [card, ...(run.cancelRequestedBy ? [stop] : [])] };
}

function lost(run: TestRun, reason: string, now: number): TestChange {
  return { record: { ...run, state: 'unclear', stateSince: now, reason }, effects: [card, tell] };
}

function seen(run: TestRun, event: Extract<TestEvent, { readonly type: 'see' }>, now: number): TestChange | undefined {
  if (run.state !== 'running' && run.state !== 'unclear') return undefined;
  const { run: status, report, picture, live } = event;
  const record: TestRun = { ...run, run: status, looksFailed: 0 };
  const isSame = live !== undefined && run.before?.commit === live.commit;
  const result: TestRun = { ...record, report, picture, release: isSame ? live : undefined };
  switch (status.state) {
    case 'succeeded':
      return ended(result, 'passed', {}, now);
    case 'failed':
      return ended(result, 'failed', { reason: status.reason }, now);
    case 'canceled':
    case 'superseded':
      return ended(record, 'canceled', { reason: status.reason }, now);
    default:
      return {
        record: { ...record, state: 'running', reason: undefined },
        ...(looksAlike(run, status) ? {} : { effects: [card] }),
      };
  }
}

/** The card says so once the system has been silent for some time. */
function unseen(run: TestRun): TestChange {
  const looksFailed = (run.looksFailed ?? 0) + 1;
  return { record: { ...run, looksFailed }, ...(looksFailed === silentLooks ? { effects: [card] } : {}) };
}

/** Whether its card would say the same. */
function looksAlike({ run, state, looksFailed = 0 }: TestRun, status: RunStatus): boolean {
  const words = ({ state: of, progress, reason, lastLines }: RunStatus): string =>
    JSON.stringify([of, Math.round(progress * 50), reason, lastLines.at(-1)]);
  return run !== undefined && state === 'running' && looksFailed < silentLooks && words(run) === words(status);
}

function canceling(run: TestRun, by: Person, now: number): TestChange | undefined {
  if (run.cancelRequestedBy || run.state === 'unclear') return undefined;
  const record = { ...run, cancelRequestedBy: by };
  const line = audit(record, 'canceled', by, now);
  if (run.runId !== undefined) return { record, effects: [line, card, stop] };
  // Nothing was sent yet, so nothing will be.
  if (run.triedAt === undefined) {
    const over = ended(record, 'canceled', { endedBy: by }, now);
    return { ...over, effects: [line, ...(over.effects ?? [])] };
  }
  return { record, effects: [line, card] };
}

function settled(run: TestRun, { as, by }: Extract<TestEvent, { readonly type: 'settle' }>, now: number): TestChange {
  const line = audit(run, as === 'again' ? 'started again' : 'closed', by, now);
  if (as === 'not') {
    const over = ended(run, 'canceled', { endedBy: by, reason: undefined }, now);
    return { ...over, effects: [line, ...(over.effects ?? [])] };
  }
  const { cancelRequestedBy: _, ...rest } = run;
  const fresh = { triedAt: undefined, runId: undefined, run: undefined, reason: undefined, looksFailed: 0 };
  const record: TestRun = { ...rest, ...fresh, state: 'starting', stateSince: now, starts: run.starts + 1 };
  return { record, effects: [line, card, start] };
}

function ended(
  run: TestRun,
  state: Extract<TestState, 'passed' | 'failed' | 'canceled'>,
  how: Pick<TestRun, 'reason' | 'endedBy'>,
  now: number,
): TestChange {
  const record: TestRun = { ...run, reason: undefined, ...how, state, stateSince: now };
  const line = audit(record, state === 'canceled' ? 'stopped' : state, undefined, now);
  return { record, effects: [line, card, tell, end] };
}

function audit(run: TestRun, outcome: string, by: Person | undefined, now: number): AuditEffect {
  const { number, title, service, environment, placeId, correlationId, starts } = run;
  return {
    kind: 'audit',
    key: `${outcome}:${starts}:${by ? 'person' : 'gavel'}`,
    at: now,
    who: by?.id ?? 'gavel',
    what: 'tests.run',
    target: `T-${number} ${service} in ${environment}: ${cleanText(title, 80)}`,
    from: placeId,
    outcome,
    correlationId,
  };
}

/** When to look at it next; undefined: when something happens to it. */
function nextLookAt(run: TestRun, now: number): number | undefined {
  const patienceMs = Math.min(slowestLookMs, lookEveryMs * 2 ** Math.min(10, run.looksFailed ?? 0));
  if (run.state === 'running') return now + patienceMs;
  return run.state === 'unclear' ? now + slowestLookMs : undefined;
}
