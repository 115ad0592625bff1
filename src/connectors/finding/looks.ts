import type { Clock } from '../../core/time/clock';

/** Lists show something new some seconds late, and now and then one list does so later than another. */
const settledAfter = { looks: 3, ms: 120_000 };
const maxKept = 200;

/** How often, and for how long, something was looked for in vain. */
export function createSearchLooks(clock: Clock) {
  const known = new Map<string, { readonly since: number; readonly count: number }>();
  return {
    forget: (key: string): void => void known.delete(key),
    areEnough(key: string): boolean {
      const now = clock.elapsed();
      const { since, count } = known.get(key) ?? { since: now, count: 0 };
      known.delete(key);
      known.set(key, { since, count: count + 1 });
      for (const oldest of [...known.keys()].slice(0, Math.max(0, known.size - maxKept))) known.delete(oldest);
      return count + 1 >= settledAfter.looks && now - since >= settledAfter.ms;
    },
  };
}
