import type { CountStep } from '../../core/text';

/** Splits typed text, as people and clients really send it, into tokens without losing a character. Pure. */

export interface Token {
  readonly text: string;
  /** In quotes: always a value, never a keyword. */
  readonly quoted: boolean;
  /** `key` of `key=value`, `--key value` and `--key=value`. */
  readonly key?: string;
  /** Where it begins in the line, including its key. */
  readonly start: number;
  /** Where its value begins; text arguments start here. */
  readonly valueStart: number;
  /** The position after its last character, including quotes. */
  readonly end: number;
}

/** The words of a line with plain quotes and spaces. An unclosed quote is an ordinary character; phones turn `--` into a long dash. */
export function tokenize(plain: string, count: CountStep): Token[] {
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
