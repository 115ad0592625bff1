import assert from 'node:assert/strict';
import {
  createWatchedTime,
  dayAndMonth,
  describeDuration,
  describeMoment,
  footerTime,
  systemClock,
  timeOfDay,
  timeWithSeconds,
} from '../../../src/core/time/clock';
import { createMovableClock } from './movable-clock';

describe('clock', () => {
  it('both readings move on as time passes', () => {
    const clock = createMovableClock(1_000);
    clock.advance(500);
    assert.deepEqual([clock.now(), clock.elapsed()], [1_500, 500]);
  });

  it('changing the time of day does not change the elapsed time', () => {
    const clock = createMovableClock(1_000);
    clock.advance(500);
    clock.step(-1_200);
    assert.deepEqual([clock.now(), clock.elapsed()], [300, 500]);
  });

  it('reads elapsed time from the machine’s steady clock', () => {
    const before = performance.now();
    const read = systemClock.elapsed();
    assert.ok(before <= read && read <= performance.now());
  });
});

describe('watched time', () => {
  it('counts from the first check, whatever the time of day does in the meantime', () => {
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

  it('counts a pause of the process or the machine as one short pause', () => {
    const clock = createMovableClock(0);
    const watched = createWatchedTime(clock, 5_000);
    watched.look('run');
    clock.advance(2 * 86_400_000);
    assert.equal(watched.look('run'), 5_000);
  });

  it('starts over with forgotten keys', () => {
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

const at = Date.parse('2026-11-20T13:09:41Z');

describe('times', () => {
  it('are in the zone of the place', () => {
    assert.equal(timeOfDay(at, 'Europe/Berlin'), '14:09');
    assert.equal(timeOfDay(at, 'America/New_York'), '08:09');
    assert.equal(timeWithSeconds(at, 'UTC'), '13:09:41');
    assert.equal(dayAndMonth(at, 'UTC'), 'Nov\u00A020');
  });

  it('name the zone once, in the footer', () =>
    assert.equal(footerTime(at, 'Europe/Berlin'), 'Fri, Nov 20, 14:09 CET'));

  it('name the day only if it is another one', () => {
    assert.equal(describeMoment(at, at + 60_000, 'UTC'), '13:09');
    assert.equal(describeMoment(at, at + 86_400_000, 'UTC'), 'Nov\u00A020, 13:09');
    assert.equal(
      describeMoment(at, at + 365 * 86_400_000, 'UTC'),
      `Nov\u00A020, ${new Date(at).getUTCFullYear()}, 13:09`,
    );
  });

  const durations: [number, string][] = [
    [0, '0\u00A0s'],
    [12_400, '12\u00A0s'],
    [300_000, '5\u00A0min'],
    [6_780_000, '1\u00A0h\u00A053\u00A0min'],
    [7_200_000, '2\u00A0h'],
    [259_200_000, '3\u00A0days'],
  ];
  for (const [milliseconds, words] of durations)
    it(`${milliseconds} ms is "${words}"`, () => assert.equal(describeDuration(milliseconds), words));
});
