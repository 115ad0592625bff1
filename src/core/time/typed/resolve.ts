import { enumerate } from '../../text';
import { midnightMs } from './clock';
import { lengthOf, monthNames } from './date';
import type { Day } from './date';
import type { AskedWhen, Moment, Sense, Unread } from './moment';
import type { DayPart, Pieces } from './pieces';
import { dayMs, instantsOf, wallOf } from './zone';

/** Which moment a day, a part of it, a time and a zone are, seen from now. Pure. */

const hourMs = 3_600_000;
const begins: Readonly<Record<DayPart, number>> = { morning: 9, afternoon: 15, evening: 18, night: 22 };
const ends: Readonly<Record<DayPart, number>> = { morning: 12, afternoon: 18, evening: 24, night: 24 };
const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The nearest such moment that is still to come, or for a range in the past the last one that has been. */
export function momentOf(pieces: Pieces, sense: Sense, asked: AskedWhen, said: () => string): Moment | Unread {
  const { day, alsoDay, clock, zone } = pieces;
  for (const each of [day, alsoDay]) if (each?.kind === 'unclear') return { problem: each.problem, fix: each.fix };
  if (zone && 'shared' in zone)
    return {
      problem: `${zone.shared} is the name of several time zones`,
      fix: `Write ${enumerate(
        zone.zones.map((each) => `\`${each}\``),
        'or',
      )}.`,
    };
  if (clock?.isBare && !pieces.isAt && day === undefined && pieces.part === undefined)
    return {
      problem: `“${said()}” can be a time of day or a number of hours`,
      fix: 'Write for example `9:00` or `9h`.',
    };
  const timeMs = timeOf(pieces, sense);
  if (timeMs === undefined) return { problem: `“${said()}” contradicts itself` };
  const spoken = { ...asked, zone: zone?.zone ?? asked.timeZone, said };
  const days = candidates(day, alsoDay, sense, spoken);
  return 'problem' in days ? days : nearest(days.days, timeMs, sense, spoken);
}

interface Spoken extends AskedWhen {
  readonly zone: string;
  /** The words as they were typed; only asked for to say what is wrong with them. */
  readonly said: () => string;
}

/** What the day begins or ends with, in milliseconds of the wall clock; undefined when the time isn't in that part of the day. */
function timeOf({ clock, part, day, isTonight }: Pieces, sense: Sense): number | undefined {
  if (clock) return part ? inPart(clock.ms, clock.isExact, part, isTonight === true) : clock.ms;
  if (part) return (sense === 'for' ? ends : begins)[part] * hourMs;
  if (day?.kind === 'end of' || sense === 'until' || sense === 'for' || sense === 'up to') return midnightMs;
  return sense === 'at' ? 9 * hourMs : 0;
}

/** `8 in the evening` is 20:00; `18:00 in the morning` is nothing. */
function inPart(ms: number, isExact: boolean, part: DayPart, isTonight: boolean): number | undefined {
  const hour = Math.floor(ms / hourMs);
  if (part === 'morning') return hour < 12 ? ms : hour === 12 && !isExact ? ms - 12 * hourMs : undefined;
  if (isExact) return hour >= 12 || part === 'night' ? ms : undefined;
  if (hour === 12) return part === 'afternoon' ? ms : midnightMs;
  if (part === 'night' && hour < 6) return isTonight ? ms + dayMs : ms;
  return ms + 12 * hourMs;
}

/** The days that may be meant, in the order in which they are tried, as days since 1970 on the wall calendar. */
function candidates(
  day: Day | undefined,
  alsoDay: Day | undefined,
  sense: Sense,
  spoken: Spoken,
): { readonly days: readonly number[] } | Unread {
  const isPast = sense === 'since' || sense === 'up to';
  const direction = isPast ? -1 : 1;
  if (day === undefined) {
    // Only a time: the day is that of the zone in which it was said.
    const there = Math.floor(wallOf(spoken.now, spoken.zone) / dayMs);
    return { days: [0, 1, 2].map((each) => there + direction * (each - (isPast ? 0 : 1))) };
  }
  const today = Math.floor(wallOf(spoken.now, spoken.timeZone) / dayMs);
  const date = [day, alsoDay].find((each) => each?.kind === 'date');
  const weekday = [day, alsoDay].find((each) => each?.kind === 'weekday');
  if (date?.kind === 'date') {
    const days = datesOf(date, today, direction);
    if (weekday?.kind !== 'weekday') return { days };
    // This year's or next year's: no other is meant by whoever names the day of the week too.
    const fitting = days.slice(0, 2).filter((each) => weekdayOf(each) === weekday.weekday);
    const coming = days.find((each) => each >= today) ?? days[0];
    if (fitting.length > 0 || coming === undefined) return { days: fitting };
    const [is, said] = [weekdayOf(coming), weekday.weekday].map((each) => dayNames[each - 1] ?? '');
    return { problem: `${describeDate(coming)} is a ${is}, not a ${said}` };
  }
  if (day.kind === 'weekday') return weekdays(day, today, direction);
  if (day.kind === 'end of') return { days: [endOf(day.what, today)] };
  return { days: day.kind === 'from today' ? [today + day.days] : [] };
}

/** The nearest is today, if it is not over. `next` is a week later than today, and asked about when it may be this week's. */
function weekdays(
  { weekday, which }: Extract<Day, { kind: 'weekday' }>,
  today: number,
  direction: 1 | -1,
): { readonly days: readonly number[] } | Unread {
  const ahead = (weekday - weekdayOf(today) + 7) % 7;
  if (direction < 0) {
    const back = (7 - ahead) % 7;
    return { days: which === 'last' && back === 0 ? [today - 7] : [today - back, today - back - 7] };
  }
  if (which === 'last') return { days: [] };
  if (which !== 'next') return { days: [today + ahead, today + ahead + 7] };
  const coming = today + (ahead === 0 ? 7 : ahead);
  const isThisWeek = weekday > weekdayOf(today);
  if (!isThisWeek) return { days: [coming] };
  const name = dayNames[weekday - 1] ?? '';
  return {
    problem: `“next ${name}” can be ${describeDate(coming)} or ${describeDate(coming + 7)}`,
    fix: `Write \`${name}\` for the first or the date for the other.`,
  };
}

