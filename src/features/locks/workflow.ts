import type { Person } from '../../chat/contract';
import type { Target } from '../../core/catalog/rights';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance, StoredEffect } from '../../workflows';

/** The workflow of the lock on one service in one environment. Its id contains both. */

export interface Holder {
  readonly person: Person;
  readonly reason: string;
  readonly since: number;
  readonly until: number | undefined;
  /** When to ask the holder whether it's still needed. */
  readonly askAt: number;
}

/** The lock on a service in an environment, free if it has no holder. */
export interface Lock extends Target {
  readonly holder: Holder | undefined;
  readonly queue: readonly {
    readonly person: Person;
    readonly reason: string;
    readonly at: number;
    readonly until: number | undefined;
  }[];
  /** The channel or chat where somebody last locked it or got in line. Missing in records of earlier versions. */
  readonly lockedIn?: string;
  /** The turns that last changed it: a message that's delivered again changes nothing more. */
  readonly turns?: readonly string[];
  readonly wakeAt?: number | undefined;
}

export type LockEvent =
  | {
      readonly type: 'lock';
      readonly by: Person;
      readonly reason: string;
      readonly until: number | undefined;
      readonly placeId?: string;
    }
  /** People in line leave it. `since` is when the lock on the clicked card began; without it, any lock matches. */
  | { readonly type: 'unlock'; readonly by: Person; readonly since?: number | undefined }
  | {
      readonly type: 'break';
      readonly by: Person;
      readonly reason: string;
      /** The lock that was shown for the approval; undefined if the lock doesn't matter. */
      readonly only?: ApprovedLock;
    }
  | { readonly type: 'keep'; readonly by: Person; readonly since?: number | undefined }
  | { readonly type: 'time' };

/** One lock of one person, among those that come and go in a place. */
export interface ApprovedLock {
  readonly personId: string;
  readonly since: number;
}

export type LockEffect =
  | { readonly kind: 'ask'; readonly who: string }
  | {
      readonly kind: 'tell';
      readonly who: string;
      readonly what: 'broken';
      readonly by: string;
      readonly reason: string;
    }
  | { readonly kind: 'tell'; readonly who: string; readonly what: 'lapsed' | 'yours' };

export type LockRefusal = 'yours already' | 'waiting already' | 'not yours' | 'free' | 'no reason' | 'another lock';

export interface LockChange extends Change<Lock, LockEffect> {
  readonly became: 'held' | 'queued' | 'changed' | 'free';
}

export type LockVerdict = LockChange | { readonly refusal: LockRefusal };

export interface LockContext {
  readonly target: Target;
  /** How long somebody holds it before Gavel asks whether it's still needed. */
  readonly askAfterMs: number;
  readonly correlationId: string;
}

type Context = LockContext & Pick<Circumstance, 'now'>;

/** The lock so far, with its effects. */
interface Draft {
  readonly lock: Lock;
  readonly effects: readonly (LockEffect | AuditEffect)[];
}

const maxTurns = 10;
/** Ends locks whose time is over. */
const gavel = { id: 'gavel' };

export const lockWorkflow = defineWorkflow({
  name: 'locks',
  keyPrefix: 'lock',
  collection: {
    name: 'locks',
    schema: 2,
    upgradeEffect: auditFromFirstSchema,
    indexes: {
      state: ({ holder }) => (holder ? 'held' : 'free'),
      since: ({ holder }) => holder?.since,
    },
    queries: [{ where: ['state'], orderBy: 'since' }],
  },
  transition: lockTransition,
});

export function freeLock({ service, environment }: Target): Lock {
  return { service, environment, holder: undefined, queue: [] };
}

/** The next state of a lock after what somebody did, once: a message that's delivered again finds it already done. */
export function lockTransition(record: Lock | undefined, event: LockEvent, context: Context): LockVerdict {
  const lock = record ?? freeLock(context.target);
  if (event.type === 'time') return passTime(lapse({ lock, effects: [] }, context), context);
  const turns = lock.turns ?? [];
  if (turns.includes(context.correlationId)) {
    const waits = event.type === 'lock' && isWaiting(lock, event.by);
    return { record: lock, became: waits ? 'queued' : stateOf(lock) };
  }
  const verdict = decide(lapse({ lock, effects: [] }, context), event, context);
  if ('refusal' in verdict) return verdict;
  return { ...verdict, record: { ...verdict.record, turns: [...turns, context.correlationId].slice(-maxTurns) } };
}

function decide(draft: Draft, event: Exclude<LockEvent, { type: 'time' }>, context: Context): LockVerdict {
  const { lock } = draft;
  const { holder, queue } = lock;
  const { type, by } = event;
  if (type === 'lock') return take(draft, event, context);
  if (!holder) return { refusal: 'free' };
  if (type === 'break') return breakLock(draft, holder, event, context);
  const { since } = event;
  if (since !== undefined && since !== holder.since) return { refusal: 'another lock' };
  if (holder.person.id === by.id)
    return type === 'unlock'
      ? changed(handOn(withChanges(draft, {}, auditLine(lock, by, 'unlocked', context)), context))
      : changed(withChanges(draft, { holder: { ...holder, askAt: context.now + context.askAfterMs } }), 'changed');
  if (type === 'keep' || since !== undefined || !isWaiting(lock, by)) return { refusal: 'not yours' };
  return changed(withChanges(draft, { queue: queue.filter(({ person }) => person.id !== by.id) }), 'changed');
}

