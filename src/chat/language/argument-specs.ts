import type { ArgumentKind, ArgumentSpec } from '../contract';
import type { KnownNames } from './arguments';
import type { Token } from './tokens';
import type { CountStep } from '../../core/text';
import { looksLikeMoment } from './moment-start';

/** Which of the arguments that are still open a token is meant for. Pure. */

const fillers = new Set([
  'please',
  'pls',
  'thanks',
  'thx',
  'the',
  'a',
  'now',
  'here',
  'of',
  'for',
  'me',
  'my',
  'service',
  'release',
  'environment',
]);

/** `because:hotfix`, where nothing stands between. */
export function argumentAttachedTo(
  open: readonly ArgumentSpec[],
  token: Token,
): { spec: ArgumentSpec; at: number } | undefined {
  const colon = token.key === undefined ? token.text.indexOf(':') : -1;
  if (colon < 1 || colon === token.text.length - 1) return undefined;
  const word = token.text.slice(0, colon).toLowerCase();
  const spec = open.find(
    (each) => isWordy(each) && each.kind !== 'phrase' && (each.keyword === word || each.name === word),
  );
  return spec && { spec, at: token.start + colon + 1 };
}

export function specFor(open: readonly ArgumentSpec[], key: string | undefined): ArgumentSpec | undefined {
  if (key === undefined) return undefined;
  return (
    open.find((spec) => spec.name.toLowerCase() === key || spec.keyword === key) ??
    open.find((spec) => key.length > 2 && (spec.kind === key || spec.name.toLowerCase().startsWith(key)))
  );
}

export function specAnnouncedBy(open: readonly ArgumentSpec[], word: string): ArgumentSpec | undefined {
  const exact = open.find((spec) => spec.keyword === word);
  if (exact) return exact;
  if (!placeWords.has(word)) return undefined;
  const environments = open.filter(({ kind }) => kind === 'environment');
  return environments.find(({ keyword }) => keyword !== undefined) ?? environments[0];
}

export function specInOrder(open: readonly ArgumentSpec[], token: Token, names?: KnownNames): ArgumentSpec | undefined {
  const first = open[0];
  if (!first || isWordy(first) || token.quoted) return first;
  const word = token.text.toLowerCase();
  const byKind = (kind: ArgumentKind): ArgumentSpec | undefined => open.find((spec) => spec.kind === kind);
  if (names?.environments.has(word) && !names.services.has(word)) return byKind('environment') ?? first;
  if (names?.services.has(word) && !names.environments.has(word)) return byKind('service') ?? first;
  // An optional name that nobody has is the beginning of what comes after it.
  const text = first.required ? undefined : open.find(isWordy);
  if (text && names && (first.kind === 'service' || first.kind === 'environment')) return text;
  if (first.kind === 'service' && /^v?\d+(\.\d+)+/.test(word)) return byKind('release') ?? first;
  return first;
}

/** `the`, `please`: dropped, unless a free text is wanted there. */
export function isFiller(typed: string, open: readonly ArgumentSpec[], names?: KnownNames): boolean {
  const word = typed.toLowerCase().replace(/[,;:.!?]{1,10}$/, '');
  if (names?.services.has(word) || names?.environments.has(word)) return false;
  return (fillers.has(word) || isEmoji(word)) && open[0]?.kind !== 'word';
}

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