function datesOf({ day, month, year }: Extract<Day, { kind: 'date' }>, today: number, direction: 1 | -1): number[] {
  const now = new Date(today * dayMs);
  const [thisYear, thisMonth] = [now.getUTCFullYear(), now.getUTCMonth() + 1];
  const steps = Array.from({ length: 9 }, (_, index) => direction * index);
  const tried = steps.map((step): [number, number] => {
    if (month !== undefined) return [year ?? thisYear + step, month];
    const months = thisMonth - 1 + step;
    return [thisYear + Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  });
  const fitting = tried.filter(([y, m]) => day <= lengthOf(m, y));
  return (year === undefined ? fitting : fitting.slice(0, 1)).map(([y, m]) => Date.UTC(y, m - 1, day) / dayMs);
}

function endOf(what: 'month' | 'year', today: number): number {
  const date = new Date(today * dayMs);
  const month = what === 'year' ? 12 : date.getUTCMonth() + 1;
  return Date.UTC(date.getUTCFullYear(), month, 0) / dayMs;
}

/** The first of these days whose moment is to come, for the past the first that has been. */
function nearest(days: readonly number[], timeMs: number, sense: Sense, spoken: Spoken): Moment | Unread {
  const { now, zone, said } = spoken;
  const isPast = sense === 'since' || sense === 'up to';
  for (const day of days) {
    const instants = instantsOf(day * dayMs + timeMs, zone);
    // The end of today may still be to come, that of another day not.
    if (sense === 'up to' && (day <= Math.floor(wallOf(now, zone) / dayMs) || days.length === 1))
      return { at: instants[0] };
    const fitting = isPast ? [...instants].reverse().find((each) => each <= now) : instants.find((each) => each > now);
    if (fitting !== undefined) return { at: fitting };
  }
  if (isPast) return { problem: `“${said()}” is still to come` };
  return { problem: days.length > 0 ? `“${said()}” has passed` : `“${said()}” names no day to come` };
}

/** 1 is Monday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

function describeDate(day: number): string {
  const date = new Date(day * dayMs);
  return `${date.getUTCDate()} ${monthNames[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}
