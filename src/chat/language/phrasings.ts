import { lookUp } from '../../core/keys';
import { findNear } from '../../core/text/nearest';
import type { ArgumentKind, Arguments, ArgumentSpec, Command } from '../contract';
import type { KnownNames, TokenLine, Understood } from '.';
import { firstWanted, isEmoji } from './argument-specs';
import { hasKnownNames, missingIn, readArguments, valueOf } from './arguments';

/** Whole sentences that mean a command, as the commands declare them: `who approved {id}`. Pure. */

/** All declared sentences as a tree. Reading a line takes time in proportion to its length, however many sentences there are. */
interface Sentences {
  readonly words: Map<string, Sentences>;
  readonly slots: { readonly spec: ArgumentSpec; readonly next: Sentences }[];
  /** What a sentence that ends here means. */
  meant?: { readonly command: Command; readonly fixed: Arguments };
}

/** Throws if two commands declare the same sentence, or if a slot isn't an argument of the command. */
export function plantSentences(commands: readonly Command[]): Sentences {
  const root: Sentences = { words: new Map(), slots: [] };
  for (const command of commands) {
    if (isHarmless(command))
      for (const name of [command.name, ...(command.synonyms ?? [])])
        plant(root, name.toLowerCase().split(' '), command, {});
    for (const phrasing of command.phrasings ?? []) {
      const { say, fixed = {} } = typeof phrasing === 'string' ? { say: phrasing } : phrasing;
      for (const words of variantsOf(say)) plant(root, words, command, fixed);
    }
  }
  return root;
}

/** All variants of `is {service} [really|still] up`. */
function variantsOf(say: string): string[][] {
  const parts = say.match(/\[[^\]]{1,200}\]|\([^)]{1,200}\)|\S+/g) ?? [];
  return parts.reduce<string[][]>(
    (all, part) => {
      const isOptional = part.startsWith('[');
      const ways = part
        .replace(/^[[(]|[\])]$/g, '')
        .split('|')
        .map((way) => way.split(' '));
      return all.flatMap((words) => [...(isOptional ? [words] : []), ...ways.map((way) => [...words, ...way])]);
    },
    [[]],
  );
}

function plant(root: Sentences, words: readonly string[], command: Command, fixed: Arguments): void {
  let node = root;
  for (const word of words) {
    const [, slot, kind] = /^\{(\w+)(?::(\w+))?\}$/.exec(word) ?? [];
    node = slot === undefined ? wordEdge(node, word) : slotEdge(node, slot, kind as ArgumentKind | undefined, command);
  }
  if (node.meant && node.meant.command !== command)
    throw new Error(`Two commands answer to "${words.join(' ')}": ${node.meant.command.name}, ${command.name}`);
  node.meant = { command, fixed };
}

function wordEdge(node: Sentences, word: string): Sentences {
  const next = node.words.get(word) ?? { words: new Map(), slots: [] };
  node.words.set(word, next);
  return next;
}

function slotEdge(node: Sentences, name: string, kind: ArgumentKind | undefined, command: Command): Sentences {
  const declared = command.arguments?.find((each) => each.name === name);
  if (!declared) throw new Error(`${command.name} has no argument ${name}`);
  const spec = kind === undefined ? declared : { ...declared, kind };
  const known = node.slots.find((slot) => slot.spec.kind === spec.kind && slot.spec.name === name);
  if (known) return known.next;
  const next: Sentences = { words: new Map(), slots: [] };
  // Most names are services.
  if (spec.kind === 'service') node.slots.unshift({ spec, next });
  else node.slots.push({ spec, next });
  return next;
}

