import assert from 'node:assert/strict';
import {
  dayAndMonth,
  describeDuration,
  footerTime,
  describeMoment,
  timeOfDay,
  timeWithSeconds,
} from '../../../src/core/time/words';

const at = Date.parse('2026-11-20T13:09:41Z');

describe('times', () => {
  it('read in the zone of the place', () => {
    assert.equal(timeOfDay(at, 'Europe/Berlin'), '14:09');
    assert.equal(timeOfDay(at, 'America/New_York'), '08:09');
    assert.equal(timeWithSeconds(at, 'UTC'), '13:09:41');
    assert.equal(dayAndMonth(at, 'UTC'), '20\u00A0Nov');
  });

  it('name the zone once, in the footer', () => assert.equal(footerTime(at, 'Europe/Berlin'), 'Fri 20 Nov, 14:09 CET'));

  it('name the day only when it is another one', () => {
    assert.equal(describeMoment(at, at + 60_000, 'UTC'), '13:09');
    assert.equal(describeMoment(at, at + 86_400_000, 'UTC'), '20\u00A0Nov, 13:09');
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
    it(`${milliseconds} ms read "${words}"`, () => assert.equal(describeDuration(milliseconds), words));
});
