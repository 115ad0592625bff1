import type { CountStep } from '../../core/text/steps';
import type { ArgumentSpec } from '../contract';
import type { KnownNames } from './arguments';
import { looksLikeMoment } from './moment-start';
import type { Token } from './tokens';

/** Where the words of one argument end and the next argument begins. Pure; each token is looked at once. */

export const placeWords: ReadonlySet<string> = new Set(['to', 'in', 'on', 'at', 'into', 'onto', 'from']);
const politeWords = new Set(['please', 'pls', 'plz', 'thanks', 'thank', 'you', 'thx', 'ty', 'cheers']);
/** Only emoji: `🙏`, `👍🏽`, `🧑‍💻`. */
const emojiOnly = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200D|\uFE0F|\u20E3)+$/u;

export const isEmoji = (word: string): boolean => emojiOnly.test(word);
const isPolite = (word: string): boolean =>
  politeWords.has(word.toLowerCase().replace(/[,;:.!?]{1,5}$/, '')) || isEmoji(word);

/** Whether an argument takes several words. */
export const isWordy = ({ kind }: ArgumentSpec): boolean => kind === 'text' || kind === 'phrase' || kind === 'moment';

/** Behind the last word that is more than politeness. */
export function politeEnd(tokens: readonly Token[], count: CountStep): number {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.key === undefined && isPolite(tokens[end - 1]?.text ?? '')) {
    count();
    end--;
  }
  return end;
}

/** `because:` and `until,` announce as `because` and `until` do. */
export const announcedWord = ({ text }: Pick<Token, 'text'>): string => text.toLowerCase().replace(/[:,]$/, '');

/** The index behind the last word of a wordy argument that begins at `from`, where `others` are still to come. */
export function findTextEnd(
  tokens: readonly Token[],
  from: number,
  spec: ArgumentSpec,
  others: readonly ArgumentSpec[],
  names: KnownNames | undefined,
  count: CountStep,
): number {
  const closesWithQuote = tokens[from]?.quoted === true;
  // `because "it hangs" developer`: what is still needed, or fits exactly, stands behind the quotes.
  const words = others.filter((other) => !isWordy(other));
  const isWanted = words.some(({ required }) => required === true) || tokens.length - from - 1 <= words.length;
  if (closesWithQuote && isWanted && from + 1 < tokens.length) return from + 1;
  for (let index = from + 1; index < tokens.length; index++) {
    count();
    // Behind words in quotes anything that is known goes on; among free words a name is just a word.
    const isFree = spec.kind === 'text' && !(closesWithQuote && index === from + 1);
    if (beginsAnother(tokens, index, isFree, others, names, count)) return index;
  }
  return tokens.length;
}

function beginsAnother(
  tokens: readonly Token[],
  index: number,
  isFree: boolean,
  others: readonly ArgumentSpec[],
  names: KnownNames | undefined,
  count: CountStep,
): boolean {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (!token) return false;
  if (isKeyOf(others, token)) return true;
  if (token.quoted || token.key !== undefined) return false;
  const word = announcedWord(token);
  const announced = next ? others.find((other) => isWordy(other) && other.keyword === word) : undefined;
  if (announced)
    return !isFree || announced.kind !== 'moment' || isMomentAt(tokens, index + 1, announced, others, names, count);
  if (isFree || !names) return false;
  if (next && others.some(({ kind, keyword }) => kind === 'person' && keyword === word)) return true;
  if (next && placeWords.has(word)) return next.key === undefined && isOpenName(next.text.toLowerCase(), others, names);
  // A service may be called friday; where a time is said, that is the day.
  return isOpenName(word, others, names) && !looksLikeMoment(word, count);
}

/** Whether a token is the `key=` of one of these. */
export function isKeyOf(specs: readonly ArgumentSpec[], { key }: Token): boolean {
  return key !== undefined && specs.some(({ name, keyword }) => name.toLowerCase() === key || keyword === key);
}

function isOpenName(word: string, others: readonly ArgumentSpec[], { services, environments }: KnownNames): boolean {
  return others.some(
    ({ kind }) => (kind === 'service' && services.has(word)) || (kind === 'environment' && environments.has(word)),
  );
}

const maxMomentWords = 10;

/** `because it hangs until 18:00` names an end; `because we wait until the fix is in` names none. */
function isMomentAt(
  tokens: readonly Token[],
  from: number,
  spec: ArgumentSpec,
  others: readonly ArgumentSpec[],
  names: KnownNames | undefined,
  count: CountStep,
): boolean {
  const near = tokens.slice(from, from + maxMomentWords + 1);
  const behind = others.filter((other) => other !== spec);
  const end = Math.min(findTextEnd(near, 0, spec, behind, names, count), politeEnd(near, count));
  return (
    end <= maxMomentWords &&
    looksLikeMoment(
      near
        .slice(0, end)
        .map(({ text }) => text)
        .join(' '),
      count,
    )
  );
}
