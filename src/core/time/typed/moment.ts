import { DateTime } from 'luxon';
import { capitalize, plainText, uncounted } from '../../text';
import type { CountStep } from '../../text';
import { dayMs, instantsOf, wallOf } from './clock';
import { lineOf, textBetween } from './line';
import type { Line, Read } from './line';
import { momentOf, readPieces } from './pieces';

/**
 * The only parser for moments, for every command. It understands every word or refuses the whole phrase: it guesses nothing and drops nothing. Reads
 * a bounded number of words. Pure.
 */

/** What a moment is for, which decides what a day without a time means. */
export type Sense =
  /** The end of something: the end of the day. */
  | 'until'
  /** How long something lasts: to the end of a part of the day. */
  | 'for'
  /** When something begins: a day means 9:00. */
  | 'at'
  /** The beginning of a range in the past: the beginning of the day. */
  | 'since'
  /** The end of a range in the past: the end of the day. */
  | 'up to';

/** The author's clock. */
export interface AskedWhen {
  readonly now: number;
  /** IANA. */
  readonly timeZone: string;
  readonly count?: CountStep;
}

export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Why the words aren't a moment, as the beginning of a sentence, and what to write instead if that is known. */
export interface Unread {
  readonly problem: string;
  readonly fix?: string;
}

const longestText = 200;
const farthestMs = 100 * 366 * dayMs;

/** The moment that all the words name together. */
export function readMoment(words: string, sense: Sense, { count = uncounted, ...asked }: AskedWhen): Moment | Unread {
  if (words.length > longestText) return unreadable(words);
  const line = lineOf(words, count);
  const read = readMomentAt(line, 0, sense, asked);
  if (!read || ('at' in read.value && read.next < line.words.length)) return unreadable(words);
  return read.value;
}

/** The moment that begins with this word, as far as it goes; undefined if none does. Reads a bounded number of words. */
export function readMomentAt(
  line: Line,
  from: number,
  sense: Sense,
  asked: AskedWhen,
): Read<Moment | Unread> | undefined {
  const isPast = sense === 'since' || sense === 'up to';
  const first = line.wordAt(from);
  const leads = isPast ? pastLeads : leadsOf(sense);
  const start = leads.has(first) ? from + 1 : from;
  const lasting = first === 'for' && sense === 'until' ? 'for' : sense;
  const span = readLength(line, start, isPast);
  if (span) return { value: within(line, from, span, asked, isPast), next: span.next };
  // After `in`, only a span is a moment; `in the morning` has its own parser.
  const pieces = readPieces(line, first === 'in' || first === 'within' ? from : start);
  if (!pieces) return undefined;
  const { next } = pieces;
  return { value: momentOf(pieces.value, lasting, asked, () => saidIn(line, from, next)), next };
}

const pastLeads = new Set(['since', 'from', 'until', 'till', 'to', 'the']);
const endLeads = new Set(['until', 'till', 'til', 'by', 'for', 'in', 'within', 'through']);
const startLeads = new Set(['in', 'within', 'by']);
const leadsOf = (sense: Sense): ReadonlySet<string> => (sense === 'at' ? startLeads : endLeads);

const saidIn = (line: Line, from: number, next: number): string => plainText(textBetween(line, from, next), 60);

function unreadable(words: string): Unread {
  return { problem: `I can’t read “${plainText(words.trim(), 60)}” as a time` };
}

/** `2h`, `2 hours from now`, and for the past `2 hours ago`, `last 24 hours`. */
function readLength(line: Line, at: number, isPast: boolean): Read<Span> | undefined {
  const start = isPast && ['last', 'past'].includes(line.wordAt(at)) ? at + 1 : at;
  const span = readSpan(line, start);
  if (!span) return undefined;
  if (isPast) return line.wordAt(span.next) === 'ago' ? { ...span, next: span.next + 1 } : span;
  return line.says(span.next, 'from now') ? { ...span, next: span.next + 2 } : span;
}

function within(
  line: Line,
  from: number,
  { value, next }: Read<Span>,
  asked: AskedWhen,
  isPast: boolean,
): Moment | Unread {
  const at = addSpan(value, isPast ? -1 : 1, asked);
  if (at !== asked.now && Math.abs(at - asked.now) <= farthestMs) return { at };
  const said = saidIn(line, from, next);
  return { problem: at === asked.now ? `“${said}” isn’t a time` : `“${said}” is more than a hundred years away` };
}

/** Months keep the day and the local time; a day that the month lacks becomes its last. */
function addSpan({ ms, months }: Span, direction: 1 | -1, { now, timeZone }: AskedWhen): number {
  if (months === 0) return now + direction * ms;
  const moment = DateTime.fromMillis(wallOf(now, timeZone), { zone: 'utc' }).plus({ months: direction * months });
  return moment.isValid ? instantsOf(moment.toMillis(), timeZone)[0] + direction * ms : Number.POSITIVE_INFINITY;
}

/** How long something lasts: `2h`, `1h30m`, `half an hour`, `1.5 days`. Pure. */

/** Days and weeks are exactly 24 and 168 hours; months keep the day and the local time. */
interface Span {
  readonly ms: number;
  readonly months: number;
}

interface Unit extends Span {
  /** A smaller unit follows a larger one, never the other way around. */
  readonly rank: number;
}

