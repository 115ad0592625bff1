import assert from 'node:assert/strict';
import { DateTime } from 'luxon';
import { nextAfter, readEvery, readOnce, readRemind, readReminder } from '../../../src/features/schedules/parse';
import type { Spoken } from '../../../src/features/schedules/parse';

const zone = 'Europe/Berlin';
const at = (text: string): number => DateTime.fromISO(text, { zone }).toMillis();
const wall = (moment: number | undefined): string =>
  moment === undefined ? 'never' : DateTime.fromMillis(moment, { zone }).toFormat('ccc dd LLL HH:mm');
const friday = at('2026-11-20T14:00');
const asked = { now: friday, timeZone: zone };
const understood = (read: ReturnType<typeof readEvery>): Spoken =>
  'problem' in read ? assert.fail(read.problem) : read;

describe('the time of a schedule', () => {
  const again: Record<string, readonly [words: string, next: string]> = {
    'weekday at 9 health of shop': ['every weekday at 09:00', 'Mon 23 Nov 09:00'],
    'day at 14:30 health of shop': ['every day at 14:30', 'Fri 20 Nov 14:30'],
    'Monday at 7am health of shop': ['every Monday at 07:00', 'Mon 23 Nov 07:00'],
    'tue and thu at 12 pm health of shop': ['every Tuesday and Thursday at 12:00', 'Tue 24 Nov 12:00'],
    'hour health of shop': ['every hour', 'Fri 20 Nov 15:00'],
    'Mondays at 9 health of shop': ['every Monday at 09:00', 'Mon 23 Nov 09:00'],
    'weekdays at 9am health of shop': ['every weekday at 09:00', 'Mon 23 Nov 09:00'],
    'tues at noon health of shop': ['every Tuesday at 12:00', 'Tue 24 Nov 12:00'],
    'mon, weds and Fridays 16:30 health of shop': [
      'every Monday and Wednesday and Friday at 16:30',
      'Fri 20 Nov 16:30',
    ],
    'morning health of shop': ['every day at 09:00', 'Sat 21 Nov 09:00'],
    'Friday evening at 8 health of shop': ['every Friday at 20:00', 'Fri 20 Nov 20:00'],
    'day at midnight health of shop': ['every day at 00:00', 'Sat 21 Nov 00:00'],
  };
  for (const [text, [words, next]] of Object.entries(again))
    it(`“every ${text}” is next ${next}`, () => {
      const spoken = understood(readEvery(text));
      assert.ok(spoken.when.kind === 'again');
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
    'at 9 tomorrow remind me x': 'Sat 21 Nov 09:00',
    'tomorrow remind me x': 'Sat 21 Nov 09:00',
    'tomorrow at noon remind me x': 'Sat 21 Nov 12:00',
    'at noon remind me x': 'Sat 21 Nov 12:00',
    'in 90m remind me x': 'Fri 20 Nov 15:30',
    'in 2h remind me x': 'Fri 20 Nov 16:00',
    'in half an hour remind me x': 'Fri 20 Nov 14:30',
    'in 1.5 hours remind me x': 'Fri 20 Nov 15:30',
    'on Friday at 16:00 remind me x': 'Fri 20 Nov 16:00',
    'at 9 on next Monday remind me x': 'Mon 23 Nov 09:00',
    'next monday at 9 remind me x': 'Mon 23 Nov 09:00',
    'at 18:00 UTC remind me x': 'Fri 20 Nov 19:00',
    'at 10:00 America/New_York remind me x': 'Fri 20 Nov 16:00',
  };
  for (const [text, moment] of Object.entries(once))
    it(`“${text}” is ${moment}`, () => {
      const spoken = understood(readOnce(text, asked));
      assert.equal(wall(nextAfter(spoken.when, friday, zone)), moment);
      assert.equal(spoken.what, 'remind me x');
    });

  const refused: Record<string, RegExp> = {
    'every day health of shop': /can’t tell when/,
    'every money at 9 x': /can’t tell when/,
    'every day at 25 x': /can’t tell when/,
    'every day at 9:70 x': /can’t tell when/,
    'every weekday at 13pm x': /can’t tell when/,
    'every hour': /can’t tell what/,
    'every Friday at midnight x': /could mean the start or the end of that day/,
    'every day at 9 IST x': /several time zones/,
    'in production deploy': /can’t tell when/,
    'in 0 hours x': /isn’t a time/,
    'at 01/02/2027 x': /Feb 1, 2027 or Jan 2, 2027/,
    'today at 9 x': /“today at 9” has passed/,
    'tomorrow at 9': /can’t tell what/,
  };
  for (const [text, problem] of Object.entries(refused))
    it(`“${text}” is refused with a sentence`, () => {
      const read = text.startsWith('every ') ? readEvery(text.slice(6)) : readOnce(text, asked);
      assert.match('problem' in read ? read.problem : read.what, problem);
    });

  const reminders: Record<string, readonly [what: string, next: string]> = {
    'me to look at the graphs in 2 hours': ['remind me to look at the graphs', 'Fri 20 Nov 16:00'],
    'me in 2 hours to look at the graphs': ['remind me to look at the graphs', 'Fri 20 Nov 16:00'],
    'me to ask Noor at 9 tomorrow': ['remind me to ask Noor', 'Sat 21 Nov 09:00'],
    'me tomorrow at 9 to ask Noor': ['remind me to ask Noor', 'Sat 21 Nov 09:00'],
    'me to call Bob tomorrow': ['remind me to call Bob', 'Sat 21 Nov 09:00'],
    'us every Friday at 16:00 to write the notes': ['remind us to write the notes', 'Fri 20 Nov 16:00'],
    'us to write the notes every Friday at 16:00': ['remind us to write the notes', 'Fri 20 Nov 16:00'],
  };
  for (const [text, [what, next]] of Object.entries(reminders))
    it(`“remind ${text}” is ${next}`, () => {
      const spoken = understood(readRemind(text, asked));
      assert.deepEqual([spoken.what, wall(nextAfter(spoken.when, friday, zone))], [what, next]);
    });

  it('keeps the zone that is given with repeating days', () => {
    const spoken = understood(readEvery('day at 9 Europe/London health of shop'));
    assert.equal(spoken.timeZone, 'Europe/London');
    assert.equal(wall(nextAfter(spoken.when, friday, spoken.timeZone ?? zone)), 'Sat 21 Nov 10:00');
    assert.equal(understood(readEvery('day at 9 UTC+2 health of shop')).timeZone, 'Etc/GMT-2');
  });

  it('keeps the local time when daylight saving begins and ends, and happens once if an hour is missing or repeated', () => {
    const nine = understood(readEvery('day at 9 x'));
    const half = understood(readEvery('day at 2:30 x'));
    assert.equal(wall(nextAfter(nine.when, at('2027-03-27T10:00'), zone)), 'Sun 28 Mar 09:00');
    assert.equal(wall(nextAfter(nine.when, at('2027-10-30T10:00'), zone)), 'Sun 31 Oct 09:00');
    assert.equal(wall(nextAfter(half.when, at('2027-03-27T10:00'), zone)).slice(0, 10), 'Sun 28 Mar');
    const first = nextAfter(half.when, at('2027-10-30T10:00'), zone) ?? 0;
    assert.equal(wall(nextAfter(half.when, first, zone)), 'Mon 01 Nov 02:30');
    const day = understood(readOnce('in 1 day x', { now: at('2027-03-27T10:00'), timeZone: zone }));
    assert.equal(wall(nextAfter(day.when, 0, zone)), 'Sun 28 Mar 11:00', 'a day is 24 hours long');
    const tomorrow = understood(readOnce('tomorrow at 10 x', { now: at('2027-03-27T10:00'), timeZone: zone }));
    assert.equal(wall(nextAfter(tomorrow.when, 0, zone)), 'Sun 28 Mar 10:00');
  });

  it('tells a reminder from a line', () => {
    assert.deepEqual(readReminder('remind me to go home'), { whom: 'me', text: 'go home' });
    assert.deepEqual(readReminder('Remind us that it is late'), { whom: 'us', text: 'it is late' });
    assert.equal(readReminder('health of shop'), undefined);
  });
});
