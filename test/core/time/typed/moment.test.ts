import assert from 'node:assert/strict';
import { momentInZone } from '../../../../src/core/time/clock';
import { readMoment } from '../../../../src/core/time/typed/moment';
import type { Sense } from '../../../../src/core/time/typed/moment';

/** Phrases at fixed moments: each has its exact moment or the exact refusal. Without a sense, the end of something. */
type Row = readonly [words: string, expected: number | string, sense?: Sense];

interface Table {
  readonly title: string;
  readonly now: string;
  readonly zone: string;
  readonly rows: readonly Row[];
}

const at = (iso: string): number => Date.parse(iso);

const tables: readonly Table[] = [
  {
    title: 'Friday 27 November 2026, 13:00 in Berlin',
    now: '2026-11-27T12:00:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['until Friday', at('2026-11-28T00:00:00+01:00')],
      ['until this Friday', at('2026-11-28T00:00:00+01:00')],
      ['Friday', at('2026-11-28T00:00:00+01:00')],
      ['until Fri', at('2026-11-28T00:00:00+01:00')],
      ['until friday 18:00', at('2026-11-27T18:00:00+01:00')],
      ['until Friday 9:00', at('2026-12-04T09:00:00+01:00')],
      ['Friday at noon', at('2026-12-04T12:00:00+01:00')],
      ['until next Friday', at('2026-12-05T00:00:00+01:00')],
      ['until Saturday', at('2026-11-29T00:00:00+01:00')],
      ['until Monday', at('2026-12-01T00:00:00+01:00')],
      ['until Monday morning', at('2026-11-30T09:00:00+01:00')],
      ['Monday afternoon', at('2026-11-30T15:00:00+01:00')],
      ['Monday evening', at('2026-11-30T18:00:00+01:00')],
      ['Monday night', at('2026-11-30T22:00:00+01:00')],
      ['next monday at 9', at('2026-11-30T09:00:00+01:00')],
      ['next Saturday', '“next Saturday” could mean November 28, 2026 or December 5, 2026'],
      ['coming Tuesday', at('2026-12-02T00:00:00+01:00')],
      ['this coming Tuesday', at('2026-12-02T00:00:00+01:00')],
      ['last Friday', '“last Friday” isn’t a day in the future'],
      ['today', at('2026-11-28T00:00:00+01:00')],
      ['tonight', at('2026-11-27T22:00:00+01:00')],
      ['for tonight', at('2026-11-28T00:00:00+01:00')],
      ['this evening', at('2026-11-27T18:00:00+01:00')],
      ['for this evening', at('2026-11-28T00:00:00+01:00')],
      ['this morning', '“this morning” has passed'],
      ['tomorrow', at('2026-11-29T00:00:00+01:00')],
      ['until tomorrow 9', at('2026-11-28T09:00:00+01:00')],
      ['tomorrow 9:00', at('2026-11-28T09:00:00+01:00')],
      ['tomorrow at 9', at('2026-11-28T09:00:00+01:00')],
      ['9 tomorrow', at('2026-11-28T09:00:00+01:00')],
      ['at 9 tomorrow', at('2026-11-28T09:00:00+01:00')],
      ['tomorrow at noon', at('2026-11-28T12:00:00+01:00')],
      ['tomorrow morning', at('2026-11-28T09:00:00+01:00')],
      ['tomorrow evening at 8', at('2026-11-28T20:00:00+01:00')],
      ['8 in the evening', at('2026-11-27T20:00:00+01:00')],
      ['8 tonight', at('2026-11-27T20:00:00+01:00')],
      ['1 tonight', at('2026-11-28T01:00:00+01:00')],
      ['12 at night', at('2026-11-28T00:00:00+01:00')],
      ['18:00 in the morning', '“18:00 in the morning” contradicts itself'],
      ['the day after tomorrow', at('2026-11-30T00:00:00+01:00')],
      ['end of day', at('2026-11-28T00:00:00+01:00')],
      ['end of the day', at('2026-11-28T00:00:00+01:00')],
      ['eod', at('2026-11-28T00:00:00+01:00')],
      ['end of tomorrow', at('2026-11-29T00:00:00+01:00')],
      ['end of Monday', at('2026-12-01T00:00:00+01:00')],
      ['end of the month', at('2026-12-01T00:00:00+01:00')],
      ['eom', at('2026-12-01T00:00:00+01:00')],
      ['end of the year', at('2027-01-01T00:00:00+01:00')],
      ['end of the week', '“end of the week” isn’t a specific day'],
      ['next week', '“next week” isn’t a specific day'],
      ['this weekend', '“this weekend” isn’t a specific day'],
      ['the weekend', '“the weekend” isn’t a specific day'],
      ['noon', at('2026-11-28T12:00:00+01:00')],
      ['midday', at('2026-11-28T12:00:00+01:00')],
      ['midnight', at('2026-11-28T00:00:00+01:00')],
      ['Saturday midnight', at('2026-11-29T00:00:00+01:00')],
      ['2h', at('2026-11-27T15:00:00+01:00')],
      ['2 h', at('2026-11-27T15:00:00+01:00')],
      ['for 2 hours', at('2026-11-27T15:00:00+01:00')],
      ['in 2 hours', at('2026-11-27T15:00:00+01:00')],
      ['2 hours from now', at('2026-11-27T15:00:00+01:00')],
      ['90m', at('2026-11-27T14:30:00+01:00')],
      ['in 90 minutes', at('2026-11-27T14:30:00+01:00')],
      ['1h30m', at('2026-11-27T14:30:00+01:00')],
      ['1h30', at('2026-11-27T14:30:00+01:00')],
      ['1 h 30 min', at('2026-11-27T14:30:00+01:00')],
      ['1 hour and 30 minutes', at('2026-11-27T14:30:00+01:00')],
      ['1.5 hours', at('2026-11-27T14:30:00+01:00')],
      ['1,5 h', at('2026-11-27T14:30:00+01:00')],
      ['half an hour', at('2026-11-27T13:30:00+01:00')],
      ['a quarter of an hour', at('2026-11-27T13:15:00+01:00')],
      ['an hour and a half', at('2026-11-27T14:30:00+01:00')],
      ['one and a half hours', at('2026-11-27T14:30:00+01:00')],
      ['a couple of hours', at('2026-11-27T15:00:00+01:00')],
      ['2d', at('2026-11-29T13:00:00+01:00')],
      ['2 days', at('2026-11-29T13:00:00+01:00')],
      ['half a day', at('2026-11-28T01:00:00+01:00')],
      ['1w', at('2026-12-04T13:00:00+01:00')],
      ['two weeks', at('2026-12-11T13:00:00+01:00')],
      ['a fortnight', at('2026-12-11T13:00:00+01:00')],
      ['1 month', at('2026-12-27T13:00:00+01:00')],
      ['3 months', at('2027-02-27T13:00:00+01:00')],
      ['1 year', at('2027-11-27T13:00:00+01:00')],
      ['0h', '“0h” isn’t a time'],
      ['99999 weeks', '“99999 weeks” is more than a hundred years away'],
      ['2h 3h', 'I can’t read “2h 3h” as a time'],
      ['18:00', at('2026-11-27T18:00:00+01:00')],
      ['until 18:00', at('2026-11-27T18:00:00+01:00')],
      ['by 18:00', at('2026-11-27T18:00:00+01:00')],
      ['6pm', at('2026-11-27T18:00:00+01:00')],
      ['6 pm', at('2026-11-27T18:00:00+01:00')],
      ['6:30pm', at('2026-11-27T18:30:00+01:00')],
      ['6 p.m.', at('2026-11-27T18:00:00+01:00')],
      ['18.30', at('2026-11-27T18:30:00+01:00')],
      ['12am', at('2026-11-28T00:00:00+01:00')],
      ['12pm', at('2026-11-28T12:00:00+01:00')],
      ['13pm', 'I can’t read “13pm” as a time'],
      ['24:00', at('2026-11-28T00:00:00+01:00')],
      ['25:00', 'I can’t read “25:00” as a time'],
      ['12:60', 'I can’t read “12:60” as a time'],
      ['9', '“9” could mean a time of day or a number of hours'],
      ['at 9', at('2026-11-28T09:00:00+01:00')],
      ["9 o'clock", at('2026-11-28T09:00:00+01:00')],
      ['18:00 CET', at('2026-11-27T18:00:00+01:00')],
      ['18:00 (CET)', at('2026-11-27T18:00:00+01:00')],
      ['9:00 UTC+2', at('2026-11-28T08:00:00+01:00')],
      ['9:00 UTC +2', at('2026-11-28T08:00:00+01:00')],
      ['9:00 GMT-5:30', at('2026-11-27T15:30:00+01:00')],
      ['09:00+05:30', at('2026-11-28T04:30:00+01:00')],
      ['18:00 UTC', at('2026-11-27T19:00:00+01:00')],
      ['18:00 EST', at('2026-11-28T00:00:00+01:00')],
      ['18:00 PT', at('2026-11-28T03:00:00+01:00')],
      ['18:00 Europe/London', at('2026-11-27T19:00:00+01:00')],
      ['18:00 Asia/Kolkata', at('2026-11-27T13:30:00+01:00')],
      ['18:00 Mars/Olympus', 'I can’t read “18:00 Mars/Olympus” as a time'],
      ['18:00 IST', 'IST is the name of several time zones'],
      ['18:00 CST', 'CST is the name of several time zones'],
      ['Friday UTC', at('2026-11-28T01:00:00+01:00')],
      ['tomorrow 18:00 PST', at('2026-11-29T03:00:00+01:00')],
      ['2026-12-01T18:00:00Z', at('2026-12-01T19:00:00+01:00')],
      ['2026-12-01T18:00:00+05:30', at('2026-12-01T13:30:00+01:00')],
      ['2026-12-01T18:00', at('2026-12-01T18:00:00+01:00')],
      ['2026-12-24 18:00', at('2026-12-24T18:00:00+01:00')],
      ['2026-12-24', at('2026-12-25T00:00:00+01:00')],
      ['2026/12/24', at('2026-12-25T00:00:00+01:00')],
      ['24 Dec', at('2026-12-25T00:00:00+01:00')],
      ['24th of December at 8', at('2026-12-24T08:00:00+01:00')],
      ['Dec 24 8am', at('2026-12-24T08:00:00+01:00')],
      ['Dec 24, 2026', at('2026-12-25T00:00:00+01:00')],
      ['December 24th', at('2026-12-25T00:00:00+01:00')],
      ['24 dec 2027 at noon', at('2027-12-24T12:00:00+01:00')],
      ['24/12', at('2026-12-25T00:00:00+01:00')],
      ['12/24', at('2026-12-25T00:00:00+01:00')],
      ['24/12/2026', at('2026-12-25T00:00:00+01:00')],
      ['24.12.', at('2026-12-25T00:00:00+01:00')],
      ['24.12.2026 18:00', at('2026-12-24T18:00:00+01:00')],
      ['24-12-2026', at('2026-12-25T00:00:00+01:00')],
      ['01/02/2027', '“01/02/2027” could mean Feb 1, 2027 or Jan 2, 2027'],
      ['1/2', '“1/2” could mean Feb 1 or Jan 2'],
      ['02/02/2027', at('2027-02-03T00:00:00+01:00')],
      ['9.10', '“9.10” could mean 9:10 or Oct 9'],
      ['at 9.10', at('2026-11-28T09:10:00+01:00')],
      ['the 24th', at('2026-12-25T00:00:00+01:00')],
      ['the 31st', at('2027-01-01T00:00:00+01:00')],
      ['29 Feb', at('2028-03-01T00:00:00+01:00')],
      ['31 Feb', 'I can’t read “31 Feb” as a time'],
      ['Friday 27 Nov', at('2026-11-28T00:00:00+01:00')],
      ['Monday 27 Nov', 'November 27, 2026 is a Friday, not a Monday'],
      ['Tue 1 December 9:30', at('2026-12-01T09:30:00+01:00')],
      ['today 9:00', '“today 9:00” has passed'],
      ['2020-01-01', '“2020-01-01” has passed'],
      ['26 November 2026', '“26 November 2026” has passed'],
      ['1 January 2036', at('2036-01-02T00:00:00+01:00')],
      ['forever', 'I can’t read “forever” as a time'],
      ['the cows come home', 'I can’t read “the cows come home” as a time'],
      ['Friday or so', 'I can’t read “Friday or so” as a time'],
      ['until', 'I can’t read “until” as a time'],
      ['soon', 'I can’t read “soon” as a time'],
      ['later', 'I can’t read “later” as a time'],
      ['Freitag', 'I can’t read “Freitag” as a time'],
      ['in', 'I can’t read “in” as a time'],
      ['now', 'I can’t read “now” as a time'],
      ['yesterday', '“yesterday” has passed'],
      ['-2h', 'I can’t read “-2h” as a time'],
      ['2', '“2” could mean a time of day or a number of hours'],
      ['tomorrow 25:00', 'I can’t read “tomorrow 25:00” as a time'],
      ['18:00 18:00', 'I can’t read “18:00 18:00” as a time'],
      ['until until Friday', 'I can’t read “until until Friday” as a time'],
    ],
  },
  {
    title: 'Saturday 28 November 2026, 10:00 in Berlin',
    now: '2026-11-28T09:00:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['until Saturday', at('2026-11-29T00:00:00+01:00')],
      ['Saturday morning', at('2026-12-05T09:00:00+01:00')],
      ['Saturday 9:00', at('2026-12-05T09:00:00+01:00')],
      ['Sunday', at('2026-11-30T00:00:00+01:00')],
      ['next Sunday', '“next Sunday” could mean November 29, 2026 or December 6, 2026'],
      ['until Friday', at('2026-12-05T00:00:00+01:00')],
      ['the weekend', '“the weekend” isn’t a specific day'],
    ],
  },
  {
    title: 'Monday 23 November 2026, 11:30 in Berlin',
    now: '2026-11-23T10:30:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['next Friday', '“next Friday” could mean November 27, 2026 or December 4, 2026'],
      ['next Monday', at('2026-12-01T00:00:00+01:00')],
      ['Monday', at('2026-11-24T00:00:00+01:00')],
      ['this Monday', at('2026-11-24T00:00:00+01:00')],
      ['Monday 8:00', at('2026-11-30T08:00:00+01:00')],
    ],
  },
  {
    title: 'Saturday 27 March 2027, 13:00 in Berlin, the night before clocks go forward',
    now: '2027-03-27T12:00:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['1d', at('2027-03-28T14:00:00+02:00')],
      ['2d', at('2027-03-29T14:00:00+02:00')],
      ['tomorrow 13:00', at('2027-03-28T13:00:00+02:00')],
      ['tomorrow 2:30', at('2027-03-28T03:30:00+02:00')],
      ['tomorrow', at('2027-03-29T00:00:00+02:00')],
      ['today', at('2027-03-28T00:00:00+01:00')],
      ['24h', at('2027-03-28T14:00:00+02:00')],
      ['1 month', at('2027-04-27T13:00:00+02:00')],
      ['tomorrow', at('2027-03-28T09:00:00+02:00'), 'at'],
    ],
  },
  {
    title: 'Saturday 30 October 2027, 13:00 in Berlin, the night before clocks go back',
    now: '2027-10-30T11:00:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['1d', at('2027-10-31T12:00:00+01:00')],
      ['2d', at('2027-11-01T12:00:00+01:00')],
      ['tomorrow 13:00', at('2027-10-31T13:00:00+01:00')],
      ['tomorrow 2:30', at('2027-10-31T02:30:00+02:00')],
      ['tomorrow 2:30 CET', at('2027-10-31T02:30:00+01:00')],
      ['tomorrow 2:30 CEST', at('2027-10-31T02:30:00+02:00')],
      ['tomorrow', at('2027-11-01T00:00:00+01:00')],
      ['in 14 hours', at('2027-10-31T02:00:00+01:00')],
    ],
  },
  {
    title: 'Sunday 31 October 2027, 2:15 in Berlin, the first of two',
    now: '2027-10-31T00:15:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['2:30', at('2027-10-31T02:30:00+02:00')],
      ['2:10', at('2027-10-31T02:10:00+01:00')],
      ['3:00', at('2027-10-31T03:00:00+01:00')],
    ],
  },
  {
    title: 'Sunday 31 October 2027, 2:15 in Berlin, the second of two',
    now: '2027-10-31T01:15:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['2:30', at('2027-10-31T02:30:00+01:00')],
      ['2:10', at('2027-11-01T02:10:00+01:00')],
    ],
  },
  {
    title: 'Friday 27 November 2026, 20:00 in New York',
    now: '2026-11-28T01:00:00.000Z',
    zone: 'America/New_York',
    rows: [
      ['until Friday', at('2026-11-28T00:00:00-05:00')],
      ['tomorrow 9', at('2026-11-28T09:00:00-05:00')],
      ['18:00 CET', at('2026-11-28T12:00:00-05:00')],
      ['9:00 Europe/Berlin', at('2026-11-28T03:00:00-05:00')],
      ['midnight', at('2026-11-28T00:00:00-05:00')],
    ],
  },
  {
    title: 'Saturday 13 March 2027, 22:00 in New York',
    now: '2027-03-14T03:00:00.000Z',
    zone: 'America/New_York',
    rows: [
      ['in 6 hours', at('2027-03-14T05:00:00-04:00')],
      ['tomorrow 2:30', at('2027-03-14T03:30:00-04:00')],
      ['tomorrow 9', at('2027-03-14T09:00:00-04:00')],
    ],
  },
  {
    title: 'Saturday 6 November 2027, 22:00 in New York',
    now: '2027-11-07T02:00:00.000Z',
    zone: 'America/New_York',
    rows: [
      ['in 6 hours', at('2027-11-07T03:00:00-05:00')],
      ['tomorrow 1:30', at('2027-11-07T01:30:00-04:00')],
    ],
  },
  {
    title: 'Friday 27 November 2026, 23:30 in Sydney',
    now: '2026-11-27T12:30:00.000Z',
    zone: 'Australia/Sydney',
    rows: [
      ['until Friday', at('2026-11-28T00:00:00+11:00')],
      ['tomorrow 9', at('2026-11-28T09:00:00+11:00')],
      ['30m', at('2026-11-28T00:00:00+11:00')],
      ['18:00 UTC', at('2026-11-28T05:00:00+11:00')],
    ],
  },
  {
    title: 'Thursday 31 December 2026, 22:00 in Kolkata',
    now: '2026-12-31T16:30:00.000Z',
    zone: 'Asia/Kolkata',
    rows: [
      ['tomorrow', at('2027-01-02T00:00:00+05:30')],
      ['in 3 hours', at('2027-01-01T01:00:00+05:30')],
      ['end of the year', at('2027-01-01T00:00:00+05:30')],
      ['end of the month', at('2027-01-01T00:00:00+05:30')],
      ['1 January', at('2027-01-02T00:00:00+05:30')],
      ['31 December', at('2027-01-01T00:00:00+05:30')],
      ['2 months', at('2027-02-28T22:00:00+05:30')],
      ['Thursday', at('2027-01-01T00:00:00+05:30')],
      ['1 Jan 9:00', at('2027-01-01T09:00:00+05:30')],
    ],
  },
  {
    title: 'Sunday 31 January 2027, 12:00 in Berlin',
    now: '2027-01-31T11:00:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['1 month', at('2027-02-28T12:00:00+01:00')],
      ['the 30th', at('2027-03-31T00:00:00+02:00')],
      ['Sunday', at('2027-02-01T00:00:00+01:00')],
    ],
  },
  {
    title: 'Friday 27 November 2026, 13:00 in Berlin (beginnings)',
    now: '2026-11-27T12:00:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['tomorrow', at('2026-11-28T09:00:00+01:00'), 'at'],
      ['at 9', at('2026-11-28T09:00:00+01:00'), 'at'],
      ['Friday', at('2026-12-04T09:00:00+01:00'), 'at'],
      ['on Monday', at('2026-11-30T09:00:00+01:00'), 'at'],
      ['at noon', at('2026-11-28T12:00:00+01:00'), 'at'],
      ['in 90m', at('2026-11-27T14:30:00+01:00'), 'at'],
      ['at 13:00', at('2026-11-28T13:00:00+01:00'), 'at'],
      ['tonight', at('2026-11-27T22:00:00+01:00'), 'at'],
      ['end of day', at('2026-11-28T00:00:00+01:00'), 'at'],
    ],
  },
  {
    title: 'Friday 27 November 2026, 13:00 in Berlin (the past)',
    now: '2026-11-27T12:00:00.000Z',
    zone: 'Europe/Berlin',
    rows: [
      ['yesterday', at('2026-11-26T00:00:00+01:00'), 'since'],
      ['since Monday', at('2026-11-23T00:00:00+01:00'), 'since'],
      ['Friday', at('2026-11-27T00:00:00+01:00'), 'since'],
      ['last Friday', at('2026-11-20T00:00:00+01:00'), 'since'],
      ['2 hours ago', at('2026-11-27T11:00:00+01:00'), 'since'],
      ['last 24 hours', at('2026-11-26T13:00:00+01:00'), 'since'],
      ['9:00', at('2026-11-27T09:00:00+01:00'), 'since'],
      ['18:00', at('2026-11-26T18:00:00+01:00'), 'since'],
      ['2026-11-20', at('2026-11-20T00:00:00+01:00'), 'since'],
      ['20 Nov', at('2026-11-20T00:00:00+01:00'), 'since'],
      ['24 Dec', at('2025-12-24T00:00:00+01:00'), 'since'],
      ['yesterday 14:00', at('2026-11-26T14:00:00+01:00'), 'since'],
      ['tomorrow', '“tomorrow” is in the future', 'since'],
      ['2027-01-01', '“2027-01-01” is in the future', 'since'],
      ['01/02/2026', '“01/02/2026” could mean Feb 1, 2026 or Jan 2, 2026', 'since'],
      ['yesterday', at('2026-11-27T00:00:00+01:00'), 'up to'],
      ['Friday', at('2026-11-28T00:00:00+01:00'), 'up to'],
      ['2026-11-20', at('2026-11-21T00:00:00+01:00'), 'up to'],
      ['noon', at('2026-11-27T12:00:00+01:00'), 'up to'],
    ],
  },
];

