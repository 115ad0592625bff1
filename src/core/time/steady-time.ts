import { keepRecent } from '../keep-recent';
import type { Clock } from './clock';

/** The time of day as it would be had nobody set the clock since the first question about this one: for what lasts from one moment to another. */
interface SteadyTime {
  now(key: string): number;
}

const maxKept = 10_000;

/** Remembers in memory: after a restart the time of day is believed anew. */
export function createSteadyTime(clock: Clock): SteadyTime {
  const offsets = new Map<string, number>();
  return {
    now(key) {
      const offset = offsets.get(key) ?? clock.now() - clock.elapsed();
      keepRecent(offsets, key, offset, maxKept);
      return offset + clock.elapsed();
    },
  };
}
