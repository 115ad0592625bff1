import type { Person } from '../../chat/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { Lock } from './record';

/** What becomes of a lock: pure, so that every case stands in a table. */

export type LockEvent =
  | { readonly type: 'lock'; readonly by: Person; readonly reason: string; readonly until: number | undefined }
  | { readonly type: 'unlock'; readonly by: Person }
  | { readonly type: 'break'; readonly by: Person; readonly reason: string }
  | { readonly type: 'leave'; readonly by: Person }
  | { readonly type: 'keep'; readonly by: Person }
  | { readonly type: 'time' };

export type LockRefusal = 'yours already' | 'waiting already' | 'not yours' | 'free' | 'not waiting' | 'no reason';

export type LockVerdict =
  { readonly next: Lock; readonly became: 'held' | 'queued' | 'changed' | 'free' } | { readonly refusal: LockRefusal };

export interface LockContext {
  /** How long somebody holds it before being asked whether it is still needed. */
  readonly askAfterMs: number;
  readonly correlationId: string;
}

const mostTurns = 10;

/** The lock after what somebody did, once: a message that is delivered again finds done what it asks for. */
export function lockTurn(lock: Lock, event: LockEvent, now: number, context: LockContext): LockVerdict {
  const turns = lock.turns ?? [];
  if (event.type === 'time') return lockLife(lock, event, now, context);
  if (turns.includes(context.correlationId)) return sameAgain(lock, event);
  const verdict = lockLife(lock, event, now, context);
  if (!('next' in verdict)) return verdict;
  return { ...verdict, next: { ...verdict.next, turns: [...turns, context.correlationId].slice(-mostTurns) } };
}

function sameAgain(lock: Lock, event: Exclude<LockEvent, { type: 'time' }>): LockVerdict {
  const waits = event.type === 'lock' && lock.queue.some(({ person }) => person.id === event.by.id);
  return { next: lock, became: waits ? 'queued' : lock.holder ? 'held' : 'free' };
}

/** The lock after the event, with what must be told, or why it stays as it is. */
export function lockLife(before: Lock, event: LockEvent, now: number, context: LockContext): LockVerdict {
  const lock = event.type === 'time' ? before : lapsed(before, now, context);
  switch (event.type) {
    case 'lock':
      return take(lock, event, now, context);
    case 'unlock':
      if (!lock.holder) return { refusal: 'free' };
      if (lock.holder.person.id !== event.by.id) return { refusal: 'not yours' };
      return outcome(handOn(audited(lock, now, event.by, 'unlocked', '', context), now, context));
    case 'break':
      return broken(lock, event, now, context);
    case 'leave':
      if (!lock.queue.some(({ person }) => person.id === event.by.id)) return { refusal: 'not waiting' };
      return {
        next: { ...lock, queue: lock.queue.filter(({ person }) => person.id !== event.by.id) },
        became: 'changed',
      };
    case 'keep':
      if (lock.holder?.person.id !== event.by.id) return { refusal: lock.holder ? 'not yours' : 'free' };
      return {
        next: woken({ ...lock, holder: { ...lock.holder, askAt: now + context.askAfterMs } }),
        became: 'changed',
      };
    case 'time':
      return timed(lock, now, context);
  }
}

function take(lock: Lock, event: Extract<LockEvent, { type: 'lock' }>, now: number, context: LockContext): LockVerdict {
  const { by, reason, until } = event;
  if (reason.trim() === '') return { refusal: 'no reason' };
  if (!lock.holder) {
    const holder = { person: by, reason, since: now, until, askAt: now + context.askAfterMs };
    return { next: audited(woken({ ...lock, holder }), now, by, 'locked', reason, context), became: 'held' };
  }
  if (lock.holder.person.id === by.id) {
    if (lock.holder.reason === reason && lock.holder.until === until) return { refusal: 'yours already' };
    return {
      next: audited(woken({ ...lock, holder: { ...lock.holder, reason, until } }), now, by, 'kept', reason, context),
      became: 'held',
    };
  }
  if (lock.queue.some(({ person }) => person.id === by.id)) return { refusal: 'waiting already' };
  const queued = { ...lock, queue: [...lock.queue, { person: by, reason, at: now, until }] };
  return { next: audited(queued, now, by, 'queued', reason, context), became: 'queued' };
}

