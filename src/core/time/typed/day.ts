import { DateTime, Info } from 'luxon';
import type { Line, Read } from './line';

/** Days as people name them: `tomorrow`, `next Monday`, `24 Dec`, `December 24th, 2026`, `24.12.2026`, `the 24th`, `end of the month`. Pure. */

export type Day =
  | { readonly kind: 'from today'; readonly days: number }
  /** 1 is Monday, 7 is Sunday. */
  | { readonly kind: 'weekday'; readonly weekday: number; readonly which?: 'this' | 'next' | 'last' }
  /** Without a month or a year, the next such date. */
  | { readonly kind: 'date'; readonly day: number; readonly month?: number; readonly year?: number }
  | { readonly kind: 'end of'; readonly what: 'month' | 'year' }
  | { readonly kind: 'unclear'; readonly problem: string; readonly fix: string };

const monthNames = Info.months('long', { locale: 'en' });
const months = new Map(
  monthNames.flatMap((each, index) =>
    [each, each.slice(0, 3)].map((word): [string, number] => [word.toLowerCase(), index + 1]),
  ),
).set('sept', 9);
const ordinalForm = /^(\d{1,2})(?:st|nd|rd|th)$/;
const dayForm = /^(\d{1,2})(?:st|nd|rd|th|\.)?$/;
const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})$/;
const noYear = /^(\d{1,2})([/.])(\d{1,2})$/;

/** The date that begins with this word; undefined if none does. */
function readDate(line: Line, at: number): Read<Day> | undefined {
  const word = line.wordAt(at);
  if (word === 'the') {
    const named = readNamed(line, at + 1);
    const [, day] = ordinalForm.exec(line.wordAt(at + 1)) ?? [];
    return named ?? (day === undefined ? undefined : { value: { kind: 'date', day: Number(day) }, next: at + 2 });
  }
  const [, year, , month, day] = yearFirst.exec(word) ?? [];
  if (year !== undefined) return dateOf(Number(day), Number(month), Number(year), at + 1);
  return readNumbers(word, at + 1) ?? readNamed(line, at);
}

/** With slashes, dashes or dots: slashes can mean either order, dots mean the day first. */
function readNumbers(word: string, next: number): Read<Day> | undefined {
  const [, first, separator, second, typedYear] = yearLast.exec(word) ?? noYear.exec(word) ?? [];
  if (first === undefined || second === undefined) return undefined;
  const [one, two] = [Number(first), Number(second)];
  const year = typedYear === undefined ? undefined : Number(typedYear.length === 2 ? `20${typedYear}` : typedYear);
  if (separator === '.' && year === undefined && second.length === 2 && one < 24 && two <= 12)
    return { value: timeOrDate(word, one, two), next };
  if (separator === '.' || one > 12 || one === two) return dateOf(one, two, year, next);
  if (two > 12) return dateOf(two, one, year, next);
  const [dayFirst, monthFirst] = [wordsOf(one, two, year), wordsOf(two, one, year)];
  const problem = `“${word}” could mean ${dayFirst} or ${monthFirst}`;
  return { value: { kind: 'unclear', problem, fix: `Type \`${dayFirst}\` or \`${monthFirst}\`.` }, next };
}

function timeOrDate(word: string, hour: number, minute: number): Day {
  const [time, date] = [`${hour}:${String(minute).padStart(2, '0')}`, wordsOf(hour, minute, undefined)];
  return {
    kind: 'unclear',
    problem: `“${word}” could mean ${time} or ${date}`,
    fix: `Type \`${time}\` or \`${date}\`.`,
  };
}

/** `24 Dec 2026`, `24th of December`, `Dec 24, 2026`. */
function readNamed(line: Line, at: number): Read<Day> | undefined {
  const [, first] = dayForm.exec(line.wordAt(at)) ?? [];
  const monthAt = first !== undefined && line.wordAt(at + 1) === 'of' ? at + 2 : at + 1;
  const month = months.get(line.wordAt(first === undefined ? at : monthAt));
  if (month === undefined) return undefined;
  const [, second] = first === undefined ? (dayForm.exec(line.wordAt(at + 1)) ?? []) : [];
  const day = first ?? second;
  if (day === undefined) return undefined;
  const next = (first === undefined ? at + 1 : monthAt) + 1;
  const year = /^2\d{3}$/.test(line.wordAt(next)) ? Number(line.wordAt(next)) : undefined;
  return dateOf(Number(day), month, year, year === undefined ? next : next + 1);
}

