import { DateTime } from 'luxon';
import { enumerate } from '../../text';
import { dayMs, instantsOf, midnightMs, readClock, readZone, wallOf } from './clock';
import type { ClockTime, NamedZone } from './clock';
import { readDay, readDayEnd, weekdayNames } from './day';
import type { Day } from './day';
import { lineOf } from './line';
import type { Line, Read } from './line';
import type { AskedWhen, Moment, Sense, Unread } from './moment';

/** A day, a time and a zone in any order: `9:00 tomorrow`, `Monday morning`, `18:00 CET on 24 Dec`. Pure. */

type DayPart = keyof typeof partBegins;

interface Pieces {
  readonly day?: Day;
  /** A second day that has to be the same: `Friday 27 Nov`. */
  readonly alsoDay?: Day;
  readonly clock?: ClockTime;
  readonly part?: DayPart;
  readonly isTonight?: true;
  readonly zone?: NamedZone;
  /** `at` came before the time. */
  readonly isAt?: true;
}

/** The hours at which each part of the day begins and ends. */
export const partBegins = { morning: 9, afternoon: 15, evening: 18, night: 22 } as const;
const partEnds: Readonly<Record<DayPart, number>> = { morning: 12, afternoon: 18, evening: 24, night: 24 };
const partIn = (word: string): DayPart | undefined => (Object.hasOwn(partBegins, word) ? (word as DayPart) : undefined);
const isoForm = /^(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2}\S{0,20})$/;
/** No moment has more pieces: two days, a time, a part of the day, a zone, and `end of day`. */
const maxPieces = 6;

/** All the pieces that follow each other from this word on; undefined if there are none. */
export function readPieces(line: Line, from: number): Read<Pieces> | undefined {
  let read: Read<Pieces> = { value: {}, next: from };
  for (let count = 0; count < maxPieces; count++) {
    const more = readPiece(line, read);
    if (!more) break;
    read = more;
  }
  return read.next > from ? read : undefined;
}

function readPiece(line: Line, { value, next }: Read<Pieces>): Read<Pieces> | undefined {
  const iso = readIso(line, { value, next });
  if (iso) return iso;
  const word = line.wordAt(next);
  if (value.clock === undefined) {
    const end = readDayEnd(line, next);
    const clock = { ms: midnightMs, isBare: false, isExact: true };
    if (end !== undefined) return { value: { ...value, clock }, next: end };
    if (word === 'at') {
      const time = readTime(line, next + 1, { ...value, isAt: true });
      if (time) return time;
    }
  }
  const on = word === 'on' || word === 'at' ? next + 1 : next;
  return (
    readPart(line, next, value) ??
    readDays(line, on, value) ??
    readTime(line, next, value) ??
    zoneAlone(line, next, value)
  );
}

function readIso(line: Line, { value, next }: Read<Pieces>): Read<Pieces> | undefined {
  if (value.day !== undefined || value.clock !== undefined) return undefined;
  const [, date, time] = isoForm.exec(line.wordAt(next)) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const words = lineOf(`${date} ${time}`);
  const [day, clock] = [readDay(words, 0), readTime(words, 1, {})];
  return day && clock && clock.next === 2 ? { value: { ...clock.value, day: day.value }, next: next + 1 } : undefined;
}

function readDays(line: Line, at: number, value: Pieces): Read<Pieces> | undefined {
  if (value.alsoDay !== undefined) return undefined;
  const read = readDay(line, at);
  if (!read) return undefined;
  // `9.10` is a time after `at` and next to a day.
  if (value.day === undefined) return { value: { ...value, day: read.value }, next: read.next };
  const isPair = (value.day.kind === 'weekday') !== (read.value.kind === 'weekday');
  const isDate = [value.day, read.value].some(({ kind }) => kind === 'date');
  return isPair && isDate ? { value: { ...value, alsoDay: read.value }, next: read.next } : undefined;
}

/** A time of day and the zone after it. */
function readTime(line: Line, at: number, value: Pieces): Read<Pieces> | undefined {
  if (value.clock !== undefined) return undefined;
  const read = readClock(line, at);
  if (!read) return undefined;
  const timed = { ...value, clock: read.value };
  const written = read.value.zone;
  if (written !== undefined) return { value: { ...timed, zone: { zone: written } }, next: read.next };
  return zoneAlone(line, read.next, timed) ?? { value: timed, next: read.next };
}

