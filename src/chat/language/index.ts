import { lookUp } from '../../core/look-up';
import type { CountStep } from '../../core/text/steps';
import type { Arguments, ArgumentSpec, Command } from '../contract';
import { readArguments } from './arguments';
import type { KnownNames } from './arguments';
import { firstWanted, longestMatch, plant } from './command-tree';
import type { WordNode } from './command-tree';
import { suggestedLines } from './suggestions';
import { phraseOf, readLine } from './tokens';
import type { TokenLine, Token } from './tokens';

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
