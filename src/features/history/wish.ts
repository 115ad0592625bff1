import { cleanText } from '../../core/text';
import type { AskedWhen, Unread } from '../../core/time/typed/moment';
import { readFilter } from '../../core/time/filter';
import type { HistoryEntry } from './entry';

/** `history dana deploy yesterday`: which entries somebody wants to see. Pure. */
export interface Wish {
  readonly person?: string;
  readonly since?: number;
  readonly until?: number;
  /** Every one stands in who, what or what came of it. */
  readonly words: readonly string[];
}

const longestWish = 500;
const fillers = new Set(['by', 'of', 'in', 'on', 'the', 'from', 'for', 'to', 'and', 'who', 'what', 'when']);

/** Reads the words after `history` by the clock of whoever asks, or says why a time among them can't be read. */
export function readWish(text: string, me: string, asked: AskedWhen): Wish | Unread {
  const { range, rest, unread } = readFilter(cleanText(text, longestWish).toLowerCase(), asked);
  if (unread) return unread;
  let wish: Wish = { words: [], ...range };
  // `who=dana` and `what:deploy` say no more than the word itself.
  for (const { key, value } of rest) {
    const word = key === undefined || key === 'who' || key === 'what' ? value : `${key}=${value}`;
    const bare = /[,;]$/.test(word) ? word.slice(0, -1) : word;
    if (bare === 'me' || bare === 'i') wish = { ...wish, person: me };
    else if (bare !== '' && !fillers.has(bare)) wish = { ...wish, words: [...wish.words, bare] };
  }
  return wish;
}

export function isWished(entry: HistoryEntry, { person, since = -Infinity, until = Infinity, words }: Wish): boolean {
  const { at, personName, said, meant = '', what, outcome, came, placeName } = entry;
  if ((person !== undefined && entry.person !== person) || at < since || at > until) return false;
  const held = [personName, said, meant, what, outcome, came, placeName].join(' ').toLowerCase();
  return words.every((word) => held.includes(word));
}
