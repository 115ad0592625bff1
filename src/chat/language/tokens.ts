import { uncounted } from '../../core/text';
import type { CountStep } from '../../core/text';

/** Typed text as people and clients really send it, taken apart without losing a letter of it. Pure. */

export interface Token {
  readonly text: string;
  /** In quotes: always a value, never a keyword. */
  readonly quoted: boolean;
  /** `key` of `key=value`, `--key value` and `--key=value`. */
  readonly key?: string;
  /** Where it begins in the line, its key included. */
  readonly start: number;
  /** Where its value begins; text arguments are cut from here. */
  readonly valueStart: number;
  /** Behind its last character, quotes included. */
  readonly end: number;
}

/** A typed line twice, letter for letter in the same places: once as it was written, once as it is parsed. */
export interface TokenLine {
  /** As written, without what a client adds: what is kept is cut from here. */
  readonly words: string;
  /** The same with straight quotes and plain spaces: only for looking. */
  readonly plain: string;
  readonly tokens: readonly Token[];
  /** Hears of every look at a token. */
  readonly count: CountStep;
}

const longestText = 4_000;
const namedEntities = new Map([
  ['nbsp', ' '],
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u200B\u200C\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D/gu;

/** The line of a message: entities read, and nothing around it that is no word of it, such as backticks, the bot's own name and a slash in front. */
export function readLine(text: string, count: CountStep = uncounted): TokenLine {
  const decoded = decodeEntities(text.slice(0, longestText))
    .replace(/\r\n?/g, '\n')
    .replace(/\u00A0/g, ' ');
  const all = decoded.replace(invisible, '');
  const looked = plainOf(all);
  const [from, to] = inside(looked, all);
  const plain = looked.slice(from, to);
  return { words: all.slice(from, to), plain, tokens: tokenize(plain, count), count };
}

/** A line as it is compared and shown: straight quotes, single spaces, no full stop behind. */
export function normalizeText(text: string): string {
  return phraseOf(readLine(text).words);
}

/** Words for the eye of a parser: straight quotes, single spaces, no full stop behind. */
export function phraseOf(words: string): string {
  const line = plainOf(words).replace(/\s+/g, ' ').trim();
  let end = line.length;
  while (end > 0 && ' .!?…'.includes(line.charAt(end - 1))) end--;
  return end === 0 ? line : line.slice(0, end);
}

/** Of the same length, place by place. */
function plainOf(words: string): string {
  return words
    .replace(/[\s\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g, ' ')
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛]/g, "'");
}

/** Where the words themselves begin and end: without code marks around all of it, and without the bot's name and a slash in front. */
function inside(plain: string, words: string): [from: number, to: number] {
  let [from, to] = trimRange(plain, 0, plain.length);
  const marks = runOf('`', plain, from, to);
  if (marks > 0 && to - from > 2 * marks && plain.slice(to - marks, to) === '`'.repeat(marks)) {
    const language = marks > 2 ? (/^[\w-]+\n/.exec(words.slice(from + marks, from + marks + 30))?.[0].length ?? 0) : 0;
    if (!plain.slice(from + marks, to - marks).includes('`'))
      [from, to] = trimRange(plain, from + marks + language, to - marks);
  }
  const name = /^@?gavel\b[\s,:]*(?=\S)/i.exec(plain.slice(from, to))?.[0].length ?? 0;
  from += name;
  return plain.charAt(from) === '/' && to - from > 1 && plain.charAt(from + 1) !== ' ' ? [from + 1, to] : [from, to];
}

function trimRange(plain: string, start: number, stop: number): [from: number, to: number] {
  let [from, to] = [start, stop];
  while (from < to && plain.charAt(from) === ' ') from++;
  while (to > from && plain.charAt(to - 1) === ' ') to--;
  return [from, to];
}

function runOf(sign: string, plain: string, from: number, to: number): number {
  let count = 0;
  while (from + count < to && plain.charAt(from + count) === sign) count++;
  return count;
}

export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return namedEntities.get(String(name).toLowerCase()) ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

/** The words of a line of plain quotes and spaces. An unclosed quote is just a sign; a phone writes a long dash for two. */
function tokenize(plain: string, count: CountStep): Token[] {
  const tokens: Token[] = [];
  const pattern =
    /(?:--|[–—])?([A-Za-z][\w-]{0,40})=(?:"([^"]*)"|'([^']*)'(?=\s|$)|(\S+))|"([^"]*)"|'([^']*)'(?=\s|$)|(\S+)/g;
  let waitingKey: Token | undefined;
  for (const match of plain.matchAll(pattern)) {
    count();
    const [whole, key, ...values] = match;
    const start = match.index;
    const end = start + whole.length;
    const text = values.find((value) => value !== undefined) ?? '';
    const quoted = values[5] === undefined && values[2] === undefined;
    const option = key === undefined && !quoted ? optionIn(text) : undefined;
    if (waitingKey && key === undefined && option === undefined) {
      tokens.push({ text, quoted, key: optionIn(waitingKey.text), start: waitingKey.start, valueStart: start, end });
      waitingKey = undefined;
      continue;
    }
    if (waitingKey) tokens.push(waitingKey);
    waitingKey = undefined;
    if (option !== undefined) waitingKey = { text, quoted: false, start, valueStart: start, end };
    else if (key === undefined) tokens.push({ text, quoted, start, valueStart: start, end });
    else tokens.push({ text, quoted, key: key.toLowerCase(), start, valueStart: start + whole.indexOf('=') + 1, end });
  }
  if (waitingKey) tokens.push(waitingKey);
  return tokens;
}

function optionIn(text: string): string | undefined {
  return /^(?:--|[–—])([A-Za-z][\w-]*)$/.exec(text)?.[1]?.toLowerCase();
}
