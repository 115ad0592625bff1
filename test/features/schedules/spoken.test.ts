import assert from 'node:assert/strict';
import { DateTime } from 'luxon';
import { nextAfter, readEvery, readOnce, readReminder } from '../../../src/features/schedules/spoken';

const zone = 'Europe/Berlin';
const at = (text: string): number => DateTime.fromISO(text, { zone }).toMillis();
const wall = (moment: number | undefined): string =>
  moment === undefined ? 'never' : DateTime.fromMillis(moment, { zone }).toFormat('ccc dd LLL HH:mm');
const friday = at('2026-11-20T14:00');

describe('when something is to happen', () => {
  const again: Record<string, readonly [words: string, next: string]> = {
    'weekday at 9 health of shop': ['every weekday at 09:00', 'Mon 23 Nov 09:00'],
    'day at 14:30 health of shop': ['every day at 14:30', 'Fri 20 Nov 14:30'],
    'Monday at 7am health of shop': ['every Monday at 07:00', 'Mon 23 Nov 07:00'],
    'tue and thu at 12 pm health of shop': ['every Tuesday and Thursday at 12:00', 'Tue 24 Nov 12:00'],
    'hour health of shop': ['every hour', 'Fri 20 Nov 15:00'],
  };
  for (const [text, [words, next]] of Object.entries(again))
    it(`“every ${text}” comes ${next}`, () => {
      const spoken = readEvery(text);
      assert.ok(spoken?.when.kind === 'again');
      assert.equal(spoken.when.words, words);
      assert.equal(spoken.what, 'health of shop');
      assert.equal(wall(nextAfter(spoken.when, friday, zone)), next);
    });

  const once: Record<string, string> = {
    'in 2 hours remind me x': 'Fri 20 Nov 16:00',
    'in an hour remind me x': 'Fri 20 Nov 15:00',
    'in 3 days remind me x': 'Mon 23 Nov 14:00',
    'at 16:30 remind me x': 'Fri 20 Nov 16:30',
    'at 9 remind me x': 'Sat 21 Nov 09:00',
    'tomorrow at 9 remind me x': 'Sat 21 Nov 09:00',
  };
  for (const [text, moment] of Object.entries(once))
    it(`“${text}” is ${moment}`, () => {
      const spoken = readOnce(text, friday, zone);
      assert.equal(spoken && wall(nextAfter(spoken.when, friday, zone)), moment);
      assert.equal(spoken?.what, 'remind me x');
    });

  for (const text of [
    'day health of shop',
    'money at 9 x',
    'day at 25 x',
    'day at 9:70 x',
    'weekday at 13pm x',
    'hour',
  ])
    it(`“every ${text}” is nothing`, () => assert.equal(readEvery(text), undefined));
  for (const text of ['in production deploy', 'in 0 hours x', 'at noon x', 'tomorrow x'])
    it(`“${text}” is nothing`, () => assert.equal(readOnce(text, friday, zone), undefined));

  it('stays on the wall clock when daylight saving begins and ends, and comes once where an hour is missing or twice there', () => {
    const nine = readEvery('day at 9 x');
    const half = readEvery('day at 2:30 x');
    assert.ok(nine && half);
    assert.equal(wall(nextAfter(nine.when, at('2027-03-27T10:00'), zone)), 'Sun 28 Mar 09:00');
    assert.equal(wall(nextAfter(nine.when, at('2027-10-30T10:00'), zone)), 'Sun 31 Oct 09:00');
    assert.equal(wall(nextAfter(half.when, at('2027-03-27T10:00'), zone)).slice(0, 10), 'Sun 28 Mar');
    const first = nextAfter(half.when, at('2027-10-30T10:00'), zone) ?? 0;
    assert.equal(wall(nextAfter(half.when, first, zone)), 'Mon 01 Nov 02:30');
    const spoken = readOnce('in 1 day x', at('2027-03-27T10:00'), zone);
    assert.equal(spoken && wall(nextAfter(spoken.when, 0, zone)), 'Sun 28 Mar 10:00');
  });

  it('knows a reminder from a line', () => {
    assert.deepEqual(readReminder('remind me to go home'), { whom: 'me', text: 'go home' });
    assert.deepEqual(readReminder('Remind us that it is late'), { whom: 'us', text: 'it is late' });
    assert.equal(readReminder('health of shop'), undefined);
  });
});
