import type { Living, PendingEffect } from './contract';

/**
 * When records are due, although the time of day is set now and then. A due time never lies further ahead of now than the delay that led to it:
 * one that does was written by a clock that was ahead, and has come. Pure.
 */

const longestBackoffMs = 30_000;
const scatter = 0.25;

/** Half a second, doubled with each failure, at most half a minute; scattered by `random` (0 to 1), so that many do not come back at once. */
export function backoffMs(failures: number, random: number): number {
  return Math.round(steadyBackoffMs(failures) * (1 - scatter + 2 * scatter * random));
}

function steadyBackoffMs(failures: number): number {
  return Math.min(longestBackoffMs, 500 * 2 ** failures);
}

/** An effect is due at once when it is made, and waits after a failure only. */
export function isEffectDue({ dueAt, attempts }: PendingEffect, now: number): boolean {
  const longestDelayMs = attempts === 0 ? 0 : steadyBackoffMs(attempts - 1) * (1 + scatter) + 1;
  return dueAt <= now || dueAt > now + longestDelayMs;
}

/** `withinMs`: how far ahead such a `wakeAt` is set at most; undefined when it is a time of day that people were told. */
export function isWakeDue({ wakeAt }: Living, withinMs: number | undefined, now: number): boolean {
  if (wakeAt === undefined) return false;
  return wakeAt <= now || (withinMs !== undefined && wakeAt > now + withinMs);
}

/** Whether there is anything to do for this record now. */
export function isDue(value: Living, withinMs: number | undefined, now: number): boolean {
  const [first] = value.pending;
  return (first !== undefined && isEffectDue(first, now)) || isWakeDue(value, withinMs, now);
}
