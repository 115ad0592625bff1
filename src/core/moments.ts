import { parse } from 'chrono-node';
import { DateTime } from 'luxon';

/** Moments as people write them, on the wall clock of a time zone. Pure. */

/** Until when and why. */
export interface Term {
  /** Milliseconds since 1970; undefined: no end was named. */
  readonly until: number | undefined;
  readonly reason: string;
  /** Words that were to be a time and are none. */
  readonly unread: string;
}

/** A moment after `now`; a day without an hour means the end of that day. Undefined when the words name none, or one that has passed. */
export function readMoment(words: string, now: number, timeZone: string): number | undefined {
  const wall = DateTime.fromMillis(now, { zone: timeZone });
  // Reads the wall clock as if it were UTC: daylight saving is put in afterwards, by the zone's own rules.
  const pretended = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  const text = words.trim().replace(/^(until|till|by|for|in)\s+/i, '');
  const found = parse(text, { instant: new Date(pretended), timezone: 0 }, { forwardDate: true })[0];
  if (!found || found.index > 0 || found.text.length < text.length) return undefined;
  const { start } = found;
  const date = start.date();
  if (start.tags().has('result/relativeDateAndTime')) return later(now + date.getTime() - pretended, now);
  const read = DateTime.fromObject(
    {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      ...(start.isCertain('hour') ? { hour: date.getUTCHours(), minute: date.getUTCMinutes() } : {}),
    },
    { zone: timeZone },
  );
  const moment = start.isCertain('hour') ? read : read.plus({ days: 1 });
  return moment.isValid ? later(moment.toMillis(), now) : undefined;
}

const later = (moment: number, now: number): number | undefined => (moment > now ? moment : undefined);

/** The typed arguments `time` and `reason`, read. */
export function readTerm({ time = '', reason = '' }: TypedTerm, now: number, timeZone: string): Term {
  const why = reason.trim();
  if (time === '') return { until: undefined, reason: why, unread: '' };
  const until = readMoment(time, now, timeZone);
  return { until, reason: why, unread: until === undefined ? time : '' };
}

export interface TypedTerm {
  readonly time?: string | undefined;
  readonly reason?: string | undefined;
}

/** A moment of the week on the wall clock: `Fri 16:00`. */
export interface WeekMoment {
  /** 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Reads `Fri 16:00` or `Friday 16:00`; undefined for anything else. */
export function readWeekMoment(words: string): WeekMoment | undefined {
  const match = /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s+(\d{1,2}):(\d{2})$/i.exec(words.trim());
  if (!match) return undefined;
  const [hour, minute] = [Number(match[2]), Number(match[3])];
  if (hour > 24 || minute > 59 || (hour === 24 && minute > 0)) return undefined;
  return { weekday: weekdays.indexOf((match[1] ?? '').toLowerCase()) + 1, hour, minute };
}

/** The weekly span from one moment to the next that is on at `now`, else the next one. Right through daylight saving. */
export function weeklySpan(
  from: WeekMoment,
  to: WeekMoment,
  now: number,
  timeZone: string,
): { readonly from: number; readonly until: number } {
  const week = DateTime.fromMillis(now, { zone: timeZone }).startOf('week');
  const at = (moment: WeekMoment, weeks: number): number =>
    week
      .plus({ weeks, days: moment.weekday - 1 })
      .set({ hour: moment.hour % 24, minute: moment.minute })
      .plus({ days: moment.hour === 24 ? 1 : 0 })
      .toMillis();
  const spans = [-1, 0, 1].map((weeks) => {
    const begin = at(from, weeks);
    const end = at(to, weeks);
    return { from: begin, until: end > begin ? end : at(to, weeks + 1) };
  });
  return spans.find(({ until }) => until > now) ?? (spans[2] as { from: number; until: number });
}

/** Reads `2026-12-24 18:00` or `2026-12-24` on the wall clock of the zone; undefined for anything else. */
export function readDate(words: string, timeZone: string): number | undefined {
  const match = /^\d{4}-\d{2}-\d{2}(?:[ T](\d{1,2}:\d{2}))?$/.exec(words.trim());
  if (!match) return undefined;
  const format = match[1] === undefined ? 'yyyy-MM-dd' : 'yyyy-MM-dd H:mm';
  const read = DateTime.fromFormat(words.trim().replace('T', ' '), format, { zone: timeZone });
  return read.isValid ? read.toMillis() : undefined;
}
