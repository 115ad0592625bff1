import { cleanText } from '../../core/text';
import { startOfDay } from '../audits';
import type { HistoryEntry } from './entry';

/** `history dana deploy yesterday`: which entries somebody wants to see. Pure. */
export interface Wish {
  readonly person?: string;
  readonly since?: number;
  readonly until?: number;
  /** Every one stands in who, what or what came of it. */
  readonly words: readonly string[];
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const fillers = new Set(['by', 'of', 'in', 'on', 'the', 'from', 'for', 'to', 'and', 'who', 'what', 'when']);

export function readWish(text: string, me: string, now: number, timeZone: string): Wish {
  let wish: Wish = { words: [] };
  // `who=dana`, `what:deploy` and `when=today` say no more than the word itself.
  for (const typed of cleanText(text, 200).toLowerCase().split(/\s+/)) {
    const [, key = '', value = ''] = /^(?:--)?(?:(who|what|when|since)[=:])?(.*?)[,;]?$/.exec(typed) ?? [];
    const day = dayOf(value, now, timeZone);
    if (value === 'me' || value === 'i') wish = { ...wish, person: me };
    else if (day !== undefined)
      wish = { ...wish, since: day, ...(key === 'since' ? {} : { until: day + dayMs + 2 * hourMs }) };
    else if (value !== '' && !fillers.has(value)) wish = { ...wish, words: [...wish.words, value] };
  }
  const { since, until } = wish;
  // A day may have 25 hours; midnight after it ends it.
  return since === undefined || until === undefined ? wish : { ...wish, until: startOfDay(until, timeZone) - 1 };
}

/** The beginning of that day: `today`, `yesterday`, the last `monday`, `2026-11-20`. */
function dayOf(word: string, now: number, timeZone: string): number | undefined {
  const today = startOfDay(now, timeZone);
  const daysAgo = (days: number): number => startOfDay(today - days * dayMs + dayMs / 2, timeZone);
  if (word === 'today') return today;
  if (word === 'yesterday') return daysAgo(1);
  if (weekdays.includes(word)) {
    const name = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'long' })
      .format(today + dayMs / 2)
      .toLowerCase();
    return daysAgo((weekdays.indexOf(name) - weekdays.indexOf(word) + 7) % 7);
  }
  const noon = /^\d{4}-\d{2}-\d{2}$/.test(word) ? Date.parse(`${word}T12:00:00Z`) : Number.NaN;
  return Number.isNaN(noon) ? undefined : startOfDay(noon, timeZone);
}

export function isWished(entry: HistoryEntry, { person, since = -Infinity, until = Infinity, words }: Wish): boolean {
  const { at, personName, said, meant = '', what, outcome, came, placeName } = entry;
  if ((person !== undefined && entry.person !== person) || at < since || at > until) return false;
  const held = [personName, said, meant, what, outcome, came, placeName].join(' ').toLowerCase();
  return words.every((word) => held.includes(word));
}