const unit = (rank: number, ms: number, months = 0): Unit => ({ rank, ms, months });
const units = new Map<string, Unit>();
const define = (names: string, each: Unit): void => names.split(' ').forEach((name) => units.set(name, each));
define('s sec secs second seconds', unit(1, 1_000));
define('m min mins minute minutes', unit(2, 60_000));
define('h hr hrs hour hours', unit(3, 3_600_000));
define('d day days', unit(4, 86_400_000));
define('w wk wks week weeks', unit(5, 604_800_000));
define('fortnight fortnights', unit(5, 1_209_600_000));
define('mo month months', unit(6, 0, 1));
define('y yr yrs year years', unit(7, 0, 12));

const numbers = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'.split(' ').map((word, value) => [word, value]),
);
const shares = new Map(Object.entries({ half: 0.5, quarter: 0.25 }));
const numberForm = /^\d{1,5}(?:[.,]\d{1,2})?$/;
const gluedForm = /^(?:\d{1,5}(?:[.,]\d{1,2})?[a-z]{1,9}){1,5}(?:[0-5]\d)?$/;
const most = 5;

/** The span that begins with this word, as far as it goes; undefined if none does. */
export function readSpan(line: Line, from: number): Read<Span> | undefined {
  let total: Span = { ms: 0, months: 0 };
  let [next, rank, found] = [from, 8, false];
  for (let parts = 0; parts < most; parts++) {
    const start = found && line.wordAt(next) === 'and' ? next + 1 : next;
    const part = readPart(line, start);
    if (!part || part.value.first >= rank) break;
    total = plus(total, part.value.span);
    [next, rank, found] = [part.next, part.value.last, true];
  }
  return found ? { value: total, next } : undefined;
}

interface Part {
  readonly span: Span;
  readonly first: number;
  readonly last: number;
}

const plus = (some: Span, more: Span): Span => ({ ms: some.ms + more.ms, months: some.months + more.months });

function readPart(line: Line, at: number): Read<Part> | undefined {
  const word = line.wordAt(at);
  if (gluedForm.test(word)) return readGlued(word, at);
  const half = readHalf(line, at);
  if (half) return half;
  const amount = amountOf(word, line.wordAt(at + 1));
  if (!amount) return undefined;
  let [next, count] = [at + amount.words, amount.count];
  const isHalfMore = line.says(next, 'and a half');
  if (isHalfMore) [next, count] = [next + 3, count + 0.5];
  const read = partOf(count, line.wordAt(next), next + 1);
  if (!read || isHalfMore) return read;
  return line.says(next + 1, 'and a half') ? partOf(count + 0.5, line.wordAt(next), next + 4) : read;
}

/** `half an hour`, `a half day`, `quarter of an hour`. */
function readHalf(line: Line, at: number): Read<Part> | undefined {
  let next = line.wordAt(at) === 'a' ? at + 1 : at;
  const share = shares.get(line.wordAt(next++));
  if (share === undefined) return undefined;
  if (line.wordAt(next) === 'of') next++;
  if (['a', 'an'].includes(line.wordAt(next))) next++;
  return partOf(share, line.wordAt(next), next + 1);
}

function amountOf(word: string, after: string): { readonly count: number; readonly words: number } | undefined {
  if (numberForm.test(word)) return { count: Number(word.replace(',', '.')), words: 1 };
  if (word === 'a' && after === 'couple') return { count: 2, words: 3 };
  if (word === 'a' || word === 'an') return { count: 1, words: 1 };
  const count = numbers.get(word);
  return count === undefined ? undefined : { count, words: 1 };
}

function partOf(count: number, name: string, next: number): Read<Part> | undefined {
  const named = units.get(name);
  if (!named || (named.months > 0 && !Number.isInteger(count))) return undefined;
  const span = { ms: Math.round(count * named.ms), months: count * named.months };
  return { value: { span, first: named.rank, last: named.rank }, next };
}

/** `1h30m`, `2d`, `1h30`. */
function readGlued(word: string, at: number): Read<Part> | undefined {
  let span: Span = { ms: 0, months: 0 };
  let [first, last] = [0, 8];
  for (const [, count = '', name] of word.matchAll(/(\d{1,5}(?:[.,]\d{1,2})?)([a-z]*)/g)) {
    const part = partOf(Number(count.replace(',', '.')), name || (last === 3 ? 'm' : ''), at);
    if (!part || part.value.first >= last) return undefined;
    span = plus(span, part.value.span);
    last = part.value.last;
    first ||= last;
  }
  return { value: { span, first, last }, next: at + 1 };
}

/** An end and a reason. Pure. */
export interface Term {
  /** Milliseconds since 1970; omitted if no end was named or it can't be parsed. */
  readonly until?: number;
  /** Exactly as typed, without the spaces around it. */
  readonly reason: string;
  /** Why the words aren't a moment. */
  readonly unread?: Unread;
}

/** The end, with or without `until`, and the reason. */
export function readTerm(
  { time = '', reason: typed = '' }: { readonly time?: string | undefined; readonly reason?: string | undefined },
  asked: AskedWhen,
): Term {
  const reason = typed.trim();
  if (time.trim() === '') return { reason };
  const read = readMoment(time, 'until', asked);
  return 'at' in read ? { until: read.at, reason } : { reason, unread: read };
}

/** Says why words can't be parsed, what wasn't done because of that (`nothing was locked`), and what to write. */
export function describeUnread({ problem, fix }: Unread, undone: string, example: string): string {
  return `${problem}. ${capitalize(undone)}. ${fix ?? `For example, type ${example}.`}`;
}
