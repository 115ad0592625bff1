import type { ArgumentSpec } from '../features/contract';
import type { KnownNames } from './arguments';
import { looksLikeMoment } from './moment-words';
import type { Token } from './tokens';

/** Where the words of one argument end and the next argument begins. Pure; each token is looked at once. */

export const placeWords: ReadonlySet<string> = new Set(['to', 'in', 'on', 'at', 'into', 'onto', 'from']);
const politeWords = new Set(['please', 'pls', 'plz', 'thanks', 'thank', 'you', 'thx', 'ty', 'cheers']);
/** Only emoji: `🙏`, `👍🏽`, `🧑‍💻`. */
const emojiOnly = /^(?:[\p{Extended_Pictographic}\u200D\uFE0F\u20E3\u{1F1E6}-\u{1F1FF}\u{1F3FB}-\u{1F3FF}])+$/u;

export const isEmoji = (word: string): boolean => emojiOnly.test(word);
export const isPolite = (word: string): boolean =>
  politeWords.has(word.toLowerCase().replace(/[,;:.!?]{1,5}$/, '')) || isEmoji(word);

/** Whether an argument takes several words. */
export const isWordy = ({ kind }: ArgumentSpec): boolean => kind === 'text' || kind === 'phrase' || kind === 'moment';

/** Behind the last word that is more than politeness. */
export function politeEnd(tokens: readonly Token[]): number {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.key === undefined && isPolite(tokens[end - 1]?.text ?? '')) end--;
  return end;
}

/** `because:` and `until,` announce as `because` and `until` do. */
export const announcing = ({ text }: Pick<Token, 'text'>): string => text.toLowerCase().replace(/[:,]$/, '');

/** The index behind the last word of a wordy argument that begins at `from`, where `others` are still to come. */
export function endOfWords(
  tokens: readonly Token[],
  from: number,
  spec: ArgumentSpec,
  others: readonly ArgumentSpec[],
  names: KnownNames | undefined,
): number {
  const closesWithQuote = tokens[from]?.quoted === true;
  for (let index = from + 1; index < tokens.length; index++) {
    // Behind words in quotes anything that is known goes on; among free words a name is just a word.
    const isLoose = spec.kind !== 'text' || (closesWithQuote && index === from + 1);
    if (beginsAnother(tokens, index, spec, others, isLoose ? names : undefined)) return index;
  }
  return tokens.length;
}

function beginsAnother(
  tokens: readonly Token[],
  index: number,
  spec: ArgumentSpec,
  others: readonly ArgumentSpec[],
  names: KnownNames | undefined,
): boolean {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (!token) return false;
  if (token.key !== undefined)
    return others.some(({ name, keyword }) => name.toLowerCase() === token.key || keyword === token.key);
  if (token.quoted) return false;
  const word = announcing(token);
  const announced = next ? others.find((other) => isWordy(other) && other.keyword === word) : undefined;
  if (announced) return announced.kind !== 'moment' || spec.kind !== 'text' || isMomentFrom(tokens, index + 1, others);
  if (!names) return false;
  if (next && others.some(({ kind, keyword }) => kind === 'person' && keyword === word)) return true;
  const named = next && placeWords.has(word) ? next : token;
  return named.key === undefined && isOpenName(named.text.toLowerCase(), others, names);
}

function isOpenName(word: string, others: readonly ArgumentSpec[], { services, environments }: KnownNames): boolean {
  return others.some(
    ({ kind }) => (kind === 'service' && services.has(word)) || (kind === 'environment' && environments.has(word)),
  );
}

/** `because it hangs until 18:00` names an end; `because we wait until the fix is in` names none. */
function isMomentFrom(tokens: readonly Token[], from: number, others: readonly ArgumentSpec[]): boolean {
  const rest = tokens.slice(from, politeEnd(tokens));
  const stop = rest.findIndex(
    ({ key }) => key !== undefined && others.some(({ name, keyword }) => name === key || keyword === key),
  );
  const words = stop === -1 ? rest : rest.slice(0, stop);
  return words.length <= 10 && looksLikeMoment(words.map(({ text }) => text).join(' '));
}