function dateOf(day: number, month: number, year: number | undefined, next: number): Read<Day> | undefined {
  if (month < 1 || month > 12 || day < 1 || day > (DateTime.utc(year ?? 2_000, month).daysInMonth ?? 0))
    return undefined;
  return { value: { kind: 'date', day, month, ...(year !== undefined && { year }) }, next };
}

const wordsOf = (day: number, month: number, year: number | undefined): string =>
  `${monthNames[month - 1]?.slice(0, 3) ?? ''} ${day}${year === undefined ? '' : `, ${year}`}`;

const weekdays = new Map(
  'mon monday,tue tues tuesday,wed weds wednesday,thu thur thurs thursday,fri friday,sat saturday,sun sunday'
    .split(',')
    .flatMap((words, index) => words.split(' ').map((word): [string, number] => [word, index + 1])),
);
/** Monday first. */
export const weekdayNames = Info.weekdays('long', { locale: 'en' });
const fromToday = new Map(Object.entries({ yesterday: -1, today: 0, tomorrow: 1 }));
const vague = new Set(['week', 'weekend', 'month', 'quarter', 'year']);

/** 1 is Monday, 7 is Sunday; undefined for any other word. `Mondays` counts only if days repeat. */
export function weekdayOf(word: string, isPlural = false): number | undefined {
  const found = weekdays.get(word);
  return found === undefined && isPlural && word.endsWith('s') ? weekdays.get(word.slice(0, -1)) : found;
}

/** The day that begins with this word; undefined if none does. */
export function readDay(line: Line, at: number): Read<Day> | undefined {
  const word = line.wordAt(at);
  const next = at + 1;
  if (word === 'the') return readDate(line, at) ?? readThe(line, next);
  if (line.says(at, 'day after')) return readThe(line, at);
  const days = fromToday.get(word);
  if (days !== undefined) return { value: { kind: 'from today', days }, next };
  const which = word === 'coming' ? 'this' : word;
  if (which === 'this' || which === 'next' || which === 'last') return readWhich(line, next, which);
  const weekday = weekdayOf(word);
  if (weekday !== undefined) return { value: { kind: 'weekday', weekday }, next };
  if (word === 'eom') return { value: { kind: 'end of', what: 'month' }, next };
  if (word === 'eow') return { value: vagueDay('end of the week'), next };
  if (line.says(at, 'end of')) return readEndOf(line, next + 1);
  return readDate(line, at);
}

/** `end of day`, `eod`: the end of today, or of the day next to it. */
export function readDayEnd(line: Line, at: number): number | undefined {
  if (line.wordAt(at) === 'eod') return at + 1;
  if (!line.says(at, 'end of')) return undefined;
  const named = line.wordAt(at + 2) === 'the' ? at + 3 : at + 2;
  if (line.wordAt(named) === 'day' && line.wordAt(named + 1) !== 'after') return named + 1;
  return readDay(line, at + 2)?.value.kind === 'weekday' || fromToday.has(line.wordAt(at + 2)) ? at + 2 : undefined;
}

/** `the day after tomorrow`, `the weekend`. */
function readThe(line: Line, at: number): Read<Day> | undefined {
  if (line.says(at, 'day after tomorrow')) return { value: { kind: 'from today', days: 2 }, next: at + 3 };
  return line.wordAt(at) === 'weekend' ? { value: vagueDay('the weekend'), next: at + 1 } : undefined;
}

function readWhich(line: Line, at: number, which: 'this' | 'next' | 'last'): Read<Day> | undefined {
  const word = line.wordAt(at);
  const skip = which === 'this' && word === 'coming' ? at + 1 : at;
  const weekday = weekdayOf(line.wordAt(skip));
  if (weekday !== undefined) return { value: { kind: 'weekday', weekday, which }, next: skip + 1 };
  return vague.has(word) ? { value: vagueDay(`${which} ${word}`), next: at + 1 } : undefined;
}

function readEndOf(line: Line, at: number): Read<Day> | undefined {
  const from = ['the', 'this'].includes(line.wordAt(at)) ? at + 1 : at;
  const what = line.wordAt(from);
  if (what === 'month' || what === 'year') return { value: { kind: 'end of', what }, next: from + 1 };
  return vague.has(what) ? { value: vagueDay(`end of the ${what}`), next: from + 1 } : undefined;
}

const vagueDay = (said: string): Day => ({
  kind: 'unclear',
  problem: `“${said}” isn’t a specific day`,
  fix: 'Type a day, for example `Friday` or `Monday 9:00`.',
});
