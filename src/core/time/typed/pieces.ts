import { midnightMs, readClock } from './clock';
import type { ClockTime } from './clock';
import type { Day } from './date';
import { readDay, readDayEnd } from './day';
import { lineOf } from './line';
import type { Line, Read } from './line';
import { readZone } from './zone';
import type { NamedZone } from './zone';

/** A day, a time and a zone in any order: `9:00 tomorrow`, `Monday morning`, `18:00 CET on 24 Dec`. Pure. */

export type DayPart = 'morning' | 'afternoon' | 'evening' | 'night';

export interface Pieces {
  readonly day?: Day;
  /** A second day that has to be the same one: `Friday 27 Nov`. */
  readonly alsoDay?: Day;
  readonly clock?: ClockTime;
  readonly part?: DayPart;
  readonly isTonight?: true;
  readonly zone?: NamedZone;
  /** `at` stood before the time. */
  readonly isAt?: true;
}

const parts = new Map<string, DayPart>([
  ['morning', 'morning'],
  ['afternoon', 'afternoon'],
  ['evening', 'evening'],
  ['night', 'night'],
]);
const isoForm = /^(\d{4}-\d{2}-\d{2})t(\d{2}:\d{2}\S{0,20})$/;
/** No moment has more pieces: two days, a time, a part of the day, a zone, and `end of day`. */
const maxPieces = 6;

/** As many pieces as follow each other from this word on; undefined where there is none. */
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
    const clock = { ms: midnightMs, isBare: false, isDotted: false, isExact: true };
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
  // `9.10` is a time behind `at` and beside a day.
  if (value.day === undefined) return { value: { ...value, day: read.value }, next: read.next };
  const isPair = (value.day.kind === 'weekday') !== (read.value.kind === 'weekday');
  const isDate = [value.day, read.value].some(({ kind }) => kind === 'date');
  return isPair && isDate ? { value: { ...value, alsoDay: read.value }, next: read.next } : undefined;
}

/** A time of day with the zone behind it. */
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

/** `tonight`, `this morning`, `in the evening`, `at night`; a bare `morning` only beside its day. */
function readPart(line: Line, at: number, value: Pieces): Read<Pieces> | undefined {
  if (value.part !== undefined) return undefined;
  const [word, second, third] = [line.wordAt(at), line.wordAt(at + 1), line.wordAt(at + 2)];
  const today: Day = { kind: 'from today', days: 0 };
  if (word === 'tonight')
    return value.day === undefined
      ? { value: { ...value, day: today, part: 'night', isTonight: true }, next: at + 1 }
      : undefined;
  const bare = parts.get(word);
  if (bare && value.day !== undefined) return { value: { ...value, part: bare }, next: at + 1 };
  const said = parts.get(second);
  if (word === 'this' && said && value.day === undefined)
    return { value: { ...value, day: today, part: said }, next: at + 2 };
  if (word === 'at' && said === 'night') return { value: { ...value, part: said }, next: at + 2 };
  const inThe = word === 'in' && second === 'the' ? parts.get(third) : undefined;
  return inThe && { value: { ...value, part: inThe }, next: at + 3 };
}
