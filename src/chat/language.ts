import { lookUp } from '../core/look-up';
import type { Arguments, ArgumentSpec, Command } from '../features/contract';
import { readArguments } from './arguments';
import type { KnownNames } from './arguments';
import { nearWords } from '../core/nearest';
import { normaliseText, tokenise } from './tokens';
import type { Token } from './tokens';

/** What was meant by a typed line. Pure: the commands and the names of the catalog go in, the meaning comes out. */

export interface Suggestion {
  readonly command: Command;
  /** The whole line as it should have been typed. */
  readonly line: string;
}

export type Parsed =
  | { readonly kind: 'command'; readonly command: Command; readonly args: Arguments; readonly extra: readonly string[] }
  | { readonly kind: 'missing'; readonly command: Command; readonly args: Arguments; readonly argument: ArgumentSpec }
  | { readonly kind: 'unknown'; readonly text: string; readonly nearest: readonly Suggestion[] };

export interface Language {
  parse(text: string, names?: KnownNames): Parsed;
  /** The command of this very name or synonym. */
  command(name: string): Command | undefined;
}

interface WordNode {
  command?: Command;
  readonly next: Map<string, WordNode>;
}

const politeStart = new Set(['please', 'can', 'could', 'would', 'you', 'ok', 'okay', 'so']);

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

  return {
    command: (name) => byName.get(name.toLowerCase()),
    parse(text, names) {
      const line = normaliseText(text);
      const tokens = tokenise(line);
      const polite = tokens.findIndex((token) => !politeStart.has(token.text.toLowerCase()));
      for (const skip of polite > 0 ? [0, polite] : [0]) {
        const found = longestMatch(root, tokens.slice(skip));
        if (found) return meaning(found.command, tokens.slice(skip + found.words), line, names);
      }
      return { kind: 'unknown', text: line, nearest: suggestions(byName, line, tokens) };
    },
  };
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

function longestMatch(root: WordNode, tokens: readonly Token[]): { command: Command; words: number } | undefined {
  let node: WordNode | undefined = root;
  let found: { command: Command; words: number } | undefined;
  for (const [index, token] of tokens.entries()) {
    node = token.key === undefined ? node.next.get(plainWord(token, index, tokens)) : undefined;
    if (!node) break;
    if (node.command) found = { command: node.command, words: index + 1 };
  }
  return found;
}

/** `Hello, Gavel` is a hello: a comma or colon behind a command word does not count. */
function plainWord(token: Token, index: number, tokens: readonly Token[]): string {
  const word = token.text.toLowerCase();
  return index < tokens.length - 1 || word.length > 1 ? word.replace(/(?<=.)[,:;.!?]+$/, '') : word;
}

function meaning(command: Command, tokens: readonly Token[], line: string, names?: KnownNames): Parsed {
  const { args, extra } = readArguments(command.arguments, tokens, line, names);
  const argument = command.arguments.find((spec) => spec.required === true && lookUp(args, spec.name) === undefined);
  return argument ? { kind: 'missing', command, args, argument } : { kind: 'command', command, args, extra };
}

const mostSuggestions = 3;

/** First what the beginning looks like; else commands whose word stands anywhere in the line. */
function suggestions(byName: ReadonlyMap<string, Command>, line: string, tokens: readonly Token[]): Suggestion[] {
  const found = new Map<Command, Suggestion>();
  for (const words of [1, 2]) {
    const beginning = tokens.slice(0, words).map((token) => token.text);
    if (beginning.length < words) break;
    const rest = tokens[words] ? ` ${line.slice(tokens[words].start)}` : '';
    for (const { word } of nearWords(beginning.join(' '), byName.keys())) {
      const command = byName.get(word);
      if (command && !found.has(command)) found.set(command, { command, line: `${command.name}${rest}` });
    }
  }
  for (const [index, token] of tokens.entries()) {
    const command = index > 0 ? byName.get(token.text.toLowerCase()) : undefined;
    if (command && !found.has(command)) found.set(command, { command, line: line.slice(token.start) });
  }
  return [...found.values()].slice(0, mostSuggestions);
}
