import type { CountStep } from '../../core/text';
import { lineOf } from '../../core/time/typed/line';
import { readMomentAt } from '../../core/time/typed/moment';
import type { ArgumentKind, ArgumentSpec } from '../contract';
import type { TokenLine } from '.';

/** Splits a line into tokens, and decides which of the open arguments a token is for. Pure. */

const fillers = new Set('please pls thanks thx the a now here of for me my service release environment'.split(' '));

/** `because:hotfix`, with no space between. */
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

export function specInOrder(
  { names }: TokenLine,
  open: readonly ArgumentSpec[],
  token: Token,
): ArgumentSpec | undefined {
  const first = open[0];
  if (!first || isWordy(first) || token.quoted) return first;
  const word = token.text.toLowerCase();
  const byKind = (kind: ArgumentKind): ArgumentSpec | undefined => open.find((spec) => spec.kind === kind);
  if (names?.environments.has(word) && !names.services.has(word)) return byKind('environment') ?? first;
  if (names?.services.has(word) && !names.environments.has(word)) return byKind('service') ?? first;
  // A name that nobody has can't fill an optional argument; it begins the text after it.
  const text = first.required ? undefined : open.find(isWordy);
  if (text && names && (first.kind === 'service' || first.kind === 'environment')) return text;
  if (first.kind === 'service' && /^v?\d+(\.\d+)+/.test(word)) return byKind('release') ?? first;
  return first;
}

/** `the`, `please`: dropped, unless a free text is expected there. */
export function isFiller({ names }: TokenLine, typed: string, open: readonly ArgumentSpec[]): boolean {
  const word = typed.toLowerCase().replace(/[,;:.!?]{1,10}$/, '');
  if (names?.services.has(word) || names?.environments.has(word)) return false;
  return (fillers.has(word) || isEmoji(word)) && open[0]?.kind !== 'word';
}

/** Finds where the words of one argument end and the next argument begins. Pure; reads each token once. */

export const placeWords: ReadonlySet<string> = new Set(['to', 'in', 'on', 'at', 'into', 'onto', 'from']);
const politeWords = new Set(['please', 'pls', 'plz', 'thanks', 'thank', 'you', 'thx', 'ty', 'cheers']);
/** Only emoji: `🙏`, `👍🏽`, `🧑‍💻`. */
const emojiOnly = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200D|\uFE0F|\u20E3)+$/u;

export const isEmoji = (word: string): boolean => emojiOnly.test(word);
const isPolite = (word: string): boolean =>
  politeWords.has(word.toLowerCase().replace(/[,;:.!?]{1,5}$/, '')) || isEmoji(word);

/** Whether an argument takes several words. */
export const isWordy = ({ kind }: Pick<ArgumentSpec, 'kind'>): boolean =>
  kind === 'text' || kind === 'phrase' || kind === 'moment';

/** Words that introduce a request without changing it. */
const politeStart = new Set(
  'please pls plz kindly can could would will you ok okay so and hey hi hello hallo dear gavel good morning afternoon evening thanks thank thx'.split(
    ' ',
  ),
);

/** The index of the first token that isn't an introduction; -1 if all of them are. */
export function firstWanted(tokens: readonly Token[], count: CountStep): number {
  return tokens.findIndex(({ text, quoted, key }) => {
    count();
    const word = text.toLowerCase().replace(/^@|[,:;.!?]{1,5}$/g, '');
    return quoted || key !== undefined || !(politeStart.has(word) || isEmoji(text));
  });
}

/** The index after the last word that isn't politeness. */
export function politeEnd(tokens: readonly Token[], count: CountStep): number {
  let end = tokens.length;
  while (end > 0 && tokens[end - 1]?.key === undefined && isPolite(tokens[end - 1]?.text ?? '')) {
    count();
    end--;
  }
  return end;
}

/** `because:` and `until,` work like `because` and `until`. */
export const announcedWord = ({ text }: Pick<Token, 'text'>): string => text.toLowerCase().replace(/[:,]$/, '');

/** The index after the last word of a wordy argument that begins at `from`, while `others` are still open. */
export function findTextEnd(
  line: TokenLine,
  tokens: readonly Token[],
  from: number,
  spec: ArgumentSpec,
  others: readonly ArgumentSpec[],
): number {
  const closesWithQuote = tokens[from]?.quoted === true;
  // In `because "it hangs" developer`, a required or exactly fitting argument follows the quotes.
  const words = others.filter((other) => !isWordy(other));
  const isWanted = words.some(({ required }) => required === true) || tokens.length - from - 1 <= words.length;
  if (closesWithQuote && isWanted && from + 1 < tokens.length) return from + 1;
  for (let index = from + 1; index < tokens.length; index++) {
    line.count();
    // After a quoted text, any known name starts the next argument; inside unquoted text, a name is just a word.
    const isFree = spec.kind === 'text' && !(closesWithQuote && index === from + 1);
    if (beginsAnother(line, tokens, index, isFree, others)) return index;
  }
  return tokens.length;
}

