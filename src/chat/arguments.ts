import type { ArgumentKind, ArgumentSpec } from '../features/contract';
import { personWords } from './person-words';
import type { Token } from './tokens';

/** How the words behind a command become its arguments. Pure. */

/** Names that tell a service from an environment when words come in another order. */
export interface KnownNames {
  readonly services: ReadonlySet<string>;
  readonly environments: ReadonlySet<string>;
  /** Keys and full names of people, in lower case. */
  readonly people?: ReadonlySet<string>;
}

const places = new Set(['to', 'in', 'on', 'at', 'into', 'onto', 'from']);
const fillers = new Set([
  'please',
  'thanks',
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

export interface ReadArguments {
  readonly args: Record<string, string>;
  /** Words that no argument takes. */
  readonly extra: readonly string[];
}

/** Fills the declared arguments: by key, by keyword, by what a word is known as, then in order. */
export function readArguments(
  specs: readonly ArgumentSpec[],
  tokens: readonly Token[],
  line: string,
  names?: KnownNames,
): ReadArguments {
  const args = new Map<string, string>();
  const extra: string[] = [];
  const open = (): ArgumentSpec[] => specs.filter((spec) => !args.has(spec.name));
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token) break;
    const keyed = specFor(open(), token.key);
    if (keyed) {
      if (keyed.kind === 'text' && !token.quoted)
        return { args: Object.fromEntries(args.set(keyed.name, restOf(line, token))), extra };
      if (token.text.trim() !== '') args.set(keyed.name, valueOf(keyed.kind, token.text));
      continue;
    }
    const after = tokens[index + 1];
    const announced = after && !token.quoted ? specAnnouncedBy(open(), token.text.toLowerCase()) : undefined;
    if (announced && after && after.key === undefined) {
      if (announced.kind === 'text')
        return { args: Object.fromEntries(args.set(announced.name, restOf(line, after))), extra };
      const { text, words } = wordsFor(announced, tokens, index + 1, open(), names);
      args.set(announced.name, valueOf(announced.kind, text));
      index += words;
      continue;
    }
    const spec = specInOrder(open(), token, names);
    // A `ship=` that is no argument's key belongs to the text.
    if (spec?.kind === 'text')
      return { args: Object.fromEntries(args.set(spec.name, restOf(line, token, token.start))), extra };
    if (!token.quoted && token.key === undefined && isFiller(token.text, open(), names)) continue;
    if (spec) {
      const { text, words } = wordsFor(spec, tokens, index, open(), names);
      args.set(spec.name, valueOf(spec.kind, text));
      index += words - 1;
    } else extra.push(token.key === undefined ? token.text : `${token.key}=${token.text}`);
  }
  return { args: Object.fromEntries(args), extra };
}

/** One word, but for people, whose names have several. */
function wordsFor(
  { kind }: ArgumentSpec,
  tokens: readonly Token[],
  from: number,
  open: readonly ArgumentSpec[],
  names?: KnownNames,
): { text: string; words: number } {
  if (kind !== 'person') return { text: tokens[from]?.text ?? '', words: 1 };
  const keywords = new Set(open.flatMap(({ keyword }) => keyword ?? []));
  return personWords(tokens.slice(from), keywords, names?.people ?? new Set());
}

/** The value as features get it: names in lower case, `d1042` and `1042` as `D-1042`. */
export function valueOf(kind: ArgumentKind, typed: string): string {
  const text = typed.trim();
  if (kind === 'service' || kind === 'environment') return text.toLowerCase().replace(/[,;:.!?]+$/, '');
  if (kind === 'person') return text.replace(/^@/, '').replace(/[,;:.!?]+$/, '');
  if (kind === 'deployment') return deploymentNumber(text.replace(/[,;:.!?]+$/, ''));
  return kind === 'release' ? text.replace(/[,;:!?]+$/, '') : text;
}

function deploymentNumber(text: string): string {
  const number = /^(?:d[-\s]?|#)?(\d{1,9})$/i.exec(text)?.[1];
  if (number !== undefined) return `D-${number}`;
  return /^[a-z]-?\d{1,9}$/i.test(text) ? text.toUpperCase() : text;
}

function specFor(open: readonly ArgumentSpec[], key: string | undefined): ArgumentSpec | undefined {
  if (key === undefined) return undefined;
  return (
    open.find((spec) => spec.name.toLowerCase() === key || spec.keyword === key) ??
    open.find((spec) => key.length > 2 && (spec.kind === key || spec.name.toLowerCase().startsWith(key)))
  );
}

function specAnnouncedBy(open: readonly ArgumentSpec[], word: string): ArgumentSpec | undefined {
  const exact = open.find((spec) => spec.keyword === word);
  if (exact) return exact;
  return places.has(word) ? open.find((spec) => spec.kind === 'environment' && spec.keyword !== undefined) : undefined;
}

function specInOrder(open: readonly ArgumentSpec[], token: Token, names?: KnownNames): ArgumentSpec | undefined {
  const first = open[0];
  if (!first || first.kind === 'text' || token.quoted) return first;
  const word = token.text.toLowerCase();
  const byKind = (kind: ArgumentKind): ArgumentSpec | undefined => open.find((spec) => spec.kind === kind);
  if (names?.environments.has(word) && !names.services.has(word)) return byKind('environment') ?? first;
  if (names?.services.has(word) && !names.environments.has(word)) return byKind('service') ?? first;
  // An optional name that nobody has is the beginning of what comes after it.
  const text = first.required ? undefined : byKind('text');
  if (text && names && (first.kind === 'service' || first.kind === 'environment')) return text;
  if (first.kind === 'service' && /^v?\d+(\.\d+)+/.test(word)) return byKind('release') ?? first;
  return first;
}

/** `the`, `please`: dropped, unless a free text is wanted there. */
function isFiller(typed: string, open: readonly ArgumentSpec[], names?: KnownNames): boolean {
  const word = typed.toLowerCase().replace(/[,;:.!?]+$/, '');
  if (names?.services.has(word) || names?.environments.has(word)) return false;
  return fillers.has(word) && open[0]?.kind !== 'word';
}

function restOf(line: string, token: Token, from = token.valueStart): string {
  const rest = line.slice(from).trim();
  const quoted = /^(["'])(.*)\1$/.exec(rest);
  return quoted?.[2] !== undefined && !quoted[2].includes(quoted[1] ?? '"') ? quoted[2] : rest;
}