function broken(
  lock: Lock,
  event: Extract<LockEvent, { type: 'break' }>,
  now: number,
  context: LockContext,
): LockVerdict {
  const { by, reason } = event;
  if (!lock.holder) return { refusal: 'free' };
  if (reason.trim() === '') return { refusal: 'no reason' };
  const told = follow(audited(lock, now, by, 'broken', reason, context), now, {
    kind: 'tell',
    who: lock.holder.person.id,
    what: 'broken',
    by: by.name,
    reason,
  });
  return outcome(handOn(told, now, context));
}

/** A lock whose time is over is free, even when nobody has come round to writing it down. */
function lapsed(lock: Lock, now: number, context: LockContext): Lock {
  let current = lock;
  while (current.holder?.until !== undefined && current.holder.until <= now) {
    const { person } = current.holder;
    const told = follow(audited(current, now, undefined, 'lapsed', '', context), now, {
      kind: 'tell',
      who: person.id,
      what: 'lapsed',
    });
    current = handOn(told, now, context);
  }
  return current;
}

function timed(lock: Lock, now: number, context: LockContext): LockVerdict {
  const current = lapsed(lock, now, context);
  const { holder } = current;
  if (holder && holder.askAt <= now) {
    const asked = woken({ ...current, holder: { ...holder, askAt: now + context.askAfterMs } });
    return { next: follow(asked, now, { kind: 'ask', who: holder.person.id }), became: 'changed' };
  }
  return outcome(woken(current));
}

/** To the first in the queue, who is told; free when nobody waits. A wish whose own time is over is passed over. */
function handOn(lock: Lock, now: number, context: LockContext): Lock {
  const [next, ...queue] = lock.queue.filter(({ until }) => until === undefined || until > now);
  if (!next) return woken({ ...lock, holder: undefined, queue: [] });
  const { person, reason, until } = next;
  const holder = { person, reason, since: now, until, askAt: now + context.askAfterMs };
  const held = audited(woken({ ...lock, holder, queue }), now, person, 'locked', reason, context);
  return follow(held, now, { kind: 'tell', who: person.id, what: 'yours' });
}

function outcome(next: Lock): LockVerdict {
  return { next, became: next.holder ? 'held' : 'free' };
}

function woken(lock: Lock): Lock {
  const { holder } = lock;
  return { ...lock, wakeAt: holder && Math.min(holder.askAt, holder.until ?? Infinity) };
}

function audited(
  lock: Lock,
  now: number,
  by: Person | undefined,
  outcome: string,
  reason: string,
  { correlationId }: LockContext,
): Lock {
  return follow(lock, now, { kind: 'audit', who: by?.id ?? 'gavel', outcome, reason, at: now, correlationId });
}

type Effect =
  | {
      readonly kind: 'audit';
      readonly who: string;
      readonly outcome: string;
      readonly reason: string;
      readonly at: number;
      readonly correlationId: string;
    }
  | { readonly kind: 'ask'; readonly who: string }
  | {
      readonly kind: 'tell';
      readonly who: string;
      readonly what: 'broken';
      readonly by: string;
      readonly reason: string;
    }
  | { readonly kind: 'tell'; readonly who: string; readonly what: 'lapsed' | 'yours' };

function follow(lock: Lock, now: number, { kind, ...detail }: Effect): Lock {
  const effectsMade = lock.effectsMade + 1;
  const effect: PendingEffect = { key: `${effectsMade}:${kind}`, kind, detail, attempts: 0, dueAt: now };
  return { ...lock, effectsMade, pending: [...lock.pending, effect] };
}
