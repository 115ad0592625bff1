import assert from 'node:assert/strict';
import { createMovableClock } from './movable-clock';
import { createWatchedTime } from '../../../src/core/time/watched-time';

describe('watched time', () => {
  it('counts from the first look, whatever the time of day does meanwhile', () => {
    const clock = createMovableClock(1_000_000);
    const watched = createWatchedTime(clock, 5_000);
    assert.equal(watched.look('run'), 0);
    clock.step(2 * 86_400_000);
    clock.advance(1_000);
    assert.equal(watched.look('run'), 1_000);
    clock.step(-3_600_000);
    clock.advance(1_000);
    assert.equal(watched.look('run'), 2_000);
  });

  it('counts a standstill of the process or the machine as one short pause', () => {
    const clock = createMovableClock(0);
    const watched = createWatchedTime(clock, 5_000);
    watched.look('run');
    clock.advance(2 * 86_400_000);
    assert.equal(watched.look('run'), 5_000);
  });

  it('starts over with what was forgotten', () => {
    const clock = createMovableClock(0);
    const watched = createWatchedTime(clock, 5_000);
    watched.look('run');
    clock.advance(1_000);
    watched.look('run');
    watched.forget('run');
    clock.advance(1_000);
    assert.equal(watched.look('run'), 0);
  });
});