function beginsAnother(
  line: TokenLine,
  tokens: readonly Token[],
  index: number,
  isFree: boolean,
  others: readonly ArgumentSpec[],
): boolean {
  const token = tokens[index];
  const next = tokens[index + 1];
  if (!token) return false;
  if (isKeyOf(others, token)) return true;
  if (token.quoted || token.key !== undefined) return false;
  const word = announcedWord(token);
  const announced = next ? others.find((other) => isWordy(other) && other.keyword === word) : undefined;
  if (announced)
    return !isFree || announced.kind !== 'moment' || isMomentAt(line, tokens.slice(index + 1), announced, others);
  if (isFree || !line.names) return false;
  if (next && others.some(({ kind, keyword }) => kind === 'person' && keyword === word)) return true;
  const leadsToName = placeWords.has(word) || others.some((other) => !isWordy(other) && other.keyword === word);
  if (next && leadsToName) return next.key === undefined && isOpenName(line, next.text.toLowerCase(), others);
  // A service can be called friday; if a time is expected, it's the day.
  return isOpenName(line, word, others) && !looksLikeMoment(word, line.count);
}

/** Whether a token is the `key=` of one of these. */
export function isKeyOf(specs: readonly ArgumentSpec[], { key }: Token): boolean {
  return key !== undefined && specs.some(({ name, keyword }) => name.toLowerCase() === key || keyword === key);
}

function isOpenName({ names }: TokenLine, word: string, others: readonly ArgumentSpec[]): boolean {
  return others.some(
    ({ kind }) =>
      (kind === 'service' && names?.services.has(word)) || (kind === 'environment' && names?.environments.has(word)),
  );
}

const maxMomentWords = 10;

/** `because it hangs until 18:00` has an end; `because we wait until the fix is in` doesn't. */
function isMomentAt(
  line: TokenLine,
  tokens: readonly Token[],
  spec: ArgumentSpec,
  others: readonly ArgumentSpec[],
): boolean {
  const near = tokens.slice(0, maxMomentWords + 1);
  const behind = others.filter((other) => other !== spec);
  const end = Math.min(findTextEnd(line, near, 0, spec, behind), politeEnd(near, line.count));
  const words = near.slice(0, end).map(({ text }) => text);
  return end <= maxMomentWords && looksLikeMoment(words.join(' '), line.count);
}

/**
 * Whether words could be a time: either they parse as one, or they use its vocabulary. The command interprets them after the permission check. Pure.
 */

const timeWords = new Set(
  [
    'mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday',
    'jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november dec december',
    'today tonight tomorrow noon midday midnight morning afternoon evening night now',
    'this next the of at on in for a an and end close start day days week weeks weekend month months year years hour hours minute minutes',
    'min mins minutes h hr hrs m d w utc gmt cet cest am pm business eod cob half quarter',
  ].flatMap((line) => line.split(' ')),
);
const maxMomentParts = 8;
/** `18:00`, `2h`, `1h30m`, `9am`, `24/12`, `2026-12-24T18:00Z`, `+01:00`, `3rd`: short, and begins with a digit. */
const number = /^[+-]?\d[\da-z:.,/+-]{0,30}$/;

function looksLikeMoment(words: string, count: CountStep): boolean {
  const line = lineOf(words, count);
  const read = readMomentAt(line, 0, 'until', { now: 0, timeZone: 'UTC', count });
  if (read && read.next === line.words.length) return true;
  const each = words
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  return each.length > 0 && each.length <= maxMomentParts && each.every(isPart) && each.some(isTime);
}

const bare = (word: string): string => word.replace(/[.!?]{1,3}$/, '');
const isPart = (word: string): boolean =>
  timeWords.has(bare(word)) || number.test(bare(word)) || /^[a-z]+\/[a-z_]+$/.test(word);
const connecting = new Set('this next the of at on in for a an and may close start end'.split(' '));
const isTime = (word: string): boolean => isPart(word) && !connecting.has(bare(word));

/** A word of typed text, as people and clients really send it; together they lose no character. */
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
