import type { Person } from '../../chat/contract';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../workflows';
import type { LockTarget } from './contract';
import { auditFromFirstSchema } from './older';

/** The life of the lock on one service in one environment. Its id is both. */

export interface Lock extends LockTarget {
  readonly holder:
    | {
        readonly person: Person;
        readonly reason: string;
        readonly since: number;
        readonly until: number | undefined;
        /** When the holder is asked whether it's still needed. */
        readonly askAt: number;
      }
    | undefined;
  readonly queue: readonly {
    readonly person: Person;
    readonly reason: string;
    readonly at: number;
    readonly until: number | undefined;
  }[];
  /** The turns that changed it last: a message that's delivered again changes nothing more. */
  readonly turns?: readonly string[];
  readonly wakeAt?: number | undefined;
}

export type LockEvent =
  | { readonly type: 'lock'; readonly by: Person; readonly reason: string; readonly until: number | undefined }
  | { readonly type: 'unlock'; readonly by: Person }
  | {
      readonly type: 'break';
      readonly by: Person;
      readonly reason: string;
      /** The lock that was looked at when this was approved; undefined: whichever it is. */
      readonly only?: ApprovedLock;
    }
  | { readonly type: 'leave'; readonly by: Person }
  | { readonly type: 'keep'; readonly by: Person }
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

export type LockRefusal =
  'yours already' | 'waiting already' | 'not yours' | 'free' | 'not waiting' | 'no reason' | 'another lock';

export interface LockChange extends Change<Lock, LockEffect> {
  readonly became: 'held' | 'queued' | 'changed' | 'free';
}

export type LockVerdict = LockChange | { readonly refusal: LockRefusal };

export interface LockContext {
  readonly target: LockTarget;
  /** How long somebody holds it before being asked whether it's still needed. */
  readonly askAfterMs: number;
  readonly correlationId: string;
}

type Context = LockContext & Pick<Circumstance, 'now'>;

/** The lock so far, with what follows. */
interface Draft {
  readonly lock: Lock;
  readonly effects: readonly (LockEffect | AuditEffect)[];
}

const maxTurns = 10;

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

export function lockId({ service, environment }: LockTarget): string {
  return `${service}/${environment}`;
}

export function freeLock({ service, environment }: LockTarget): Lock {
  return { service, environment, holder: undefined, queue: [] };
}

/** What becomes of a lock by what somebody did, once: a message that's delivered again finds done what it asks for. */
export function lockTransition(record: Lock | undefined, event: LockEvent, context: Context): LockVerdict {
  const lock = record ?? freeLock(context.target);
  if (event.type === 'time') return pass(lock, context);
  const turns = lock.turns ?? [];
  if (turns.includes(context.correlationId)) return repeat(lock, event);
  const verdict = decide(lapse({ lock, effects: [] }, context), event, context);
  if ('refusal' in verdict) return verdict;
  return { ...verdict, record: { ...verdict.record, turns: [...turns, context.correlationId].slice(-maxTurns) } };
}

function repeat(lock: Lock, event: Exclude<LockEvent, { type: 'time' }>): LockVerdict {
  const waits = event.type === 'lock' && lock.queue.some(({ person }) => person.id === event.by.id);
  return { record: lock, became: waits ? 'queued' : stateOf(lock) };
}

function decide(draft: Draft, event: Exclude<LockEvent, { type: 'time' }>, context: Context): LockVerdict {
  const { lock } = draft;
  switch (event.type) {
    case 'lock':
      return take(draft, event, context);
    case 'unlock':
      if (!lock.holder) return { refusal: 'free' };
      if (lock.holder.person.id !== event.by.id) return { refusal: 'not yours' };
      return changed(handOn(audited(draft, event.by, 'unlocked', '', context), context));
    case 'break':
      return breakLock(draft, event, context);
    case 'leave':
      if (!lock.queue.some(({ person }) => person.id === event.by.id)) return { refusal: 'not waiting' };
      return changed(
        { ...draft, lock: { ...lock, queue: lock.queue.filter(({ person }) => person.id !== event.by.id) } },
        'changed',
      );
    case 'keep':
      if (lock.holder?.person.id !== event.by.id) return { refusal: lock.holder ? 'not yours' : 'free' };
      return changed(
        { ...draft, lock: withWake({ ...lock, holder: { ...lock.holder, askAt: context.now + context.askAfterMs } }) },
        'changed',
      );
  }
}

