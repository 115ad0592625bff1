import type { ArgumentKind, ArgumentSpec } from '../contract';
import { isEmoji } from './argument-ends';
import { phraseOf } from './tokens';
import type { TokenLine, Token } from './tokens';

/** What a typed argument is worth. Pure. */

/** The value as features get it: names in lower case, `d1042` and `1042` as `D-1042`. */
export function valueOf(kind: ArgumentKind, typed: string): string {
  const text = typed.trim();
  if (kind === 'text') return text;
  if (kind === 'phrase' || kind === 'moment') return phraseOf(text);
  const word = text.replace(/^`/, '').replace(/[,;:.!?…`]{1,10}$/, '') || text;
  if (kind === 'service' || kind === 'environment') return withoutEmoji(word).toLowerCase();
  if (kind === 'person') return word.replace(/^@/, '');
  return kind === 'deployment' ? deploymentNumber(word) : word;
}

/** `shop🚀` is shop. */
function withoutEmoji(word: string): string {
  const signs = Array.from(word);
  let end = signs.length;
  while (end > 1 && isEmoji(signs[end - 1] ?? '')) end--;
  return signs.slice(0, end).join('');
}

function deploymentNumber(text: string): string {
  const number = /^(?:d[-\s]?|#)?(\d{1,9})$/i.exec(text)?.[1];
  if (number !== undefined) return `D-${number}`;
  return /^[a-z]-?\d{1,9}$/i.test(text) ? text.toUpperCase() : text;
}

/** The words as they were written, without quotes around all of them. */
export function cutText(line: TokenLine, kind: ArgumentKind, from: number, last: Token | undefined): string {
  const rest = line.words.slice(from, last?.end ?? from);
  const plain = line.plain.slice(from, last?.end ?? from);
  const [start, end] = [rest.length - rest.trimStart().length, rest.trimEnd().length];
  const sign = plain.charAt(start);
  const isQuoted = (sign === '"' || sign === "'") && end - start > 1 && plain.indexOf(sign, start + 1) === end - 1;
  return valueOf(kind, isQuoted ? rest.slice(start + 1, end - 1) : rest.slice(start, end));
}

/** The value of one token. */
export const valueIn = (line: TokenLine, { kind }: ArgumentSpec, token: Token): string =>
  kind === 'text' ? cutText(line, kind, token.valueStart, token) : token.text;
