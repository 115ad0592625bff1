import { lookUp } from '../../core/keys';
import type { CountStep } from '../../core/text';
import type { Arguments, ArgumentSpec, Command } from '../contract';
import { readArguments } from './arguments';
import type { KnownNames } from './arguments';
import { suggestedLines } from './suggestions';
import { phraseOf, readLine } from './tokens';
import type { Token, TokenLine } from './tokens';
import { isEmoji } from './argument-specs';

/** What was meant by a typed line. Pure: the commands and the names of the catalog go in, the meaning comes out. */

export interface Suggestion {
  readonly command: Command;
  readonly args: Arguments;
  /** The whole line as it should have been typed; it parses. */
  readonly line: string;
}

export type Parsed =
  | { readonly kind: 'command'; readonly command: Command; readonly args: Arguments; readonly extra: readonly string[] }
  | { readonly kind: 'missing'; readonly command: Command; readonly args: Arguments; readonly argument: ArgumentSpec }
  | {
      readonly kind: 'unknown';
      /** As it is shown. */
      readonly text: string;
      /** As it was written. */
      readonly words: string;
      readonly nearest: readonly Suggestion[];
    };

export interface Language {
  /** `count` hears of every step of the reading. */
  parse(text: string, names?: KnownNames, count?: CountStep): Parsed;
  /** The command of this very name or synonym. */
  command(name: string): Command | undefined;
}

/** Builds the tree of command words once; a line then costs its own length, however many commands there are. Throws when two commands share a word. */
export function createLanguage(commands: readonly Command[]): Language {
  const root: WordNode = { next: new Map() };
  const byName = new Map<string, Command>();
  for (const command of commands)
    for (const name of [command.name, ...(command.synonyms ?? [])]) {
      const key = name.toLowerCase();
      if (byName.has(key))
        throw new Error(`Two commands answer to "${name}": ${byName.get(key)?.name}, ${command.name}`);
      byName.set(key, command);
      plant(root, key.split(' '), command);
    }

  function understood(
    line: TokenLine,
    names: KnownNames | undefined,
  ): Exclude<Parsed, { kind: 'unknown' }> | undefined {
    const { tokens } = line;
    const found = commandAt(root, line);
    return found && meaning(found.command, tokens.slice(found.from), line, names);
  }

  /** Lines that parse without a word left over, each command once. */
  function nearest(line: TokenLine, names: KnownNames | undefined): Suggestion[] {
    const found = new Map<Command, Suggestion>();
    for (const { command, line: suggested } of suggestedLines(byName, root, line)) {
      if (found.has(command) || found.size === maxSuggestions) continue;
      const parsed = understood(readLine(suggested, line.count), names);
      if (parsed?.command !== command || (parsed.kind === 'command' && parsed.extra.length > 0)) continue;
      found.set(command, { command, args: parsed.args, line: suggested });
    }
    return [...found.values()];
  }

  return {
    command: (name) => byName.get(name.toLowerCase()),
    parse(text, names, count) {
      const line = readLine(text, count);
      const found = understood(line, names);
      if (found) return found;
      return { kind: 'unknown', text: phraseOf(line.words), words: line.words, nearest: nearest(line, names) };
    },
  };
}

const maxSuggestions = 3;

/** The command of a line and where its arguments begin. Behind a greeting stands what is wanted: `hey gavel where shop`. */
function commandAt(root: WordNode, { tokens, count }: TokenLine): { command: Command; from: number } | undefined {
  const start = firstWanted(tokens, count);
  const first = longestMatch(root, tokens, 0, count);
  const later = start > 0 ? longestMatch(root, tokens, start, count) : undefined;
  return first && later && first.command.arguments.length === 0 ? later : (first ?? later);
}

function meaning(
  command: Command,
  tokens: readonly Token[],
  line: TokenLine,
  names?: KnownNames,
): Exclude<Parsed, { kind: 'unknown' }> {
  const { args, extra } = readArguments(command.arguments, tokens, line, names);
  const argument = command.arguments.find((spec) => spec.required === true && lookUp(args, spec.name) === undefined);
  return argument ? { kind: 'missing', command, args, argument } : { kind: 'command', command, args, extra };
}

/** The words of all commands as a tree: finding one costs the length of its words, however many commands there are. Pure. */

export interface WordNode {
  command?: Command;
  readonly next: Map<string, WordNode>;
}

function plant(root: WordNode, words: readonly string[], command: Command): void {
  let node = root;
  for (const word of words) {
    let next = node.next.get(word);
    if (!next) node.next.set(word, (next = { next: new Map() }));
    node = next;
  }
  node.command = command;
}

/** The command whose words begin at a token; the longest, where one begins another. */
export function longestMatch(
  root: WordNode,
  tokens: readonly Token[],
  start: number,
  count: CountStep,
): { command: Command; from: number } | undefined {
  let node: WordNode | undefined = root;
  let found: { command: Command; from: number } | undefined;
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index];
    count();
    node = token && token.key === undefined ? node.next.get(plainWord(token, index, tokens)) : undefined;
    if (!node) break;
    if (node.command) found = { command: node.command, from: index + 1 };
  }
  return found;
}

/** `Hello, Gavel` is a hello: a comma, a colon or an emoji at a command word doesn't count. */
function plainWord(token: Token, index: number, tokens: readonly Token[]): string {
  const word = token.text.toLowerCase();
  if (index === tokens.length - 1 && word.length === 1) return word;
  const signs = Array.from(word);
  const from = signs.findIndex((sign) => sign !== '`' && !isEmoji(sign));
  let end = signs.length;
  while (end > from && isAround(signs[end - 1] ?? '')) end--;
  return from < 0 || end <= from ? word : signs.slice(from, end).join('');
}

const isAround = (sign: string): boolean => ',:;.!?…`'.includes(sign) || isEmoji(sign);

/** Words that lead to a request and change nothing about it. */
const politeStart = new Set(
  'please pls plz kindly can could would will you ok okay so and hey hi hello hallo dear gavel good morning afternoon evening thanks thank thx'.split(
    ' ',
  ),
);

/** The index of the first token that doesn't only lead to what is wanted; -1 when all of them do. */
export function firstWanted(tokens: readonly Token[], count: CountStep): number {
  return tokens.findIndex((token) => {
    count();
    return !isPoliteStart(token);
  });
}

function isPoliteStart({ text, quoted, key }: Token): boolean {
  return (
    !quoted &&
    key === undefined &&
    (politeStart.has(text.toLowerCase().replace(/^@|[,:;.!?]{1,5}$/g, '')) || isEmoji(text))
  );
}
