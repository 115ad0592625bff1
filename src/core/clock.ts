/** The time, injected everywhere a decision depends on it. Milliseconds since 1970. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that a test moves by hand. */
export interface MovableClock extends Clock {
  advance(milliseconds: number): void;
}

/** Starts at `start` and stands still until it is advanced. */
export function createMovableClock(start: number): MovableClock {
  let now = start;
  return { now: () => now, advance: (milliseconds) => void (now += milliseconds) };
}
