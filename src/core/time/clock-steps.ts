import type { Clock } from './clock';

/** A second of drift between two calls is more than any clock has. */
const minStepMs = 1_000;

/** Gives by how many milliseconds the time of day was set since the last call: 0 as a rule, less when it was set back. */
export function createClockSteps(clock: Clock): () => number {
  const offset = (): number => clock.now() - clock.elapsed();
  let known = offset();
  return () => {
    const steppedMs = offset() - known;
    known += steppedMs;
    return Math.abs(steppedMs) < minStepMs ? 0 : steppedMs;
  };
}
