import type { Clock } from '../core/time/clock';
import { createClockSteps } from '../core/time/clock';
import type { Logger } from '../core/telemetry/logger';
import type { Living, Sweepable } from './contract';
import { isDue } from './due';

interface LookAheadOptions {
  readonly sweepables: ReadonlyMap<string, Sweepable<Living>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** This record is due, whatever its due time says. */
  found(sweepable: Sweepable<Living>, id: string): void;
}

const againMs = 1_000;
const page = 500;

/**
 * Finds what waits for a time that a clock ahead of this one has set: after the start, and after the clock was set back, until nothing of that kind
 * is left. The result is called in each round, and costs nothing as long as the clock goes well.
 */
export function createLookAhead({ sweepables, clock, logger, found }: LookAheadOptions): () => Promise<void> {
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
        if (!isDue(value, sweepable.wakesWithinMs?.(value), now)) continue;
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
    if (!mayBeAhead || clock.elapsed() - lookedAt < againMs) return;
    lookedAt = clock.elapsed();
    let any = false;
    for (const sweepable of sweepables.values()) any = (await lookIn(sweepable)) || any;
    mayBeAhead = any;
  };
}
