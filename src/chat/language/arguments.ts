import { lookUp } from '../../core/keys';
import { withoutEnding } from '../../core/text';
import type { ArgumentKind, Arguments, ArgumentSpec } from '../contract';
import { phraseOf } from '.';
import type { KnownNames, TokenLine } from '.';
import type { Token } from './argument-specs';
import {
  announcedWord,
  argumentAttachedTo,
  findTextEnd,
  isEmoji,
  isFiller,
  isKeyOf,
  isWordy,
  placeWords,
  politeEnd,
  specAnnouncedBy,
  specFor,
  specInOrder,
} from './argument-specs';

/** Turns the words after a command into its arguments. Pure. */

interface ReadArguments {
  readonly args: Record<string, string>;
  /** Words that no argument takes. */
  readonly extra: readonly string[];
}

/** Fills the declared arguments: by key, by keyword, by known name, then in order. */
export function readArguments(
  specs: readonly ArgumentSpec[],
  tokens: readonly Token[],
  line: TokenLine,
): ReadArguments {
  const read = fill(specs, tokens, line, false);
  if (missingIn(specs, read.args).length === 0) return read;
  // In `because=hangs shop staging`, taking all words as the reason would leave an argument missing.
  const short = fill(specs, tokens, line, true);
  if (missingIn(specs, short.args).length + short.extra.length === 0) return short;
  return withTail(specs, tokens, line, read) ?? read;
}

interface Filled extends ReadArguments {
  /** The free text, as token indexes. */
  readonly text?: { readonly name: string; readonly from: number; readonly to: number };
}

function fill(
  specs: readonly ArgumentSpec[],
  tokens: readonly Token[],
  line: TokenLine,
  keyedTextIsOneWord: boolean,
): Filled {
  const args = new Map<string, string>();
  const extra: string[] = [];
  let text: Filled['text'];
  const open = (but?: ArgumentSpec): ArgumentSpec[] => specs.filter((spec) => spec !== but && !args.has(spec.name));
  const polite = politeEnd(tokens, line.count);
  /** Takes the words from this token on; returns the index of the last one. */
  const takeText = (spec: ArgumentSpec, from: number, at: number): number => {
    const to = findTextEnd(line, tokens, from, spec, open(spec));
    const end = spec.kind === 'text' ? to : Math.max(from + 1, Math.min(to, polite));
    const value = cutText(line, spec.kind, at, tokens[end - 1]);
    if (value !== '') args.set(spec.name, to < tokens.length ? value.replace(/[,;]$/, '') : value);
    if (spec.kind === 'text') text = { name: spec.name, from, to };
    return to - 1;
  };
  /** Takes one word, or all words of a person's name; returns how many. */
  const takeWords = (spec: ArgumentSpec, among: readonly Token[], from: number, but?: ArgumentSpec): number => {
    const near = among.slice(from, from + maxPersonWords);
    const keywords = new Set(open(but).flatMap(({ keyword }) => keyword ?? []));
    const { text: value, words } =
      spec.kind === 'person' ? findPersonEnd(line, near, keywords) : { text: near[0]?.text ?? '', words: 1 };
    args.set(spec.name, valueOf(spec.kind, value));
    return words;
  };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    line.count();
    if (!token) break;
    const keyed = specFor(open(), token.key);
    if (keyed) {
      if (isWordy(keyed) && !token.quoted && !keyedTextIsOneWord) index = takeText(keyed, index, token.valueStart);
      else if (keyed.kind === 'person' && !token.quoted) {
        const near = [{ ...token, key: undefined }, ...tokens.slice(index + 1, index + maxPersonWords)];
        index += takeWords(keyed, near, 0, keyed) - 1;
      } else if (token.text.trim() !== '') args.set(keyed.name, valueOf(keyed.kind, valueIn(line, keyed, token)));
      continue;
    }
    const after = tokens[index + 1];
    const attached = token.quoted ? undefined : argumentAttachedTo(open(), token);
    if (attached) {
      index = takeText(attached.spec, index, attached.at);
      continue;
    }
    const announced = after && !token.quoted ? specAnnouncedBy(open(), announcedWord(token)) : undefined;
    if (announced && after && (isWordy(announced) ? !isKeyOf(open(announced), after) : after.key === undefined)) {
      if (isWordy(announced)) {
        // `because of the audit` has the reason `the audit`.
        const isOf = announced.keyword === 'because' && after.text.toLowerCase() === 'of' && !after.quoted;
        const first = (isOf && tokens[index + 2]) || after;
        index = takeText(announced, index + (first === after ? 1 : 2), first.start);
        continue;
      }
      index += takeWords(announced, tokens, index + 1);
      continue;
    }
    const spec = specInOrder(
      line,
      open().filter(({ isNamed }) => isNamed !== true),
      token,
    );
    if (index >= polite && spec?.required !== true) continue;
    // If `ship=` isn't the key of an argument, it belongs to the text.
    if (spec && isWordy(spec)) {
      index = takeText(spec, index, token.start);
      continue;
    }
    if (!token.quoted && token.key === undefined && isFiller(line, token.text, open())) continue;
    if (spec) index += takeWords(spec, tokens, index) - 1;
    else extra.push(token.key === undefined ? token.text : `${token.key}=${token.text}`);
  }
  return { args: Object.fromEntries(args), extra, ...(text && { text }) };
}

/** The required arguments that nobody named. */
export function missingIn(specs: readonly ArgumentSpec[], args: Arguments): readonly ArgumentSpec[] {
  return specs.filter(({ name, required }) => required === true && lookUp(args, name) === undefined);
}

