import { DateTime } from 'luxon';

/** Moments and weekly spans as catalogs write them; `typed/` parses what people type. Pure. */

/** A moment of the week in local time: `Fri 16:00`. */
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

/** The weekly span from one moment to the other that includes `now`, or else the next one. Handles daylight saving. */
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

/** Reads `2026-12-24 18:00` or `2026-12-24` in the zone's local time; undefined for anything else. */
export function readCatalogDate(words: string, timeZone: string): number | undefined {
  const match = /^\d{4}-\d{2}-\d{2}(?:[ T](\d{1,2}:\d{2}))?$/.exec(words.trim());
  if (!match) return undefined;
  const format = match[1] === undefined ? 'yyyy-MM-dd' : 'yyyy-MM-dd H:mm';
  const read = DateTime.fromFormat(words.trim().replace('T', ' '), format, { zone: timeZone });
  return read.isValid ? read.toMillis() : undefined;
}

/** When yesterday began in the zone's local time. */
export function startOfYesterday(now: number, timeZone: string): number {
  return DateTime.fromMillis(now, { zone: timeZone }).startOf('day').minus({ days: 1 }).toMillis();
}