function zoneAlone(line: Line, at: number, value: Pieces): Read<Pieces> | undefined {
  if (value.zone !== undefined || (value.day === undefined && value.clock === undefined)) return undefined;
  const read = readZone(line, at);
  return read && { value: { ...value, zone: read.value }, next: read.next };
}

/** `tonight`, `this morning`, `in the evening`, `at night`; `morning` alone only next to its day. */
function readPart(line: Line, at: number, value: Pieces): Read<Pieces> | undefined {
  if (value.part !== undefined) return undefined;
  const [word, second, third] = [line.wordAt(at), line.wordAt(at + 1), line.wordAt(at + 2)];
  const today: Day = { kind: 'from today', days: 0 };
  if (word === 'tonight')
    return value.day === undefined
      ? { value: { ...value, day: today, part: 'night', isTonight: true }, next: at + 1 }
      : undefined;
  const bare = partIn(word);
  if (bare && value.day !== undefined) return { value: { ...value, part: bare }, next: at + 1 };
  const said = partIn(second);
  if (word === 'this' && said && value.day === undefined)
    return { value: { ...value, day: today, part: said }, next: at + 2 };
  if (word === 'at' && said === 'night') return { value: { ...value, part: said }, next: at + 2 };
  const inThe = word === 'in' && second === 'the' ? partIn(third) : undefined;
  return inThe && { value: { ...value, part: inThe }, next: at + 3 };
}

/** Which moment a day, a part of it, a time and a zone mean, seen from now. Pure. */

const hourMs = 3_600_000;

/** The nearest such moment in the future, or the last one in the past for a range in the past. */
export function momentOf(pieces: Pieces, sense: Sense, asked: AskedWhen, said: () => string): Moment | Unread {
  const { day, alsoDay, clock, zone } = pieces;
  for (const each of [day, alsoDay]) if (each?.kind === 'unclear') return { problem: each.problem, fix: each.fix };
  if (zone && 'shared' in zone)
    return {
      problem: `${zone.shared} is the name of several time zones`,
      fix: `Type ${enumerate(
        zone.zones.map((each) => `\`${each}\``),
        'or',
      )}.`,
    };
  if (clock?.isBare && !pieces.isAt && day === undefined && pieces.part === undefined)
    return {
      problem: `“${said()}” could mean a time of day or a number of hours`,
      fix: 'For example, type `9:00` or `9 h`.',
    };
  const timeMs = timeOf(pieces, sense);
  if (timeMs === undefined) return { problem: `“${said()}” contradicts itself` };
  const spoken = { ...asked, zone: zone?.zone ?? asked.timeZone, said };
  const days = candidates(day, alsoDay, sense, spoken);
  return 'problem' in days ? days : nearest(days.days, timeMs, sense, spoken);
}

interface Spoken extends AskedWhen {
  readonly zone: string;
  /** The words as typed; needed only to say what is wrong with them. */
  readonly said: () => string;
}

/** Where the day begins or ends, in milliseconds of local time; undefined if the time isn't in that part of the day. */
function timeOf({ clock, part, day, isTonight }: Pieces, sense: Sense): number | undefined {
  if (clock) return part ? inPart(clock.ms, clock.isExact, part, isTonight === true) : clock.ms;
  if (part) return (sense === 'for' ? partEnds : partBegins)[part] * hourMs;
  if (day?.kind === 'end of' || sense === 'until' || sense === 'for' || sense === 'up to') return midnightMs;
  return sense === 'at' ? 9 * hourMs : 0;
}

/** `8 in the evening` is 20:00; `18:00 in the morning` is invalid. */
function inPart(ms: number, isExact: boolean, part: DayPart, isTonight: boolean): number | undefined {
  const hour = Math.floor(ms / hourMs);
  if (part === 'morning') return hour < 12 ? ms : hour === 12 && !isExact ? ms - 12 * hourMs : undefined;
  if (isExact) return hour >= 12 || part === 'night' ? ms : undefined;
  if (hour === 12) return part === 'afternoon' ? ms : midnightMs;
  if (part === 'night' && hour < 6) return isTonight ? ms + dayMs : ms;
  return ms + 12 * hourMs;
}

/** The possible days in the order to try them, as days since 1970 in local time. */
function candidates(
  day: Day | undefined,
  alsoDay: Day | undefined,
  sense: Sense,
  spoken: Spoken,
): { readonly days: readonly number[] } | Unread {
  const isPast = sense === 'since' || sense === 'up to';
  const direction = isPast ? -1 : 1;
  if (day === undefined) {
    // Only a time: the day is that of the author's zone.
    const there = Math.floor(wallOf(spoken.now, spoken.zone) / dayMs);
    return { days: [0, 1, 2].map((each) => there + direction * (each - (isPast ? 0 : 1))) };
  }
  const today = Math.floor(wallOf(spoken.now, spoken.timeZone) / dayMs);
  const date = [day, alsoDay].find((each) => each?.kind === 'date');
  const weekday = [day, alsoDay].find((each) => each?.kind === 'weekday');
  if (date?.kind === 'date') {
    const days = datesOf(date, today, direction);
    if (weekday?.kind !== 'weekday') return { days };
    // This year or next year: somebody who also names the weekday means no other.
    const fitting = days.slice(0, 2).filter((each) => dateOf(each).weekday === weekday.weekday);
    const coming = days.find((each) => each >= today) ?? days[0];
    if (fitting.length > 0 || coming === undefined) return { days: fitting };
    const [is, said] = [dateOf(coming).weekday, weekday.weekday].map((each) => weekdayNames[each - 1] ?? '');
    return { problem: `${describeDate(coming)} is a ${is}, not a ${said}` };
  }
  if (day.kind === 'weekday') return weekdays(day, today, direction);
  if (day.kind === 'end of') return { days: [dateOf(today).endOf(day.what).startOf('day').toMillis() / dayMs] };
  return { days: day.kind === 'from today' ? [today + day.days] : [] };
}

/** The nearest is today, unless it is over. `next` is in the week after this one; Gavel asks if it could be this week's. */
function weekdays(
  { weekday, which }: Extract<Day, { kind: 'weekday' }>,
  today: number,
  direction: 1 | -1,
): { readonly days: readonly number[] } | Unread {
  const ahead = (weekday - dateOf(today).weekday + 7) % 7;
  if (direction < 0) {
    const back = (7 - ahead) % 7;
    return { days: which === 'last' && back === 0 ? [today - 7] : [today - back, today - back - 7] };
  }
  if (which === 'last') return { days: [] };
  if (which !== 'next') return { days: [today + ahead, today + ahead + 7] };
  const coming = today + (ahead === 0 ? 7 : ahead);
  const isThisWeek = weekday > dateOf(today).weekday;
  if (!isThisWeek) return { days: [coming] };
  const name = weekdayNames[weekday - 1] ?? '';
  return {
    problem: `“next ${name}” could mean ${describeDate(coming)} or ${describeDate(coming + 7)}`,
    fix: `For ${describeDate(coming)}, type \`${name}\`. For ${describeDate(coming + 7)}, type the date.`,
  };
}

