import { keepRecent } from '../keep-recent';
import type { Clock } from './clock';

/**
 * How long things have been watched, by looks at them. A pause between two looks counts for no more than `maxGapMs`: whatever happens to the
 * clocks of a machine that is paused, moved or put to sleep, nothing is over before it was seen to be under way for that long.
 */
interface WatchedTime {
  /** Counts the time since the last look at this one, and gives the sum; 0 at the first look. */
  look(key: string): number;
  /** It's over: the next look is the first one again. */
  forget(key: string): void;
}

const maxWatched = 10_000;

/** Counts in memory: after a restart it begins anew, so a limit is reached later, never earlier. */
export function createWatchedTime(clock: Clock, maxGapMs: number): WatchedTime {
  const watched = new Map<string, { readonly lastLookAt: number; readonly spentMs: number }>();
  return {
    look(key) {
      const lastLookAt = clock.elapsed();
      const before = watched.get(key);
      const spentMs = before ? before.spentMs + Math.min(maxGapMs, lastLookAt - before.lastLookAt) : 0;
      keepRecent(watched, key, { lastLookAt, spentMs }, maxWatched);
      return spentMs;
    },
    forget: (key) => void watched.delete(key),
  };
}
