import type { Line, Read } from './line';

/** Dates: `24 Dec`, `December 24th, 2026`, `2026-12-24`, `24.12.2026`, `the 24th`. Pure. */

export type Day =
  | { readonly kind: 'from today'; readonly days: number }
  /** 1 is Monday, 7 is Sunday. */
  | { readonly kind: 'weekday'; readonly weekday: number; readonly which?: 'this' | 'next' | 'last' }
  /** Without a month or a year, the next such date. */
  | { readonly kind: 'date'; readonly day: number; readonly month?: number; readonly year?: number }
  | { readonly kind: 'end of'; readonly what: 'month' | 'year' }
  | { readonly kind: 'unclear'; readonly problem: string; readonly fix: string };

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
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

/** The date that begins with this word; undefined where none begins. */
export function readDate(line: Line, at: number): Read<Day> | undefined {
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

/** With slashes, dashes or dots: whoever writes a slash may mean either order, whoever writes dots means the day first. */
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
  const problem = `“${word}” can be ${dayFirst} or ${monthFirst}`;
  return { value: { kind: 'unclear', problem, fix: `Write \`${dayFirst}\` or \`${monthFirst}\`.` }, next };
}

function timeOrDate(word: string, hour: number, minute: number): Day {
  const [time, date] = [`${hour}:${String(minute).padStart(2, '0')}`, wordsOf(hour, minute, undefined)];
  return { kind: 'unclear', problem: `“${word}” can be ${time} or ${date}`, fix: `Write \`${time}\` or \`${date}\`.` };
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
  if (month < 1 || month > 12 || day < 1 || day > lengthOf(month, year ?? 2_000)) return undefined;
  return { value: { kind: 'date', day, month, ...(year !== undefined && { year }) }, next };
}

/** How many days a month has; 1 is January. */
export function lengthOf(month: number, year: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const wordsOf = (day: number, month: number, year: number | undefined): string =>
  `${day} ${monthNames[month - 1]?.slice(0, 3) ?? ''}${year === undefined ? '' : ` ${year}`}`;
