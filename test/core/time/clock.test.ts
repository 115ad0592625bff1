import assert from 'node:assert/strict';
import { createMovableClock } from './movable-clock';
import { systemClock } from '../../../src/core/time/clock';

describe('clock', () => {
  it('goes on by both readings as time goes by', () => {
    const clock = createMovableClock(1_000);
    clock.advance(500);
    assert.deepEqual([clock.now(), clock.elapsed()], [1_500, 500]);
  });

  it('steps the time of day and leaves alone what has gone by', () => {
    const clock = createMovableClock(1_000);
    clock.advance(500);
    clock.step(-1_200);
    assert.deepEqual([clock.now(), clock.elapsed()], [300, 500]);
  });

  it("reads what has gone by from the machine's steady clock", () => {
    const before = performance.now();
    const read = systemClock.elapsed();
    assert.ok(before <= read && read <= performance.now());
  });
});
