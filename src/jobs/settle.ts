import { letOthersRun } from '../core/concurrency';
import { withCorrelation } from '../core/telemetry';
import type { Logger } from '../core/telemetry/logger';
import { createClockSteps } from '../core/time/clock';
import type { Clock } from '../core/time/clock';
import type { Stored } from '../store/contract';
import type { Living, PendingEffect, Sweepable } from './contract';

/**
 * When records are due, although the time of day is changed now and then, and what is done about a due record. A due time is never further ahead than
 * the delay that led to it: if it is, a clock that was ahead wrote it, and it counts as due.
 */

const longestBackoffMs = 30_000;
const scatter = 0.25;

/** Half a second, doubled with each failure, at most half a minute; spread by `random` (0 to 1), so that many don't return at once. */
export function backoffMs(failures: number, random: number): number {
  return Math.round(steadyBackoffMs(failures) * (1 - scatter + 2 * scatter * random));
}

function steadyBackoffMs(failures: number): number {
  return Math.min(longestBackoffMs, 500 * 2 ** failures);
}

/** A new effect is due at once; it waits only after a failure. */
export function isEffectDue({ dueAt, attempts }: PendingEffect, now: number): boolean {
  const longestDelayMs = attempts === 0 ? 0 : steadyBackoffMs(attempts - 1) * (1 + scatter) + 1;
  return dueAt <= now || dueAt > now + longestDelayMs;
}

/** `withinMs`: how far ahead such a `wakeAt` is set at most; undefined if it is a time that people were told. */
export function isWakeDue({ wakeAt }: Living, withinMs: number | undefined, now: number): boolean {
  if (wakeAt === undefined) return false;
  return wakeAt <= now || (withinMs !== undefined && wakeAt > now + withinMs);
}

interface SettleParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether it can still start something. */
  mayGoOn(): boolean;
  /** An effect was tried, or a wake changed the record. */
  onStep(): void;
}

const maxStepsInARow = 200;

/** Does everything that is due for a record, one thing after another. Rejects if the record can't be processed. */
export async function settle(parts: SettleParts, sweepable: Sweepable<Living>, id: string): Promise<void> {
  const { clock } = parts;
  for (let step = 0; step < maxStepsInARow && parts.mayGoOn(); step++) {
    const record = await sweepable.collection.get(id);
    if (!record || sweepable.isOurs?.(record.value) === false) return;
    const effect = record.value.pending[0];
    if (effect && isEffectDue(effect, clock.now())) {
      if (!(await perform(parts, sweepable, record, effect))) return;
      await letOthersRun();
      continue;
    }
    // While a failed effect waits for its next attempt, the record's own time goes on: an expiry must not wait for a connector.
    if (!sweepable.wake || !isWakeDue(record.value, sweepable.wakesWithinMs?.(record.value), clock.now())) return;
    const { wakeAt } = record.value;
    const { wake } = sweepable;
    await under(record.value, () => wake(record, clock.now()));
    const after = await sweepable.collection.get(id);
    if (!after || (after.value.wakeAt === wakeAt && after.version === record.version)) return;
    parts.onStep();
    await letOthersRun();
  }
}

/** Whether it succeeded; otherwise, it is postponed. */
async function perform(
  { clock, logger, onStep }: SettleParts,
  sweepable: Sweepable<Living>,
  record: Stored<Living>,
  effect: PendingEffect,
): Promise<boolean> {
  onStep();
  try {
    await under(record.value, () => sweepable.perform(record, effect));
  } catch (error) {
    const attempts = effect.attempts + 1;
    const waitMs = backoffMs(effect.attempts, Math.random());
    logger.warn(
      { error, record: `${sweepable.name}/${record.id}`, effect: effect.key, attempts, waitMs },
      'An effect failed and is tried again',
    );
    const later = { attempts, dueAt: clock.now() + waitMs };
    await sweepable.collection.update(record.id, (value) => ({
      ...value,
      pending: value.pending.map((each) => (each.key === effect.key ? { ...each, ...later } : each)),
    }));
    return false;
  }
  await sweepable.collection.update(record.id, (value) => ({
    ...value,
    pending: value.pending.filter((each) => each.key !== effect.key),
  }));
  return true;
}

/** The effects of a record belong to the turn that made the record. */
function under(value: unknown, work: () => Promise<void>): Promise<void> {
  const { correlationId, request } = value as { correlationId?: unknown; request?: { correlationId?: unknown } };
  const id = correlationId ?? request?.correlationId;
  return typeof id === 'string' ? withCorrelation(id, work) : work();
}

const forgottenAfterMs = 60_000;

/** Records that failed outside an effect wait here; the store doesn't say when to try them again. */
export function createResting(clock: Clock, logger: Logger) {
  const resting = new Map<string, { readonly failures: number; readonly until: number }>();
  return {
    isResting: (key: string): boolean => (resting.get(key)?.until ?? -Infinity) > clock.elapsed(),
    /** Lets the record wait, longer with each failure. */
    rest(key: string, error: unknown): void {
      const failures = (resting.get(key)?.failures ?? 0) + 1;
      const waitMs = backoffMs(failures - 1, Math.random());
      resting.set(key, { failures, until: clock.elapsed() + waitMs });
      logger.error({ error, record: key, waitMs }, 'A record could not be worked on and is tried again');
    },
    /** It was processed successfully. */
    clear: (key: string): void => void resting.delete(key),
    /** Forgets the failures of records that could have been tried for a minute. */
    forgetOld(): void {
      for (const [key, { until }] of resting) if (until + forgottenAfterMs < clock.elapsed()) resting.delete(key);
    },
  };
}

const lookAgainMs = 1_000;
const page = 500;

/**
 * Finds records that wait for a time that a clock ahead of this one has set: after the start, and after the clock was set back, until none are left.
 * `found` is called for each record that is due whatever its due time says. The result is called in each round, and costs nothing as long as the
 * clock is right.
 */
export function createLookAhead(
  sweepables: ReadonlyMap<string, Sweepable<Living>>,
  clock: Clock,
  logger: Logger,
  found: (sweepable: Sweepable<Living>, id: string) => void,
): () => Promise<void> {
  const clockSteps = createClockSteps(clock);
  let mayBeAhead = true;
  let lookedAt = -Infinity;

  async function lookIn(sweepable: Sweepable<Living>): Promise<boolean> {
    const now = clock.now();
    let any = false;
    let cursor: string | undefined;
    do {
      const where = { dueAt: { atLeast: now + 1 } };
      const records = await sweepable.collection.find({ where, orderBy: 'dueAt', limit: page, cursor });
      for (const { id, value } of records.items) {
        const [first] = value.pending;
        const isReady = first !== undefined && isEffectDue(first, now);
        if (!isReady && !isWakeDue(value, sweepable.wakesWithinMs?.(value), now)) continue;
        any = true;
        found(sweepable, id);
      }
      cursor = records.cursor;
    } while (cursor !== undefined);
    return any;
  }

  return async () => {
    const steppedMs = clockSteps();
    if (steppedMs !== 0) logger.warn({ steppedMs }, 'The clock of this machine was set');
    if (steppedMs < 0) {
      mayBeAhead = true;
      lookedAt = -Infinity;
    }
    if (!mayBeAhead || clock.elapsed() - lookedAt < lookAgainMs) return;
    lookedAt = clock.elapsed();
    let any = false;
    for (const sweepable of sweepables.values()) any = (await lookIn(sweepable)) || any;
    mayBeAhead = any;
  };
}
