import type { Line, Read } from './line';
import { readDate } from './date';
import type { Day } from './date';

/** Days as people name them: `tomorrow`, `next Monday`, `24 Dec`, `end of the month`. Pure. */

const weekdays = new Map<string, number>();
const name = (day: number, words: string): void => words.split(' ').forEach((word) => weekdays.set(word, day));
name(1, 'mon monday');
name(2, 'tue tues tuesday');
name(3, 'wed weds wednesday');
name(4, 'thu thur thurs thursday');
name(5, 'fri friday');
name(6, 'sat saturday');
name(7, 'sun sunday');

const fromToday = new Map([
  ['yesterday', -1],
  ['today', 0],
  ['tomorrow', 1],
]);
const vague = new Set(['week', 'weekend', 'month', 'quarter', 'year']);

/** 1 is Monday, 7 is Sunday; undefined for any other word. `Mondays` is one only where days repeat. */
export function weekdayOf(word: string, isPlural = false): number | undefined {
  const found = weekdays.get(word);
  return found === undefined && isPlural && word.endsWith('s') ? weekdays.get(word.slice(0, -1)) : found;
}

/** The day that begins with this word; undefined where none begins. */
export function readDay(line: Line, at: number): Read<Day> | undefined {
  const word = line.wordAt(at);
  const next = at + 1;
  if (word === 'the') return readDate(line, at) ?? readThe(line, next);
  if (word === 'day' && line.wordAt(next) === 'after') return readThe(line, at);
  const days = fromToday.get(word);
  if (days !== undefined) return { value: { kind: 'from today', days }, next };
  const which = word === 'coming' ? 'this' : word;
  if (which === 'this' || which === 'next' || which === 'last') return readWhich(line, next, which);
  const weekday = weekdayOf(word);
  if (weekday !== undefined) return { value: { kind: 'weekday', weekday }, next };
  if (word === 'eom') return { value: { kind: 'end of', what: 'month' }, next };
  if (word === 'eow') return { value: vagueDay('end of the week'), next };
  if (word === 'end' && line.wordAt(next) === 'of') return readEndOf(line, next + 1);
  return readDate(line, at);
}

/** `end of day`, `eod`: the end of today, or of the day that is named beside it. */
export function readDayEnd(line: Line, at: number): number | undefined {
  if (line.wordAt(at) === 'eod') return at + 1;
  if (line.wordAt(at) !== 'end' || line.wordAt(at + 1) !== 'of') return undefined;
  const named = line.wordAt(at + 2) === 'the' ? at + 3 : at + 2;
  if (line.wordAt(named) === 'day' && line.wordAt(named + 1) !== 'after') return named + 1;
  return readDay(line, at + 2)?.value.kind === 'weekday' || fromToday.has(line.wordAt(at + 2)) ? at + 2 : undefined;
}

/** `the day after tomorrow`, `the weekend`. */
function readThe(line: Line, at: number): Read<Day> | undefined {
  const isAfter = line.wordAt(at) === 'day' && line.wordAt(at + 1) === 'after' && line.wordAt(at + 2) === 'tomorrow';
  if (isAfter) return { value: { kind: 'from today', days: 2 }, next: at + 3 };
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
  problem: `“${said}” names no day`,
  fix: 'Name the day, for example `Friday` or `Monday 9:00`.',
});
