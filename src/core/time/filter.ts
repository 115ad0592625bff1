import { DateTime } from 'luxon';
import { plainText } from '../text';
import { readDay } from './typed/day';
import { lineOf } from './typed/line';
import type { Line, Read } from './typed/line';
import { readMomentAt } from './typed/moment';
import type { AskedWhen, Moment, Sense, Unread } from './typed/moment';
import { momentOf } from './typed/pieces';

/** What narrows a list: words, `key=value`, and time ranges in any of the forms above, including `since=…` and `when=…`. */
interface TypedFilter {
  readonly range: Range;
  readonly unread?: Unread;
  /** The time as it was typed: `last week`. */
  readonly time: string;
  /** Everything that isn't a time, in order. */
  readonly rest: readonly { readonly key?: string; readonly value: string }[];
}

const timeKeys = new Set(['since', 'from', 'until', 'till', 'to', 'when', 'before', 'after']);

/** Splits a filter into its parts, in one pass. */
export function readFilter(text: string, asked: AskedWhen): TypedFilter {
  const parts = partsOf(text).flatMap(({ key, value, isQuoted }) =>
    key !== undefined && timeKeys.has(key)
      ? [key, ...value.split(' ')].map((word) => ({ word, part: { value: word } }))
      : [{ word: key !== undefined || isQuoted ? notTime : value, part: { ...(key !== undefined && { key }), value } }],
  );
  const line = lineOf(parts.map(({ word }) => word).join(' '), asked.count);
  let range: Range = {};
  const time: string[] = [];
  const rest: { key?: string; value: string }[] = [];
  for (let at = 0; at < parts.length;) {
    const read = readRangeAt(line, at, asked);
    if (read && 'problem' in read.value) return { range, time: '', unread: read.value, rest };
    if (read) {
      range = { ...range, ...read.value };
      time.push(...parts.slice(at, read.next).map(({ part }) => part.value));
    } else rest.push(parts[at]?.part ?? { value: '' });
    at = read?.next ?? at + 1;
  }
  return { range, time: time.join(' '), rest };
}

const notTime = '-';

interface Part {
  readonly key?: string;
  readonly value: string;
  readonly isQuoted: boolean;
}

/** `who=dana`, `what:"deploy shop"`, `--service shop`, plain words. */
const partForm = /\s*(?:(?:--)?([a-z][a-z-]{0,30})[=:])?(?:"([^"]*)"|(\S*))/giy;

function partsOf(text: string): Part[] {
  return [...text.matchAll(partForm)].flatMap(([, key, quoted, word = '']) => {
    const value = (quoted ?? word).replace(/\s+/g, ' ').trim();
    if (value === '') return [];
    return [{ ...(key !== undefined && { key: key.toLowerCase() }), value, isQuoted: quoted !== undefined }];
  });
}

/** Ranges of the past, as filters name them: `today`, `since Monday`, `last 24 hours`, `from yesterday 14:00 until noon`. Pure. */
interface Range {
  /** Milliseconds since 1970, both inclusive. */
  readonly since?: number;
  readonly until?: number;
}

const begins = new Set(['since', 'from', 'after']);
const ends = new Set(['until', 'till', 'to', 'before']);
/** Words that mean a day on their own; other words can be names. */
const bareDay = /^(?:today|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d{4}-\d{2}-\d{2})$/;

/** The range that begins with this word; undefined if none does. Reads a bounded number of words. */
function readRangeAt(line: Line, from: number, asked: AskedWhen): Read<Range | Unread> | undefined {
  const word = line.wordAt(from);
  if (begins.has(word)) return sideOf(line, from + 1, 'since', asked, (since) => ({ since }), word === 'since');
  if (ends.has(word))
    return sideOf(line, from + 1, 'up to', asked, (until) => ({ until: until - 1 }), word === 'until');
  const isLed = word === 'when' || word === 'on';
  const calendar = calendarRangeAt(word, line.wordAt(from + 1), asked);
  if (calendar) return { value: calendar, next: from + 2 };
  if (word === 'last' || word === 'past') {
    const since = readMomentAt(line, from, 'since', asked);
    if (since && bareDay.test(line.wordAt(from + 1))) return dayOf(line, from, asked);
    return since && { ...since, value: 'at' in since.value ? { since: since.value.at } : since.value };
  }
  return isLed || bareDay.test(word) ? dayOf(line, isLed ? from + 1 : from, asked) : undefined;
}

/** `this week`, `last month`: from its first day, which is Monday for a week. */
function calendarRangeAt(which: string, unit: string, { now, timeZone }: AskedWhen): Range | undefined {
  if ((which !== 'this' && which !== 'last') || (unit !== 'week' && unit !== 'month')) return undefined;
  const begin = DateTime.fromMillis(now, { zone: timeZone }).startOf(unit);
  if (which === 'this') return { since: begin.toMillis() };
  return { since: begin.minus({ [unit]: 1 }).toMillis(), until: begin.toMillis() - 1 };
}

/** The whole day. */
function dayOf(line: Line, at: number, asked: AskedWhen): Read<Range | Unread> | undefined {
  const read = readDay(line, at);
  if (!read) return undefined;
  const [since, end] = (['since', 'up to'] as const).map((sense) =>
    momentOf({ day: read.value }, sense, asked, () => plainText(line.wordAt(at))),
  );
  if (!since || 'problem' in since) return since && { value: since, next: read.next };
  if (!end || 'problem' in end) return end && { value: end, next: read.next };
  return { value: { since: since.at, until: end.at - 1 }, next: read.next };
}

/** Only a time can follow `since` and `until`; names can follow `from` and `to`, too. */
function sideOf(
  line: Line,
  at: number,
  sense: Sense,
  asked: AskedWhen,
  side: (moment: number) => Range,
  isCertain: boolean,
): Read<Range | Unread> | undefined {
  const read: Read<Moment | Unread> | undefined = readMomentAt(line, at, sense, asked);
  if (read) return { value: 'at' in read.value ? side(read.value.at) : read.value, next: read.next };
  if (!isCertain) return undefined;
  return {
    value: { problem: `I can’t read what follows “${sense === 'since' ? 'since' : 'until'}” as a time` },
    next: at,
  };
}
