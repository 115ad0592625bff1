import type { Person } from '../../chat/contract';
import type { RunStatus } from '../../connectors/contract';
import { pipelineAddress } from '../../core/catalog/pipelines';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../workflows';
import { finalPipelineStates } from './contract';
import type { PipelineRun, PipelineState, PreparedRun } from './contract';

/** The life of a run of a pipeline: `prepared -> starting -> running -> succeeded`, or how else it ended. Pure. */

export type PipelineEvent =
  | { readonly type: 'prepare'; readonly run: PreparedRun }
  | {
      readonly type: 'start';
      readonly placeId: string;
      readonly thread: string | undefined;
      readonly executor: string | undefined;
    }
  | { readonly type: 'dismiss' }
  | { readonly type: 'try' }
  | { readonly type: 'found'; readonly runId: string }
  | { readonly type: 'fail'; readonly reason: string }
  | { readonly type: 'lose'; readonly reason: string }
  | { readonly type: 'see'; readonly run: RunStatus }
  | { readonly type: 'see nothing' }
  /** Somebody was asked about a step that waits. */
  | { readonly type: 'redraw' }
  | { readonly type: 'cancel'; readonly by: Person }
  | { readonly type: 'settle'; readonly as: 'again' | 'not'; readonly by: Person };

type RunEffect = { readonly kind: 'card' | 'redraw' | 'start' | 'stop' | 'tell' | 'end'; readonly topic?: string };
export type RunChange = Change<PipelineRun, RunEffect>;
type Context = Pick<Circumstance, 'now'>;

const dayMs = 86_400_000;
const lookEveryMs = 1_000;
const slowestLookMs = 15_000;
/** After so many looks without an answer, people are told that the tool doesn't respond. */
export const silentLooks = 3;

export const runWorkflow = defineWorkflow({
  name: 'runs',
  keyPrefix: 'pipeline-run',
  collection: {
    name: 'pipeline-runs',
    schema: 2,
    upgrade: runFromOlder,
    indexes: {
      number: ({ number }) => number,
      preparedAt: ({ preparedAt }) => preparedAt,
      pipeline: ({ connection, pipeline }) => pipelineAddress(connection, pipeline),
      requester: ({ requester }) => requester.id,
      run: ({ connection, runId }) => (runId === undefined ? undefined : `${connection}/${runId}`),
      state: ({ state }) => state,
    },
    queries: [
      { where: ['number'] },
      { orderBy: 'preparedAt' },
      { where: ['pipeline'], orderBy: 'preparedAt' },
      { where: ['requester'], orderBy: 'preparedAt' },
      { where: ['run'] },
      { where: ['state'], orderBy: 'preparedAt' },
    ],
    expiresAt: (run) => (isRunOver(run) ? run.stateSince + defaultRetentionMs('runs') : undefined),
  },
  transition: runTransition,
  isOver: isRunOver,
});

/** The first schema didn't store what the form called the values. */
function runFromOlder(value: unknown): PipelineRun {
  return { ...(value as PipelineRun), labels: {} };
}

export function isRunOver({ state }: Pick<PipelineRun, 'state'>): boolean {
  return finalPipelineStates.some((each) => each === state);
}

/** The key of its current start. */
export function startKey(id: string, { starts }: PipelineRun): string {
  return `run:${id}:${starts}`;
}

/** Undefined if it changes nothing. */
function runTransition(run: PipelineRun | undefined, event: PipelineEvent, { now }: Context): RunChange | undefined {
  if (event.type === 'prepare') return run ? undefined : { record: prepared(event.run, now) };
  // What was opened about it afterwards is shown, too.
  if (event.type === 'redraw') return run && { record: run, effects: [card] };
  const change = run && !isRunOver(run) ? next(run, event, now) : undefined;
  return change && { ...change, record: { ...change.record, wakeAt: nextLookAt(change.record, now) } };
}

function prepared(run: PreparedRun, now: number): PipelineRun {
  return { ...run, preparedAt: now, state: 'prepared', stateSince: now, starts: 0, wakeAt: now + dayMs };
}

function next(run: PipelineRun, event: Exclude<PipelineEvent, { readonly type: 'prepare' | 'redraw' }>, now: number) {
  switch (event.type) {
    case 'start':
      return run.state === 'prepared' ? starting(run, event, now) : undefined;
    case 'dismiss':
      return run.state === 'prepared' ? closed(run, 'dismissed', now) : undefined;
    case 'try':
      return run.state === 'starting' && run.triedAt === undefined ? { record: { ...run, triedAt: now } } : undefined;
    case 'found':
      return run.runId === undefined && run.state !== 'prepared' ? found(run, event.runId, now) : undefined;
    case 'fail':
      return run.state === 'starting' ? ended(run, 'failed', { reason: event.reason }, now) : undefined;
    case 'lose':
      return run.state === 'unclear' || run.state === 'prepared' ? undefined : lost(run, event.reason, now);
    case 'see':
      return seen(run, event.run, now);
    case 'see nothing':
      // Nobody has started it in time.
      return run.state === 'prepared' ? closed(run, 'expired', now) : unseen(run);
    case 'cancel':
      return canceling(run, event.by, now);
    case 'settle':
      return run.state === 'unclear' ? settled(run, event, now) : undefined;
  }
}

