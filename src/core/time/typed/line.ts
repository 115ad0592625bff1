import { uncounted } from '../../text';
import type { CountStep } from '../../text';

/** Typed words with their positions, for the time parsers. Pure. */

interface Word {
  /** In lower case, without punctuation around it. */
  readonly text: string;
  /** Where it begins and ends in the typed text, including punctuation. */
  readonly start: number;
  readonly end: number;
}

export interface Line {
  readonly typed: string;
  readonly words: readonly Word[];
  /** The word at this index; empty after the last one. Every call counts as a step. */
  wordAt(index: number): string;
  /** Whether these words are there. */
  says(index: number, words: string): boolean;
}

/** What a parser understood, and the index of the next word. */
export interface Read<Value> {
  readonly value: Value;
  readonly next: number;
}

const longestWord = 40;
const before = new Set(['(', '[', '"', '“', "'", '‘']);
const behind = new Set([',', ';', '.', '!', '?', ')', ']', '"', '”', "'", '’', ':']);

/** The words of a text. A word too long for any time becomes a blank that no parser accepts. */
export function lineOf(typed: string, count: CountStep = uncounted): Line {
  const words: Word[] = [];
  for (const { 0: raw, index } of typed.matchAll(/\S+/g)) {
    count();
    words.push({
      text: raw.length > longestWord ? ' ' : bare(raw.toLowerCase()),
      start: index,
      end: index + raw.length,
    });
  }
  const wordAt = (index: number): string => {
    count();
    return words[index]?.text ?? '';
  };
  const says = (index: number, said: string): boolean =>
    said.split(' ').every((word, offset) => wordAt(index + offset) === word);
  return { typed, words, wordAt, says };
}

/** The typed text from this word on, exactly as typed. */
export function textFrom({ typed, words }: Line, index: number): string {
  const word = words[index];
  return word ? typed.slice(word.start).trim() : '';
}

/** The typed text of the words from one index up to another, exclusive. */
export function textBetween({ typed, words }: Line, from: number, next: number): string {
  const [first, last] = [words[from], words[next - 1]];
  return first && last && next > from ? typed.slice(first.start, last.end) : '';
}

function bare(word: string): string {
  let [from, to] = [0, word.length];
  while (from < to && before.has(word.charAt(from))) from++;
  while (to > from && behind.has(word.charAt(to - 1))) to--;
  return word.slice(from, to);
}
