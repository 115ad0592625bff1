import { lookUp } from '../../core/keys';
import type { CountStep } from '../../core/text';
import type { ArgumentKind, Arguments, ArgumentSpec } from '../contract';
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
import { findPersonEnd } from './person-end';
import { phraseOf } from './tokens';
import type { Token, TokenLine } from './tokens';

/** How the words behind a command become its arguments. Pure. */

/** Names that tell a service from an environment when words come in another order. */
export interface KnownNames {
  readonly services: ReadonlySet<string>;
  readonly environments: ReadonlySet<string>;
  /** Keys and full names of people, in lower case. */
  readonly people?: ReadonlySet<string>;
}

interface ReadArguments {
  readonly args: Record<string, string>;
  /** Words that no argument takes. */
  readonly extra: readonly string[];
}

/** Fills the declared arguments: by key, by keyword, by what a word is known as, then in order. */
export function readArguments(
  specs: readonly ArgumentSpec[],
  tokens: readonly Token[],
  line: TokenLine,
  names?: KnownNames,
): ReadArguments {
  const read = fill(specs, tokens, line, names, false);
  if (isComplete(specs, read.args)) return read;
  // `because=hangs shop staging`: when all words are taken as the reason, something is missing.
  const short = fill(specs, tokens, line, names, true);
  if (isComplete(specs, short.args) && short.extra.length === 0) return short;
  return withTail(specs, tokens, line, read, names) ?? read;
}

interface Filled extends ReadArguments {
  /** The free text, as indexes of tokens. */
  readonly text?: { readonly name: string; readonly from: number; readonly to: number };
}

function fill(
  specs: readonly ArgumentSpec[],
  tokens: readonly Token[],
  line: TokenLine,
  names: KnownNames | undefined,
  keyedTextIsOneWord: boolean,
): Filled {
  const args = new Map<string, string>();
  const extra: string[] = [];
  let text: Filled['text'];
  const open = (but?: ArgumentSpec): ArgumentSpec[] => specs.filter((spec) => spec !== but && !args.has(spec.name));
  const polite = politeEnd(tokens, line.count);
  /** Takes the words from a token on; the index of the last one. */
  const takeText = (spec: ArgumentSpec, from: number, at: number): number => {
    const to = findTextEnd(tokens, from, spec, open(spec), names, line.count);
    const value = cutText(
      line,
      spec.kind,
      at,
      tokens[(spec.kind === 'text' ? to : Math.max(from + 1, Math.min(to, polite))) - 1],
    );
    if (value !== '') args.set(spec.name, to < tokens.length ? value.replace(/[,;]$/, '') : value);
    if (spec.kind === 'text') text = { name: spec.name, from, to };
    return to - 1;
  };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    line.count();
    if (!token) break;
    const keyed = specFor(open(), token.key);
    if (keyed) {
      if (isWordy(keyed) && !token.quoted && !keyedTextIsOneWord) index = takeText(keyed, index, token.valueStart);
      else if (keyed.kind === 'person' && !token.quoted) {
        const { text: value, words } = wordsFor(
          keyed,
          [{ ...token, key: undefined }, ...tokens.slice(index + 1, index + maxPersonWords)],
          0,
          open(keyed),
          line.count,
          names,
        );
        args.set(keyed.name, valueOf(keyed.kind, value));
        index += words - 1;
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
        index = takeText(announced, index + 1, after.start);
        continue;
      }
      const { text: value, words } = wordsFor(announced, tokens, index + 1, open(), line.count, names);
      args.set(announced.name, valueOf(announced.kind, value));
      index += words;
      continue;
    }
    const spec = specInOrder(open(), token, names);
    if (index >= polite && spec?.required !== true) continue;
    // A `ship=` that is no argument's key belongs to the text.
    if (spec && isWordy(spec)) {
      index = takeText(spec, index, token.start);
      continue;
    }
    if (!token.quoted && token.key === undefined && isFiller(token.text, open(), names)) continue;
    if (spec) {
      const { text: value, words } = wordsFor(spec, tokens, index, open(), line.count, names);
      args.set(spec.name, valueOf(spec.kind, value));
      index += words - 1;
    } else extra.push(token.key === undefined ? token.text : `${token.key}=${token.text}`);
  }
  return { args: Object.fromEntries(args), extra, ...(text && { text }) };
}

const isComplete = (specs: readonly ArgumentSpec[], args: Arguments): boolean =>
  specs.every(({ name, required }) => required !== true || lookUp(args, name) !== undefined);

/** `because it hangs shop in staging`: what is missing stands behind the reason, in names that are known. */
function withTail(
  specs: readonly ArgumentSpec[],
  tokens: readonly Token[],
  line: TokenLine,
  { args, extra, text }: Filled,
  names: KnownNames | undefined,
): ReadArguments | undefined {
  if (!text || !names || extra.length > 0) return undefined;
  const missing = specs.filter(({ name, required }) => required === true && lookUp(args, name) === undefined);
  for (let from = text.to - 1; from > text.from && from >= text.to - 2 * missing.length - 6; from--) {
    const tail = fill(missing, tokens.slice(from, text.to), line, names, false);
    if (tail.extra.length > 0 || !isComplete(missing, tail.args)) continue;
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

/** A name of six words behind `the group`. */
const maxPersonWords = 8;

/** One word, but for people, whose names have several. */
function wordsFor(
  { kind }: ArgumentSpec,
  tokens: readonly Token[],
  from: number,
  open: readonly ArgumentSpec[],
  count: CountStep,
  names?: KnownNames,
): { text: string; words: number } {
  if (kind !== 'person') return { text: tokens[from]?.text ?? '', words: 1 };
  const keywords = new Set(open.flatMap(({ keyword }) => keyword ?? []));
  return findPersonEnd(tokens.slice(from, from + maxPersonWords), keywords, names?.people ?? new Set(), count);
}

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