const maxTokens = 24;
const maxStarts = 8;
/** Words that introduce a question without changing it. */
const leading = new Set(
  'please pls hey hi hello gavel ok okay so and but well just quickly can could would will you tell show give me us i we want wanna need to like know do does let lets see check if thanks @gavel'.split(
    ' ',
  ),
);
const between = new Set(
  'the a an our my your this that currently now really actually just already yet service environment all then'.split(
    ' ',
  ),
);
const trailing = new Set(
  'please pls plz thanks thank you thx cheers now yet already currently right again here mate ok okay gavel atm'.split(
    ' ',
  ),
);
const contractions: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [
    ...['what', 'who', 'how', 'where', 'when', 'which', 'that', 'there', 'it'].flatMap((word) => [
      [`${word}'s`, [word, 'is']],
      ...(word === 'it' ? [] : [[`${word}s`, [word, 'is']]]),
    ]),
    ...['what', 'who', 'how'].map((word) => [`${word}'re`, [word, 'are']]),
    ["let's", ['lets']],
    ['cant', ["can't"]],
    ["i'm", ['i', 'am']],
    ['im', ['i', 'am']],
    ["isn't", ['is', 'not']],
  ].map(([word, parts]) => [word, parts] as const),
);

interface Word {
  readonly text: string;
  /** The token that it comes from. */
  readonly at: number;
}