/** Whether the catalog has every service, environment and person that the line names. */
export function hasKnownNames(specs: readonly ArgumentSpec[], args: Arguments, { names }: TokenLine): boolean {
  if (!names) return true;
  return specs.every((spec) => {
    const value = lookUp(args, spec.name);
    if (value === undefined || !['service', 'environment', 'person', 'deployment'].includes(spec.kind)) return true;
    const general = spec.kind === 'person' ? /^(?:me|myself|group:.+)$/i : /^(?:all|every|everything|everywhere|any)$/i;
    return isSurely(spec, value, names) || (spec.kind !== 'deployment' && general.test(value));
  });
}

/** In `because it hangs shop in staging`, the missing arguments follow the reason as known names. */
function withTail(
  specs: readonly ArgumentSpec[],
  tokens: readonly Token[],
  line: TokenLine,
  { args, extra, text }: Filled,
): ReadArguments | undefined {
  const { names } = line;
  if (!text || !names || extra.length > 0) return undefined;
  const missing = missingIn(specs, args);
  for (let from = text.to - 1; from > text.from && from >= text.to - 2 * missing.length - 6; from--) {
    const tail = fill(missing, tokens.slice(from, text.to), line, false);
    if (tail.extra.length + missingIn(missing, tail.args).length > 0) continue;
    if (!missing.every((spec) => isSurely(spec, lookUp(tail.args, spec.name) ?? '', names))) continue;
    const stop = isPlaceWord(tokens[from - 1]) && from - 1 > text.from ? from - 1 : from;
    const first = tokens[text.from];
    const reason = cutText(line, 'text', first?.valueStart ?? 0, tokens[stop - 1]).replace(/[,;]$/, '');
    return { args: { ...args, ...tail.args, ...Object.fromEntries([[text.name, reason]]) }, extra };
  }
  return undefined;
}

const isPlaceWord = (token: Token | undefined): boolean =>
  token !== undefined && !token.quoted && token.key === undefined && placeWords.has(token.text.toLowerCase());

function isSurely({ kind }: ArgumentSpec, value: string, names: KnownNames): boolean {
  if (kind === 'service') return names.services.has(value);
  if (kind === 'environment') return names.environments.has(value);
  if (kind === 'person')
    return names.people?.has(value.toLowerCase()) === true || /^(?:@\[\d+\]|[a-z]+:\S+)$/i.test(value);
  return kind === 'deployment' && /^D-\d{1,9}$/.test(value);
}

const maxNameWords = 6;
/** Includes `the group` before the name. */
const maxPersonWords = maxNameWords + 2;
const personEnds = new Set(['until', 'till', 'because', 'for', 'on', 'in', 'to', 'from', 'as', 'at']);
const bareName = (word: string): string => withoutEnding(word.replace(/^@/, ''), ',;:.!?');

/** The longest known name, or else all words up to the next keyword; `group board` is one name, too. */
function findPersonEnd(
  line: TokenLine,
  tokens: readonly Token[],
  keywords: ReadonlySet<string>,
): { text: string; words: number } {
  const known = line.names?.people;
  const [first, second] = tokens;
  if (!first || first.quoted || isOneWord(first.text)) return { text: first?.text ?? '', words: 1 };
  if (/^the$/i.test(first.text) && /^group$/i.test(second?.text ?? '')) {
    const { text, words } = findPersonEnd(line, tokens.slice(1), keywords);
    return { text, words: words + 1 };
  }
  if (/^group$/i.test(first.text) && second && known?.has('group') !== true)
    return { text: `group:${bareName(second.text).toLowerCase()}`, words: 2 };
  const plain = tokens.slice(0, maxNameWords).findIndex((token) => token.quoted || token.key !== undefined);
  const words = tokens.slice(0, plain === -1 ? maxNameWords : plain).map(({ text }) => text);
  for (let end = words.length; end > 0; end--) {
    line.count();
    const text = words.slice(0, end).join(' ');
    if (known?.has(bareName(text).toLowerCase())) return { text, words: end };
  }
  const stop = words.findIndex(
    (word, index) => index > 0 && (personEnds.has(word.toLowerCase()) || keywords.has(word)),
  );
  const taken = stop === -1 ? words : words.slice(0, stop);
  return { text: taken.join(' '), words: taken.length };
}

/** A token that stands for a mention or an id: no more words of the name follow it. */
function isOneWord(text: string): boolean {
  return /^@\[\d+\]/.test(text) || /^[a-z]+:\S/i.test(text);
}

/** The value of a typed argument. Pure. */

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

/** `shop🚀` means shop. */
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

/** The words as written, without quotes around all of them. */
function cutText(line: TokenLine, kind: ArgumentKind, from: number, last: Token | undefined): string {
  const rest = line.words.slice(from, last?.end ?? from);
  const plain = line.plain.slice(from, last?.end ?? from);
  const [start, end] = [rest.length - rest.trimStart().length, rest.trimEnd().length];
  const sign = plain.charAt(start);
  const isQuoted = (sign === '"' || sign === "'") && end - start > 1 && plain.indexOf(sign, start + 1) === end - 1;
  return valueOf(kind, isQuoted ? rest.slice(start + 1, end - 1) : rest.slice(start, end));
}

/** The value of one token. */
const valueIn = (line: TokenLine, { kind }: ArgumentSpec, token: Token): string =>
  kind === 'text' ? cutText(line, kind, token.valueStart, token) : token.text;