function take(draft: Draft, event: Extract<LockEvent, { type: 'lock' }>, context: Context): LockVerdict {
  const { by, reason, until, placeId } = event;
  const where = placeId !== undefined && { lockedIn: placeId };
  const { now, askAfterMs } = context;
  const { lock } = draft;
  const { holder, queue } = lock;
  if (reason.trim() === '') return { refusal: 'no reason' };
  const audit = (outcome: string): AuditEffect => auditLine(lock, by, outcome, context, reason);
  if (!holder) {
    const taken = { person: by, reason, since: now, until, askAt: now + askAfterMs };
    return changed(withChanges(draft, { holder: taken, ...where }, audit('locked')), 'held');
  }
  if (holder.person.id === by.id) {
    if (holder.reason === reason && holder.until === until) return { refusal: 'yours already' };
    return changed(withChanges(draft, { holder: { ...holder, reason, until }, ...where }, audit('kept')), 'held');
  }
  if (isWaiting(lock, by)) return { refusal: 'waiting already' };
  const waiting = [...queue, { person: by, reason, at: now, until }];
  return changed(withChanges(draft, { queue: waiting, ...where }, audit('queued')), 'queued');
}

function breakLock(
  draft: Draft,
  { person, since }: Holder,
  { by, reason, only }: Extract<LockEvent, { type: 'break' }>,
  context: Context,
): LockVerdict {
  if (only && (person.id !== only.personId || since !== only.since)) return { refusal: 'another lock' };
  if (reason.trim() === '') return { refusal: 'no reason' };
  const audit = auditLine(draft.lock, by, 'broken', context, reason);
  const tell = { kind: 'tell', who: person.id, what: 'broken', by: by.name, reason } as const;
  return changed(handOn(withChanges(draft, {}, audit, tell), context));
}

/** A lock whose time is over is free, even if that isn't recorded yet. */
function lapse(draft: Draft, context: Context): Draft {
  const { lock } = draft;
  const { holder } = lock;
  if (holder?.until === undefined || holder.until > context.now) return draft;
  const audit = auditLine(lock, gavel, 'lapsed', context);
  return lapse(
    handOn(withChanges(draft, {}, audit, { kind: 'tell', who: holder.person.id, what: 'lapsed' }), context),
    context,
  );
}

function passTime(draft: Draft, { now, askAfterMs }: Context): LockVerdict {
  const { holder } = draft.lock;
  if (!holder) return changed(draft);
  const askAgainAt = now + askAfterMs;
  if (holder.askAt <= now)
    return changed(
      withChanges(draft, { holder: { ...holder, askAt: askAgainAt } }, { kind: 'ask', who: holder.person.id }),
      'changed',
    );
  // If a clock that was ahead set it, it would come later than anybody wanted.
  return changed(withChanges(draft, { holder: { ...holder, askAt: Math.min(holder.askAt, askAgainAt) } }));
}

/** Passes it to the first person in line, who is told; free if nobody is waiting. Requests whose own time is over are skipped. */
function handOn(draft: Draft, context: Context): Draft {
  const { now, askAfterMs } = context;
  const { lock } = draft;
  const [next, ...queue] = lock.queue.filter(({ until }) => until === undefined || until > now);
  if (!next) return withChanges(draft, { holder: undefined, queue: [] });
  const { person, reason, until } = next;
  const holder = { person, reason, since: now, until, askAt: now + askAfterMs };
  const audit = auditLine(lock, person, 'locked', context, reason);
  return withChanges(draft, { holder, queue }, audit, { kind: 'tell', who: person.id, what: 'yours' });
}

function changed({ lock, effects }: Draft, became: LockChange['became'] = stateOf(lock)): LockChange {
  const { holder } = lock;
  return { record: { ...lock, wakeAt: holder && Math.min(holder.askAt, holder.until ?? Infinity) }, effects, became };
}

function stateOf({ holder }: Lock): 'held' | 'free' {
  return holder ? 'held' : 'free';
}

function isWaiting({ queue }: Lock, { id }: Person): boolean {
  return queue.some(({ person }) => person.id === id);
}

function withChanges({ lock, effects }: Draft, to: Partial<Lock>, ...more: Draft['effects']): Draft {
  return { lock: { ...lock, ...to }, effects: [...effects, ...more] };
}

function auditLine(
  { service, environment }: Target,
  { id: who }: Pick<Person, 'id'>,
  outcome: string,
  { now, correlationId }: Context,
  reason = '',
): AuditEffect {
  return {
    kind: 'audit',
    at: now,
    who,
    what: 'locks.change',
    target: `${service} in ${environment}`,
    from: 'gavel',
    outcome,
    ...(reason !== '' && { detail: { reason } }),
    correlationId,
  };
}

/** The first schema stored only what the record didn't say about an audit line. */
function auditFromFirstSchema(effect: StoredEffect, { service, environment }: Lock): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { reason, ...line } = effect.detail ?? {};
  const detail = typeof reason === 'string' && reason !== '' && { detail: { reason } };
  const rest = { what: 'locks.change', target: `${service} in ${environment}`, from: 'gavel' };
  return { ...effect, detail: { ...line, ...rest, ...detail } };
}