function take(draft: Draft, event: Extract<LockEvent, { type: 'lock' }>, context: Context): LockVerdict {
  const { by, reason, until } = event;
  const { now, askAfterMs } = context;
  const { lock } = draft;
  if (reason.trim() === '') return { refusal: 'no reason' };
  if (!lock.holder) {
    const holder = { person: by, reason, since: now, until, askAt: now + askAfterMs };
    const held = { ...draft, lock: withWake({ ...lock, holder }) };
    return changed(audited(held, by, 'locked', reason, context), 'held');
  }
  if (lock.holder.person.id === by.id) {
    if (lock.holder.reason === reason && lock.holder.until === until) return { refusal: 'yours already' };
    const kept = { ...draft, lock: withWake({ ...lock, holder: { ...lock.holder, reason, until } }) };
    return changed(audited(kept, by, 'kept', reason, context), 'held');
  }
  if (lock.queue.some(({ person }) => person.id === by.id)) return { refusal: 'waiting already' };
  const queued = { ...draft, lock: { ...lock, queue: [...lock.queue, { person: by, reason, at: now, until }] } };
  return changed(audited(queued, by, 'queued', reason, context), 'queued');
}

function breakLock(draft: Draft, event: Extract<LockEvent, { type: 'break' }>, context: Context): LockVerdict {
  const { by, reason } = event;
  const { holder } = draft.lock;
  if (!holder) return { refusal: 'free' };
  if (event.only && (holder.person.id !== event.only.personId || holder.since !== event.only.since))
    return { refusal: 'another lock' };
  if (reason.trim() === '') return { refusal: 'no reason' };
  const told = followed(audited(draft, by, 'broken', reason, context), {
    kind: 'tell',
    who: holder.person.id,
    what: 'broken',
    by: by.name,
    reason,
  });
  return changed(handOn(told, context));
}

/** A lock whose time is over is free, even when nobody has come round to writing it down. */
function lapse(draft: Draft, context: Context): Draft {
  let current = draft;
  while (current.lock.holder?.until !== undefined && current.lock.holder.until <= context.now) {
    const { person } = current.lock.holder;
    const told = followed(audited(current, undefined, 'lapsed', '', context), {
      kind: 'tell',
      who: person.id,
      what: 'lapsed',
    });
    current = handOn(told, context);
  }
  return current;
}

function pass(lock: Lock, context: Context): LockVerdict {
  const current = lapse({ lock, effects: [] }, context);
  const { holder } = current.lock;
  if (!holder) return changed({ ...current, lock: withWake(current.lock) });
  const askAgainAt = context.now + context.askAfterMs;
  if (holder.askAt > context.now) {
    // Set by a clock that was ahead, it would come later than anybody wanted.
    const askAt = Math.min(holder.askAt, askAgainAt);
    return changed({ ...current, lock: withWake({ ...current.lock, holder: { ...holder, askAt } }) });
  }
  const asked = withWake({ ...current.lock, holder: { ...holder, askAt: askAgainAt } });
  return changed(followed({ ...current, lock: asked }, { kind: 'ask', who: holder.person.id }), 'changed');
}

/** To the first in the queue, who is told; free when nobody waits. A wish whose own time is over is passed over. */
function handOn(draft: Draft, context: Context): Draft {
  const { now, askAfterMs } = context;
  const { lock } = draft;
  const [next, ...queue] = lock.queue.filter(({ until }) => until === undefined || until > now);
  if (!next) return { ...draft, lock: withWake({ ...lock, holder: undefined, queue: [] }) };
  const { person, reason, until } = next;
  const holder = { person, reason, since: now, until, askAt: now + askAfterMs };
  const held = audited({ ...draft, lock: withWake({ ...lock, holder, queue }) }, person, 'locked', reason, context);
  return followed(held, { kind: 'tell', who: person.id, what: 'yours' });
}

function changed({ lock, effects }: Draft, became = stateOf(lock) as LockChange['became']): LockChange {
  return { record: lock, effects, became };
}

function stateOf({ holder }: Lock): 'held' | 'free' {
  return holder ? 'held' : 'free';
}

function withWake(lock: Lock): Lock {
  const { holder } = lock;
  return { ...lock, wakeAt: holder && Math.min(holder.askAt, holder.until ?? Infinity) };
}

function audited(
  draft: Draft,
  by: Person | undefined,
  outcome: string,
  reason: string,
  { now, correlationId }: Context,
): Draft {
  const { service, environment } = draft.lock;
  return followed(draft, {
    kind: 'audit',
    at: now,
    who: by?.id ?? 'gavel',
    what: 'locks.change',
    target: `${service} in ${environment}`,
    from: 'gavel',
    outcome,
    ...(reason !== '' && { detail: { reason } }),
    correlationId,
  });
}

function followed({ lock, effects }: Draft, effect: LockEffect | AuditEffect): Draft {
  return { lock, effects: [...effects, effect] };
}
