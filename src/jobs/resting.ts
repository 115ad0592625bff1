import type { Logger } from '../core/telemetry/logger';
import type { Clock } from '../core/time/clock';
import { backoffMs } from './due';

/** Records that failed outside an effect wait here; nothing in the store says when to try them again. */
interface Resting {
  isResting(key: string): boolean;
  /** Lets the record wait, longer with each failure. */
  rest(key: string, error: unknown): void;
  /** It could be worked on. */
  clear(key: string): void;
  /** Forgets the failures of those that could have been tried for a minute. */
  forgetOld(): void;
}

const forgottenAfterMs = 60_000;

export function createResting(clock: Clock, logger: Logger): Resting {
  const resting = new Map<string, { readonly failures: number; readonly until: number }>();
  return {
    isResting: (key) => (resting.get(key)?.until ?? -Infinity) > clock.elapsed(),
    rest(key, error) {
      const failures = (resting.get(key)?.failures ?? 0) + 1;
      const waitMs = backoffMs(failures - 1, Math.random());
      resting.set(key, { failures, until: clock.elapsed() + waitMs });
      logger.error({ error, record: key, waitMs }, 'A record could not be worked on and is tried again');
    },
    clear: (key) => void resting.delete(key),
    forgetOld() {
      for (const [key, { until }] of resting) if (until + forgottenAfterMs < clock.elapsed()) resting.delete(key);
    },
  };
}