describe('the time parser', () => {
  for (const { title, now, zone, rows } of tables)
    describe(`on ${title}`, () => {
      for (const [words, expected, sense = 'until'] of rows) {
        const time = Date.parse(now);
        const named = typeof expected === 'number' ? momentInZone(expected, time, zone) : `refused: ${expected}`;
        it(`${sense === 'until' ? '' : `${sense}: `}“${words}” is ${named}`, () => {
          const read = readMoment(words, sense, { now: time, timeZone: zone });
          assert.deepEqual('at' in read ? read.at : read.problem, expected);
        });
      }
    });

  it('reads nothing longer than 200 characters, however it begins', () => {
    const read = readMoment(`tomorrow${' '.repeat(200)}`, 'until', { now: Date.UTC(2026, 10, 27), timeZone: 'UTC' });
    assert.ok('problem' in read);
  });

  it('reads no word from the prototype of an object', () => {
    for (const words of [
      '__proto__',
      'constructor',
      'until toString',
      '2 constructor',
      '18:00 valueOf',
      'at __proto__',
    ])
      assert.ok('problem' in readMoment(words, 'until', { now: Date.UTC(2026, 10, 27), timeZone: 'UTC' }), words);
  });

  it('names the moment with its zone, and with its day and year if they are different', () => {
    const now = at('2026-11-27T13:00:00+01:00');
    assert.equal(momentInZone(at('2026-11-27T18:00:00+01:00'), now, 'Europe/Berlin'), '18:00 CET');
    assert.equal(
      momentInZone(at('2026-11-28T00:00:00+01:00'), now, 'Europe/Berlin').replaceAll('\u00A0', ' '),
      'Sat, Nov 28, 00:00 CET',
    );
    assert.equal(
      momentInZone(at('2027-07-01T09:00:00+02:00'), now, 'Europe/Berlin').replaceAll('\u00A0', ' '),
      'Thu, Jul 1, 2027, 09:00 CEST',
    );
    assert.match(momentInZone(at('2026-11-27T18:00:00+01:00'), now, 'America/New_York'), /12:00 EST$/);
    assert.match(momentInZone(at('2026-11-27T18:00:00+01:00'), now, 'Asia/Tokyo'), /02:00 GMT\+9$/);
  });
});