/** The next nine such days, or the last ones; with a year, the only one. */
function datesOf({ day, month, year }: Extract<Day, { kind: 'date' }>, today: number, direction: 1 | -1): number[] {
  const now = dateOf(today);
  const steps = year === undefined ? Array.from({ length: 9 }, (_, index) => direction * index) : [0];
  return steps.flatMap((step) => {
    const first =
      month === undefined ? now.startOf('month').plus({ months: step }) : DateTime.utc(year ?? now.year + step, month);
    return day <= (first.daysInMonth ?? 0) ? [first.toMillis() / dayMs + day - 1] : [];
  });
}

/** The first of these days whose moment is in the future, or in the past for the past. */
function nearest(days: readonly number[], timeMs: number, sense: Sense, spoken: Spoken): Moment | Unread {
  const { now, zone, said } = spoken;
  const isPast = sense === 'since' || sense === 'up to';
  for (const day of days) {
    const instants = instantsOf(day * dayMs + timeMs, zone);
    // The end of today can be in the future, the end of another day can't.
    if (sense === 'up to' && (day <= Math.floor(wallOf(now, zone) / dayMs) || days.length === 1))
      return { at: instants[0] };
    const fitting = isPast ? [...instants].reverse().find((each) => each <= now) : instants.find((each) => each > now);
    if (fitting !== undefined) return { at: fitting };
  }
  if (isPast) return { problem: `“${said()}” is in the future` };
  return { problem: days.length > 0 ? `“${said()}” has passed` : `“${said()}” isn’t a day in the future` };
}

const dateOf = (day: number): DateTime => DateTime.fromMillis(day * dayMs, { zone: 'utc', locale: 'en' });

const describeDate = (day: number): string => dateOf(day).toFormat('MMMM d, yyyy');
