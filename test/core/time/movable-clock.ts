import type { Clock } from '../../../src/core/time/clock';

/** A clock that a test moves by hand. */
export interface MovableClock extends Clock {
  /** Time passes: both readings move on. */
  advance(milliseconds: number): void;
  /** The time of day is changed: only `now` jumps. */
  step(milliseconds: number): void;
}

/** Starts at `start` and stays there until it is moved. */
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
