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
