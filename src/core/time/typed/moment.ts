import { plainText, uncounted } from '../../text';
import type { CountStep } from '../../text';
import { lineOf, textBetween } from './line';
import type { Line, Read } from './line';
import { readPieces } from './pieces';
import { momentOf } from './resolve';
import { readSpan } from './span';
import type { Span } from './span';
import { dayMs, instantsOf, wallOf } from './zone';

/**
 * The one reader of moments, for every command. A word is understood or the whole is refused: nothing is guessed,
 * nothing is left out. Looks at a bounded number of words. Pure.
 */

/** What a moment is wanted for, which says what a day without a time means. */
export type Sense =
  /** The end of something: the day ends it. */
  | 'until'
  /** How long something lasts: a part of the day is meant to its end. */
  | 'for'
  /** When something begins: a day means 9:00. */
  | 'at'
  /** The beginning of a range in the past: the day begins it. */
  | 'since'
  /** The end of a range in the past: the day ends it. */
  | 'up to';

/** On whose clock it is said. */
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

/** Why words are no moment, as the beginning of a sentence, and what to write instead where that is known. */
export interface Unread {
  readonly problem: string;
  readonly fix?: string;
}

const longestText = 200;
const farthestMs = 100 * 366 * dayMs;

/** The moment that all of the words name. */
export function readMoment(words: string, sense: Sense, { count = uncounted, ...asked }: AskedWhen): Moment | Unread {
  if (words.length > longestText) return unreadable(words);
  const line = lineOf(words, count);
  const read = readMomentAt(line, 0, sense, asked);
  if (!read || ('at' in read.value && read.next < line.words.length)) return unreadable(words);
  return read.value;
}

/** The moment that begins with this word, as far as it goes; undefined where none begins. Looks at a bounded number of words. */
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
  // Behind `in` only a span is a moment; `in the morning` has its own reader.
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
  return { problem: `I can't read “${plainText(words.trim(), 60)}” as a time` };
}

/** `2h`, `2 hours from now`, and for the past `2 hours ago`, `last 24 hours`. */
function readLength(line: Line, at: number, isPast: boolean): Read<Span> | undefined {
  const start = isPast && ['last', 'past'].includes(line.wordAt(at)) ? at + 1 : at;
  const span = readSpan(line, start);
  if (!span) return undefined;
  if (isPast) return line.wordAt(span.next) === 'ago' ? { ...span, next: span.next + 1 } : span;
  const isFromNow = line.wordAt(span.next) === 'from' && line.wordAt(span.next + 1) === 'now';
  return isFromNow ? { ...span, next: span.next + 2 } : span;
}

function within(
  line: Line,
  from: number,
  { value, next }: Read<Span>,
  asked: AskedWhen,
  isPast: boolean,
): Moment | Unread {
  const at = moved(value, isPast ? -1 : 1, asked);
  if (at !== asked.now && Math.abs(at - asked.now) <= farthestMs) return { at };
  const said = saidIn(line, from, next);
  return { problem: at === asked.now ? `“${said}” is no time at all` : `“${said}” is more than a hundred years away` };
}

/** Months keep the day and the time on the wall; a day that the month lacks becomes its last. */
function moved({ ms, months }: Span, direction: 1 | -1, { now, timeZone }: AskedWhen): number {
  if (months === 0) return now + direction * ms;
  const wall = wallOf(now, timeZone);
  const date = new Date(wall);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + direction * months, 1);
  const last = new Date(first);
  const days = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 0)).getUTCDate();
  const moment = first + (Math.min(date.getUTCDate(), days) - 1) * dayMs + (((wall % dayMs) + dayMs) % dayMs);
  return Number.isNaN(moment) ? Number.POSITIVE_INFINITY : instantsOf(moment, timeZone)[0] + direction * ms;
}
