import { withCorrelation } from '../core/telemetry';
import type { Logger } from '../core/telemetry/logger';
import type { Clock } from '../core/time/clock';
import type { Stored } from '../store/contract';
import type { Living, PendingEffect, Sweepable } from './contract';
import { backoffMs, isEffectDue, isWakeDue } from './due';

interface SettleParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether it may still begin something. */
  mayGoOn(): boolean;
  /** An effect was tried, or a wake brought the record forward. */
  onStep(): void;
}

const maxStepsInARow = 200;

/** Does what is due for a record, one thing after the other, until nothing is due any more. Rejects when the record can't be worked on. */
export async function settle(parts: SettleParts, sweepable: Sweepable<Living>, id: string): Promise<void> {
  const { clock } = parts;
  for (let step = 0; step < maxStepsInARow && parts.mayGoOn(); step++) {
    const record = await sweepable.collection.get(id);
    if (!record || sweepable.isOurs?.(record.value) === false) return;
    const effect = record.value.pending[0];
    if (effect && isEffectDue(effect, clock.now())) {
      if (!(await perform(parts, sweepable, record, effect))) return;
      // The embedded store answers without a pause; without one here a long row of effects would keep clicks waiting.
      await pause();
      continue;
    }
    // While a failed effect waits for its next try, time goes on for the record: an expiry must not wait for a connector.
    if (!sweepable.wake || !isWakeDue(record.value, sweepable.wakesWithinMs?.(record.value), clock.now())) return;
    const { wakeAt } = record.value;
    const { wake } = sweepable;
    await under(record.value, () => wake(record, clock.now()));
    const after = await sweepable.collection.get(id);
    if (!after || (after.value.wakeAt === wakeAt && after.version === record.version)) return;
    parts.onStep();
    await pause();
  }
}

async function perform(
  parts: SettleParts,
  sweepable: Sweepable<Living>,
  record: Stored<Living>,
  effect: PendingEffect,
): Promise<boolean> {
  parts.onStep();
  try {
    await under(record.value, () => sweepable.perform(record, effect));
  } catch (error) {
    await postpone(parts, sweepable, record.id, effect, error);
    return false;
  }
  await sweepable.collection.update(record.id, (value) => ({
    ...value,
    pending: value.pending.filter((each) => each.key !== effect.key),
  }));
  return true;
}

async function postpone(
  { clock, logger }: SettleParts,
  sweepable: Sweepable<Living>,
  id: string,
  effect: PendingEffect,
  error: unknown,
): Promise<void> {
  const attempts = effect.attempts + 1;
  const waitMs = backoffMs(effect.attempts, Math.random());
  logger.warn(
    { error, record: `${sweepable.name}/${id}`, effect: effect.key, attempts, waitMs },
    'An effect failed and is tried again',
  );
  const dueAt = clock.now() + waitMs;
  await sweepable.collection.update(id, (value) => ({
    ...value,
    pending: value.pending.map((each) => (each.key === effect.key ? { ...each, attempts, dueAt } : each)),
  }));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a record causes belongs to the turn that made the record. */
function under(value: unknown, work: () => Promise<void>): Promise<void> {
  const { correlationId, request } = value as { correlationId?: unknown; request?: { correlationId?: unknown } };
  const id = correlationId ?? request?.correlationId;
  return typeof id === 'string' ? withCorrelation(id, work) : work();
}
