/**
 * Characters that no reader sees: control characters, unpaired surrogates, and everything that Unicode calls ignorable (direction marks, zero-width
 * characters, Hangul fillers, tags, variation selectors). Only the selector that gives an emoji its color stays.
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
 */
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFF9-\uFFFB\uD800-\uDFFF]|(?!(?<=\p{Extended_Pictographic})\uFE0F)\p{Default_Ignorable_Code_Point}/gu;
/** Characters that have a width but show nothing, and that `trim` doesn't remove. */
const blank = /[\u2800\u{1D159}\u{13441}\u{13442}]/gu;
/** Cards turn `{{DATE(…)}}` and `{{TIME(…)}}` into each reader's own date: allowed only in our own templates, never in outside text. */
const dateFunction = /\{\{(?=\s*(?:DATE|TIME)\b)/gi;
/** What a terminal interprets as colors, cursor moves, titles and links: https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
const terminalSequences = /\u001B\[[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)|\u001B[ -/]*[0-~]/g;
/** Hebrew, Arabic and the other scripts that run from right to left. https://www.unicode.org/reports/tr9/ */
const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;
const markdown = /[\\`*_[\]()<>#~|!]/g;

/** The text with `{{DATE(…)}}` and `{{TIME(…)}}` broken, so that a card shows them literally. */
export function withoutDateFunctions(text: string): string {
  return text.replace(dateFunction, '{ {');
}

/** The text with Markdown links broken, for text that some clients read as Markdown and others literally, so that it can't be escaped. */
export function withoutLinks(text: string): string {
  return text.replace(/\](?=[[(:])/g, '] ');
}

/** A line as somebody sees it in a terminal: a word that changes color in the middle is one word. */
export function forTerminal(line: string): string {
  return line.replace(terminalSequences, '').replace(invisible, '');
}

/** Outside text made safe for a `TextRun`, which has no Markdown: one line of limited length, without control or direction marks. */
export function cleanText(text: string, maximumLength = 300): string {
  const line = withoutDateFunctions(
    text
      .replace(terminalSequences, '')
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

/** The beginning of a text up to the end of a word, with an ellipsis if something is left out. */
export function cutAtWord(text: string, maximumLength: number): string {
  if (text.length <= maximumLength) return text;
  const end = text.lastIndexOf(' ', maximumLength - 1);
  return end < maximumLength / 2 ? cut(text, maximumLength) : `${withoutEnding(text.slice(0, end), ' ,;:.')}…`;
}

/**
 * Outside text made safe for a `TextBlock`, a fact or a message: cleaned, then with every Markdown character escaped and `<at>` disabled. Text that runs
 * only from right to left is isolated, so that a number or a comma of ours after it stays where it belongs.
 */
export function plainText(text: string, maximumLength = 300): string {
  const plain = cleanText(text, maximumLength)
    .replace(markdown, (sign) => `\\${sign}`)
    .replace(/^(\s*)([-+])(\s)/, '$1\\$2$3')
    .replace(/^(\s*\d+)\.(\s)/, '$1\\.$2');
  return isolate(plain);
}

/** `2.14.0 (4f2a91c)`; without a commit, which not every system knows, the version alone. */
export function nameRelease({ version, commit }: { readonly version: string; readonly commit: string }): string {
  const short = commit === '' ? '' : ` (${plainText(commit.slice(0, 7))})`;
  return `${plainText(version, 40)}${short}`;
}

/** Text that runs only from right to left, kept apart from what stands beside it; other text as it is. */
export function isolate(text: string): string {
  return rightToLeft.test(text) && !/[A-Za-z\u2068]/.test(text) ? `\u2068${text}\u2069` : text;
}

/** Outside text of several lines, each cleaned. */
export function cleanLines(text: string, maximumLength: number): string {
  const lines = text.split(/\r\n?|[\n\u2028\u2029]/).map((line) => cleanText(line, maximumLength));
  return cut(lines.join('\n').trim(), maximumLength);
}

/** Outside text of several lines for a message, with each on its own line. */
export function plainLines(text: string, maximumLength: number): string {
  return cleanLines(text, maximumLength)
    .split('\n')
    .map((line) => plainText(line, maximumLength))
    .join('\n\n');
}

/** `[3c9f2e1](https://…)` in Markdown, or only the words if there is no address. The words are escaped already. */
export function linkTo(address: string, words: string): string {
  return address === '' ? words : `[${words}](${address})`;
}

/** What is copied or leads somewhere stays as it is: code, addresses and mentions. */
const codeOrId =
  /`[^`]*`|\]\([^)]*\)|<at>[^<]*<\/at>|(?<![\p{L}\p{N}-])([ADR]|RS)-(?=[0-9a-f]{3,12}(?![\p{L}\p{N}-]))/gu;

/** `D-1001` as a card shows it: with a hyphen after which no client breaks the line. */
export function keepIdsWhole(markdown: string): string {
  if (!/[A-Z]-/.test(markdown)) return markdown;
  return markdown.replace(codeOrId, (all, letter?: string) => (letter === undefined ? all : `${letter}\u2011`));
}

/** Parts this long fit on one line of the narrowest card. */
const longestWholePart = 30;

/** `Opened by Dana · Fri, Nov 20, 13:01 UTC · ref 1a2b3c4d`: a footer that breaks between its parts. */
export function keepPartsWhole(footer: string): string {
  if (!/ · ref[ \u00A0]/.test(footer)) return footer;
  const parts = footer
    .split(' · ')
    .map((part) => (part.length > longestWholePart ? part : part.replace(/ /g, '\u00A0')));
  return parts.join('\u00A0· ');
}

/** A line in which ids have their usual hyphen, although somebody copied one from a card, or their phone made a dash of it. */
export function withTypedIds(line: string): string {
  return line.replace(/(?<![\p{L}\p{N}])([adr]|rs)[\u2010-\u2013\u2212](?=[0-9a-f]{3,12}(?![\p{L}\p{N}]))/giu, '$1-');
}

/** An outside address that a button can open: http or https, without credentials. Otherwise empty. */
export function webAddress(address: string | undefined): string {
  const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
  const isOpen = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isOpen ? url.href : '';
}

/** The text without any of these characters at its end, in one pass. */
export function withoutEnding(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** A person's own words in quotation marks, for Markdown: `“the sale is on”`. The sentence around them has its own period. */
export function quote(words: string, maximumLength = 200): string {
  return `“${plainText(withoutEnding(words, '.'), maximumLength)}”`;
}

/** The same for a `TextRun`. */
export function quoteClean(words: string, maximumLength = 200): string {
  return `“${isolate(cleanText(withoutEnding(words, '.'), maximumLength))}”`;
}

/** A person's own words as the end of a sentence: keeps their final punctuation. */
export function withFullStop(words: string): string {
  return /[.!?…][*”]*$/.test(words) ? words : `${words}.`;
}

/** The text as JSON; undefined if it isn't JSON. */
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

/** `a and b`; `a, b, and c`. */
export function enumerate(words: readonly string[], last = 'and'): string {
  if (words.length <= 2) return words.join(` ${last} `);
  return `${words.slice(0, -1).join(', ')}, ${last} ${words[words.length - 1]}`;
}

/** `Ada, Dana, Nico, and 3 more`: if there are more than four, only the first three. */
export function enumerateFew(words: readonly string[], last = 'and'): string {
  return enumerate(words.length > 4 ? [...words.slice(0, 3), `${words.length - 3} more`] : words, last);
}

/** Words that stay on one line, as the title of a fact does. */
export function withoutBreaks(words: string): string {
  return words.replaceAll(' ', '\u00A0');
}

/** The words with a capital first letter. */
export function capitalize(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Called for every step of a parser of typed text, so that a test can compare the steps with the length of the input. */
export type CountStep = () => void;

/** Counts nothing. */
export const uncounted: CountStep = () => undefined;
