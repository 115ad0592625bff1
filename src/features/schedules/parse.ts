import { Cron } from 'croner';
import type { CountStep } from '../../core/text';
import { lineOf, textBetween, textFrom } from '../../core/time/typed/line';
import type { Line, Read } from '../../core/time/typed/line';
import { readMomentAt } from '../../core/time/typed/moment';
import type { AskedWhen, Unread } from '../../core/time/typed/moment';
import { readRecurrence } from '../../core/time/typed/recurring';

/** When something should happen and what, as people write it, in a time zone's local time. Pure. */

export type When =
  | { readonly kind: 'once'; readonly at: number }
  | { readonly kind: 'again'; readonly cron: string; readonly words: string };

export interface Spoken {
  readonly when: When;
  /** What should happen then. */
  readonly what: string;
  /** IANA; the zone that was written with it. */
  readonly timeZone?: string;
}

type Timed = Omit<Spoken, 'what'>;

const unnamed: Unread = { problem: 'I can’t tell when that should happen' };
const nothing: Unread = { problem: 'I can’t tell what should happen then' };
/** Words that introduce a time after the action: `remind me to go home at 17:00`. */
const leads = new Set(['at', 'in', 'on', 'today', 'tonight', 'tomorrow', 'next', 'this', 'every']);
/** No time has more words. */
const longestTime = 16;

/** `weekday at 9 health of shop`: what follows `every`. */
export function readEvery(text: string, count?: CountStep): Spoken | Unread {
  const line = lineOf(text, count);
  const read = readRecurrence(line, 0);
  return 'problem' in read ? read : spokenOf(again(read), textFrom(line, read.next));
}

/** `in 2 hours …`, `at 16:30 …`, `at 9 tomorrow …`, `next Monday at noon …`. */
export function readOnce(text: string, asked: AskedWhen): Spoken | Unread {
  const line = lineOf(text, asked.count);
  const read = onceAt(line, 0, asked);
  return 'problem' in read ? read : spokenOf(read.value, textFrom(line, read.next));
}

/** `me to look at the graphs in 2 hours`, `me every Friday at 16:00 to write the notes`: what follows `remind`. */
export function readRemind(text: string, asked: AskedWhen): Spoken | Unread {
  const line = lineOf(text, asked.count);
  const whom = line.wordAt(0);
  if (whom !== 'me' && whom !== 'us') return { problem: 'I can’t tell whom to remind' };
  const first = timeAt(line, 1, asked);
  if (!('problem' in first)) return spokenOf(first.value, remindWords(whom, textFrom(line, first.next)));
  const { length } = line.words;
  for (let at = Math.max(2, length - longestTime); at < length; at++) {
    if (!leads.has(line.wordAt(at))) continue;
    const last = timeAt(line, at, asked);
    if (!('problem' in last) && last.next === length)
      return spokenOf(last.value, remindWords(whom, textBetween(line, 1, at)));
  }
  return first;
}

/** The next moment after `now`, by the zone's rules for daylight saving; undefined if there is none. */
export function nextAfter(when: When, now: number, timeZone: string): number | undefined {
  if (when.kind === 'once') return when.at > now ? when.at : undefined;
  return new Cron(when.cron, { timezone: timeZone, paused: true }).nextRun(new Date(now))?.getTime();
}

/** `remind me to …` and `remind us that …`; undefined for any other line. */
export function readReminder(what: string): { readonly whom: 'me' | 'us'; readonly text: string } | undefined {
  const line = lineOf(what);
  const whom = line.wordAt(1);
  if (line.wordAt(0) !== 'remind' || (whom !== 'me' && whom !== 'us')) return undefined;
  const text = textFrom(line, ['to', 'that', 'about', 'of'].includes(line.wordAt(2)) ? 3 : 2);
  return text === '' ? undefined : { whom, text };
}

function timeAt(line: Line, at: number, asked: AskedWhen): Read<Timed> | Unread {
  if (line.wordAt(at) !== 'every') return onceAt(line, at, asked);
  const read = readRecurrence(line, at + 1);
  return 'problem' in read ? read : { value: again(read), next: read.next };
}

function onceAt(line: Line, from: number, asked: AskedWhen): Read<Timed> | Unread {
  const read = readMomentAt(line, from, 'at', asked);
  if (!read) return unnamed;
  return 'problem' in read.value
    ? read.value
    : { value: { when: { kind: 'once', at: read.value.at } }, next: read.next };
}

function again({ value: { cron, words, timeZone } }: Exclude<ReturnType<typeof readRecurrence>, Unread>): Timed {
  return { when: { kind: 'again', cron, words }, ...(timeZone !== undefined && { timeZone }) };
}

const spokenOf = (timed: Timed, what: string): Spoken | Unread => (what === '' ? nothing : { ...timed, what });

const remindWords = (whom: string, text: string): string => (text === '' ? '' : `remind ${whom} ${text}`);