function wordsOf({ tokens, count }: TokenLine): Word[] {
  return tokens.flatMap(({ text }, at) => {
    count();
    if (isEmoji(text)) return [];
    const word = text.toLowerCase().replace(/^[("'`]{1,5}|[)"'`,;:.!?…]{1,10}$/g, '');
    const apart = lookUp(contractions, word);
    return (apart ?? [word]).flatMap((each) => (each === '' ? [] : [{ text: each, at }]));
  });
}

interface Reading {
  readonly line: TokenLine;
  readonly words: readonly Word[];
  /** `exact`: known names only. `named`: an unknown word can be a name, so that the command reports it. `near`: allows a typo. */
  readonly mode: 'exact' | 'named' | 'near';
}

/** The command and arguments of a declared sentence, if the whole line is one. */
export function understandSentence(root: Sentences, line: TokenLine, mode: Reading['mode']): Understood | undefined {
  // People who write `key=value` know the command, and nobody asks such a long question.
  if (line.tokens.length > maxTokens || line.tokens.some(({ key }) => key !== undefined)) return undefined;
  const words = wordsOf(line);
  const reading = { line, words, mode };
  const polite = words.findIndex(({ at }) => at >= firstWanted(line.tokens, line.count));
  for (let start = 0; start < Math.min(words.length, maxStarts); start++) {
    const found = walk(root, reading, start, {});
    // A command that changes something needs a request, at most a polite one: `we want to restart shop` isn't a request.
    if (found && (start <= polite || (isHarmless(found.command) && !tellsOfItself(found.command, words, start))))
      return found;
    if (!leading.has(words[start]?.text ?? '')) return undefined;
  }
  return undefined;
}

/** `I run the servers at night` says what somebody does; `can I run it` asks. */
function tellsOfItself({ operation }: Command, words: readonly Word[], start: number): boolean {
  const [before, earlier] = [words[start - 1]?.text, words[start - 2]?.text ?? ''];
  return operation !== 'look' && (before === 'i' || before === 'we') && !/^(?:can|could|do|does)$/.test(earlier);
}

const isHarmless = ({ operation, asksFirst }: Command): boolean => operation === 'look' || asksFirst === true;

function walk(node: Sentences, reading: Reading, at: number, args: Arguments): Understood | undefined {
  const { line, words } = reading;
  line.count();
  const word = words[at];
  if (word) {
    for (const next of wordsNear(node, word.text, reading)) {
      const found = walk(next, reading, at + 1, args);
      if (found) return found;
    }
    for (const { spec, next } of node.slots) {
      const taken = take(spec, reading, at);
      const both = taken && [lookUp(args, spec.name), taken.value].filter((each) => each !== undefined).join(' ');
      const found = taken && walk(next, reading, taken.next, { ...args, [spec.name]: both });
      if (found) return found;
    }
  }
  const ended = node.meant && endedWith(node.meant, reading, at, args);
  if (ended) return ended;
  return word && at > 0 && between.has(word.text) ? walk(node, reading, at + 1, args) : undefined;
}

function wordsNear(node: Sentences, word: string, { mode, line }: Reading): Sentences[] {
  const exact = node.words.get(word);
  if (exact) return [exact];
  if (mode !== 'near' || word.length < 4 || isName(word, line.names)) return [];
  return findNear(
    word,
    [...node.words.keys()].filter((each) => each.length > 3),
  )
    .filter(({ distance }) => distance >= 1 && distance <= (word.length > 7 ? 2 : 1))
    .flatMap(({ word: near }) => node.words.get(near) ?? [])
    .slice(0, 1);
}

const isName = (word: string, names: KnownNames | undefined): boolean =>
  names !== undefined && (names.services.has(word) || names.environments.has(word) || names.people?.has(word) === true);

/** The value of a slot, and the index of the next word. */
function take(
  spec: ArgumentSpec,
  { line, words, mode }: Reading,
  at: number,
): { readonly value: string; readonly next: number } | undefined {
  const { kind } = spec;
  const { text = '', at: tokenAt = 0 } = words[at] ?? {};
  if (kind === 'text' || kind === 'phrase' || kind === 'moment') {
    const end = endOf(words);
    if (end <= at) return undefined;
    const [first, last] = [line.tokens[tokenAt], line.tokens[words[end - 1]?.at ?? tokenAt]];
    return { value: valueOf(kind, line.words.slice(first?.start, last?.end)), next: end };
  }
  const value = nameIn(kind, text, line.names, mode);
  return value === undefined ? undefined : { value, next: at + 1 };
}

function nameIn(
  kind: ArgumentSpec['kind'],
  text: string,
  names: KnownNames | undefined,
  mode: Reading['mode'],
): string | undefined {
  const word = text.replace(/'s$/, '');
  if (kind === 'deployment') return /^(?:d-?|#)\d{1,9}$/.test(word) ? valueOf(kind, word) : undefined;
  if (kind === 'release') return /^v?\d+(?:\.\d+)+/.test(word) ? word : undefined;
  if (kind === 'word') return valueOf(/^d-?\d+$/.test(word) ? 'deployment' : kind, word);
  const known = kind === 'service' ? names?.services : kind === 'environment' ? names?.environments : names?.people;
  if (known === undefined || known.has(word)) return word;
  if (mode === 'near') return findNear(word, known)[0]?.word;
  // A word of the language isn't a misspelled name.
  return mode === 'named' &&
    kind !== 'person' &&
    word.length > 2 &&
    !between.has(word) &&
    !common.has(word) &&
    !isName(word, names)
    ? word
    : undefined;
}

const common = new Set(
  'everything everyone anything anyone something someone nothing nobody it he she they there here you me us we what who how not on in at up down going happening running call'.split(
    ' ',
  ),
);

function endOf(words: readonly Word[]): number {
  let end = words.length;
  while (end > 0 && trailing.has(words[end - 1]?.text ?? '')) end--;
  return end;
}

/** A sentence that ends here, with the rest of the line as its arguments; undefined if something is left over. */
function endedWith(
  { command, fixed }: NonNullable<Sentences['meant']>,
  { line, words, mode }: Reading,
  at: number,
  taken: Arguments,
): Understood | undefined {
  const { arguments: specs = [] } = command;
  const both = specs.flatMap(({ name }) => {
    const parts = [lookUp(fixed, name), lookUp(taken, name)].filter((each) => each !== undefined);
    return parts.length === 0 ? [] : [[name, parts.join(' ')]];
  });
  const known: Arguments = Object.fromEntries(both);
  const rest = at >= endOf(words) ? [] : line.tokens.slice(words[at]?.at);
  const open = specs.filter(({ name, kind }) => kind !== 'word' && lookUp(known, name) === undefined);
  const { args: more, extra } = readArguments(open, rest, line);
  const args = { ...more, ...known };
  if (extra.length > 0 || (mode !== 'named' && !hasKnownNames(specs, args, line))) return undefined;
  return { kind: missingIn(specs, args).length > 0 ? 'missing' : 'command', command, args, extra };
}
