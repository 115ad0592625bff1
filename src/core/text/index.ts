/**
 * What no reader sees: control characters, unpaired surrogates, and everything that Unicode calls ignorable (direction marks, zero-width characters,
 * Hangul fillers, tags, variation selectors). Only the selector that gives an emoji its color stays.
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
 */
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFF9-\uFFFB\uD800-\uDFFF]|(?!(?<=\p{Extended_Pictographic})\uFE0F)\p{Default_Ignorable_Code_Point}/gu;
/** Characters with a width that show nothing and that `trim` doesn't know. */
const blank = /[\u2800\u{1D159}\u{13441}\u{13442}]/gu;
/** Cards turn `{{DATE(…)}}` and `{{TIME(…)}}` into each reader's own date: only in templates of ours, never in outside text. */
const dateFunction = /\{\{(?=\s*(?:DATE|TIME)\b)/gi;
const markdown = /[\\`*_[\]()<>#~|!]/g;

/** The text with `{{DATE(…)}}` and `{{TIME(…)}}` broken, so that a card shows them as they were written. */
export function withoutDateFunctions(text: string): string {
  return text.replace(dateFunction, '{ {');
}

/** What a terminal reads as colors, cursor moves, titles and links: https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
const terminalSequences = /\u001B\[[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)|\u001B[ -/]*[0-~]/g;

/** A line as a reader of a terminal sees it: a word that changes its color in the middle is one word. */
export function forTerminal(line: string): string {
  return line.replace(terminalSequences, '').replace(invisible, '');
}

/** Outside text made harmless for a `TextRun`, which knows no Markdown: one line, no control or direction marks, bounded. */
export function cleanText(text: string, maximumLength = 300): string {
  const line = withoutDateFunctions(
    text
      .replace(/[\r\n\t\u2028\u2029]+/g, ' ')
      .replace(invisible, '')
      .replace(blank, ' '),
  ).trim();
  return cut(line, maximumLength);
}

function cut(text: string, maximumLength: number): string {
  if (text.length <= maximumLength) return text;
  return `${text
    .slice(0, maximumLength - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

/** Outside text made harmless for a `TextBlock`, a fact or a message: cleaned, then every Markdown sign escaped, `<at>` defused. */
export function plainText(text: string, maximumLength = 300): string {
  return cleanText(text, maximumLength)
    .replace(markdown, (sign) => `\\${sign}`)
    .replace(/^(\s*)([-+])(\s)/, '$1\\$2$3')
    .replace(/^(\s*\d+)\.(\s)/, '$1\\.$2');
}

/** Outside text of several lines, each of them cleaned. */
export function cleanLines(text: string, maximumLength: number): string {
  const lines = text.split(/\r\n?|[\n\u2028\u2029]/).map((line) => cleanText(line, maximumLength));
  return cut(lines.join('\n').trim(), maximumLength);
}

/** Outside text of several lines for a message, each of them on a line of its own. */
export function plainLines(text: string, maximumLength: number): string {
  return cleanLines(text, maximumLength)
    .split('\n')
    .map((line) => plainText(line, maximumLength))
    .join('\n\n');
}

/** An outside address that a button may open: of the web, without a name and password in it. Else nothing. */
export function webAddress(address: string | undefined): string {
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  const isOpen = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isOpen ? url.href : '';
}

/** The text without the run of these signs at its end, in one pass. */
export function withoutEnding(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Words of somebody's own as the end of a sentence: their last sign stays the last. */
export function withFullStop(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

/** What a text says as JSON; undefined for what is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `1 approval`, `2 approvals`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${count}\u00A0${count === 1 ? singular : many}`;
}

/** `a, b and c`. */
export function enumerate(words: readonly string[], last = 'and'): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`;
}

/** `Ada, Dana, Nico and 3 more`: of more than four only the first three. */
export function enumerateFew(words: readonly string[], last = 'and'): string {
  return enumerate(words.length > 4 ? [...words.slice(0, 3), `${words.length - 3} more`] : words, last);
}

/** Words that stay on one line, as the title of a fact does. */
export function withoutBreaks(words: string): string {
  return words.replaceAll(' ', '\u00A0');
}

/** The words with their first letter as that of a sentence. */
export function capitalize(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Called for every attempt that a reader of typed text makes, so that a test can hold it to the length of its input. */
export type CountStep = () => void;

/** Counts nothing. */
export const uncounted: CountStep = () => undefined;