/** Only the newest state matters. */
const card: RunEffect = { kind: 'card', topic: 'card' };
const redraw: RunEffect = { kind: 'redraw' };
const start: RunEffect = { kind: 'start' };
const stop: RunEffect = { kind: 'stop' };
const tell: RunEffect = { kind: 'tell' };
const end: RunEffect = { kind: 'end' };

/** It was never started. */
function closed(run: PipelineRun, state: 'dismissed' | 'expired', now: number): RunChange {
  return { record: { ...run, state, stateSince: now }, effects: [redraw] };
}

function starting(
  run: PipelineRun,
  { placeId, thread, executor }: Extract<PipelineEvent, { readonly type: 'start' }>,
  now: number,
): RunChange {
  const begun = { state: 'starting', stateSince: now, startedAt: now, starts: 1 } as const;
  const record = { ...run, placeId, thread, executor, ...begun };
  return {
    record,
    effects: [audit(record, run.rerunOf ? 'rerun' : 'started', run.requester, now), card, redraw, start],
  };
}

function found(run: PipelineRun, runId: string, now: number): RunChange {
  const record: PipelineRun = { ...run, state: 'running', stateSince: now, runId, reason: undefined, looksFailed: 0 };
  return { record, effects: [card, ...(run.cancelRequestedBy ? [stop] : [])] };
}

function lost(run: PipelineRun, reason: string, now: number): RunChange {
  return { record: { ...run, state: 'unclear', stateSince: now, reason }, effects: [card, tell] };
}

function seen(run: PipelineRun, status: RunStatus, now: number): RunChange | undefined {
  if (run.state !== 'running' && run.state !== 'unclear') return undefined;
  const record: PipelineRun = { ...run, run: status, looksFailed: 0 };
  switch (status.state) {
    case 'succeeded':
    case 'failed':
    case 'canceled':
    case 'superseded':
      return ended(record, status.state, { reason: status.reason }, now);
    default:
      return { record: { ...record, state: 'running' }, ...(looksAlike(run, status) ? {} : { effects: [card] }) };
  }
}

/** The card says so once the tool has been silent for some time. */
function unseen(run: PipelineRun): RunChange {
  const looksFailed = (run.looksFailed ?? 0) + 1;
  return { record: { ...run, looksFailed }, ...(looksFailed === silentLooks ? { effects: [card] } : {}) };
}

/** Whether its card would say the same. */
function looksAlike({ run, state, looksFailed = 0 }: PipelineRun, status: RunStatus): boolean {
  const words = ({ state: of, steps, progress, reason, lastLines, approvals }: RunStatus): string =>
    JSON.stringify([of, steps, Math.round(progress * 50), reason, lastLines.at(-1), approvals]);
  return run !== undefined && state === 'running' && looksFailed === 0 && words(run) === words(status);
}

function canceling(run: PipelineRun, by: Person, now: number): RunChange | undefined {
  if (run.cancelRequestedBy || run.state === 'unclear' || run.state === 'prepared') return undefined;
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

function settled(
  run: PipelineRun,
  { as, by }: Extract<PipelineEvent, { readonly type: 'settle' }>,
  now: number,
): RunChange {
  const line = audit(run, as === 'again' ? 'started again' : 'closed', by, now);
  if (as === 'not') {
    const over = ended(run, 'canceled', { endedBy: by, reason: undefined }, now);
    return { ...over, effects: [line, ...(over.effects ?? [])] };
  }
  const { cancelRequestedBy: _, ...rest } = run;
  const fresh = { triedAt: undefined, runId: undefined, run: undefined, reason: undefined, looksFailed: 0 };
  const record: PipelineRun = { ...rest, ...fresh, state: 'starting', stateSince: now, starts: run.starts + 1 };
  return { record, effects: [line, card, start] };
}

function ended(
  run: PipelineRun,
  state: Extract<PipelineState, 'succeeded' | 'failed' | 'canceled' | 'superseded'>,
  how: Pick<PipelineRun, 'reason' | 'endedBy'>,
  now: number,
): RunChange {
  const record: PipelineRun = { ...run, ...how, state, stateSince: now };
  return {
    record,
    effects: [audit(record, state === 'canceled' ? 'stopped' : state, undefined, now), card, tell, end],
  };
}

function audit(run: PipelineRun, outcome: string, by: Person | undefined, now: number): AuditEffect {
  const { number, connection, pipeline, placeId, correlationId, starts } = run;
  return {
    kind: 'audit',
    key: `${outcome}:${starts}:${by ? 'person' : 'gavel'}`,
    at: now,
    who: by?.id ?? 'gavel',
    what: 'runs.run',
    target: `R-${number} ${pipelineAddress(connection, pipeline)}`,
    from: placeId,
    outcome,
    correlationId,
  };
}

/** When to look at it next; undefined: when something happens to it. */
function nextLookAt(run: PipelineRun, now: number): number | undefined {
  const patienceMs = Math.min(slowestLookMs, lookEveryMs * 2 ** Math.min(10, run.looksFailed ?? 0));
  switch (run.state) {
    case 'prepared':
      return run.wakeAt;
    case 'running':
      return now + patienceMs;
    case 'unclear':
      return now + slowestLookMs;
    default:
      return undefined;
  }
}
