/**
 * The time, injected everywhere a decision depends on it. Two readings, because the time of day is corrected now and then: it jumps back and
 * forth by seconds, hours or days, while what takes five seconds still takes five seconds.
 */
export interface Clock {
  /** Milliseconds since 1970: for what people are told, what is stored and what other machines read. It can jump in either direction. */
  now(): number;
  /** Milliseconds since some moment of this process; never jumps and never goes back: for windows, durations, time limits and caches. */
  elapsed(): number;
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** A clock that a test moves by hand. */
export interface MovableClock extends Clock {
  /** Time goes by: both readings move on. */
  advance(milliseconds: number): void;
  /** The time of day is corrected: only `now` jumps. */
  step(milliseconds: number): void;
}

/** Starts at `start` and stands still until it is moved. */
export function createMovableClock(start: number): MovableClock {
  let stepped = 0;
  let elapsed = 0;
  return {
    now: () => start + stepped + elapsed,
    elapsed: () => elapsed,
    advance: (milliseconds) => void (elapsed += milliseconds),
    step: (milliseconds) => void (stepped += milliseconds),
  };
}
