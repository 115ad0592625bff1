import { lookUp } from '../../core/keys';
import { uncounted, withoutEnding, withTypedIds } from '../../core/text';
import type { CountStep } from '../../core/text';
import type { Arguments, Command } from '../contract';
import { firstWanted, isEmoji, tokenize } from './argument-specs';
import type { Token } from './argument-specs';
import { hasKnownNames, missingIn, readArguments } from './arguments';
import { plantSentences, understandSentence } from './phrasings';
import { isSuggested, suggestedLines, writeLine } from './suggestions';

/** What a typed line means. Pure: takes the commands and the catalog's names, and returns the meaning. */

export interface Suggestion {
  readonly command: Command;
  readonly args: Arguments;
  /** The complete line as it should have been typed; it parses. */
  readonly line: string;
}

/** `missing`: the required arguments that the line lacks. */
export interface Understood {
  readonly kind: 'command' | 'missing';
  readonly command: Command;
  readonly args: Arguments;
  /** Words that no argument takes. */
  readonly extra: readonly string[];
}

interface NotUnderstood {
  readonly kind: 'unknown';
  /** The text as shown. */
  readonly text: string;
  /** The text as written. */
  readonly words: string;
  readonly nearest: readonly Suggestion[];
}

export type Parsed = Understood | NotUnderstood;

export type Language = ReturnType<typeof createLanguage>;

/** Builds the tree of command words once, so parsing a line takes time in proportion to its length. Throws if two commands share a word. */
export function createLanguage(commands: readonly Command[]) {
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

  const sentences = plantSentences(commands);

  /** A command by its name. Words that it can't take may mean a sentence that begins the same way. */
  function understood(line: TokenLine): Understood | undefined {
    const named = byItsName(line);
    if (named && isSure(named, line)) return named;
    const said = understandSentence(sentences, line, 'exact');
    return said ?? named ?? understandSentence(sentences, line, 'named');
  }

  function byItsName(line: TokenLine): Understood | undefined {
    const found = commandAt(root, line);
    if (!found) return undefined;
    const { command, from } = found;
    const { arguments: specs = [] } = command;
    const { args, extra } = readArguments(specs, line.tokens.slice(from), line);
    return { kind: missingIn(specs, args).length > 0 ? 'missing' : 'command', command, args, extra };
  }

  /** Lines that parse without a word left over, one for each command. */
  function nearest(line: TokenLine): Suggestion[] {
    const found = new Map<Command, Suggestion>();
    const near = understandSentence(sentences, line, 'near');
    const lines = suggestedLines(byName, root, line);
    for (const suggestion of near
      ? [{ command: near.command, line: writeLine(near.command, near.args) }, ...lines]
      : lines) {
      const { command, line: suggested } = suggestion;
      if (found.has(command) || found.size === maxSuggestions) continue;
      const parsed = understood(readLine(suggested, line.names, line.count));
      if (parsed?.command !== command || parsed.extra.length > 0) continue;
      if (!isSuggested(suggestion, parsed, line)) continue;
      found.set(command, { command, args: parsed.args, line: suggested });
    }
    return [...found.values()];
  }

  return {
    /** The command with exactly this name or synonym. */
    command: (name: string): Command | undefined => byName.get(name.toLowerCase()),
    /** `count` is called for every step of the parser. */
    parse(text: string, names?: KnownNames, count?: CountStep): Parsed {
      const line = readLine(text, names, count);
      const { words } = line;
      return understood(line) ?? { kind: 'unknown', text: phraseOf(words), words, nearest: nearest(line) };
    },
  };
}

const maxSuggestions = 3;

/** Whether everything in the line is known; free words could still be part of a sentence. */
function isSure({ command: { arguments: specs = [], knows }, args, extra }: Understood, line: TokenLine): boolean {
  // It takes any words, so a whole sentence goes first.
  if (knows !== undefined) return false;
  const isFree = specs.some((spec) => spec.kind === 'word' && lookUp(args, spec.name) !== undefined);
  return extra.length === 0 && !isFree && hasKnownNames(specs, args, line);
}

/** The command of a line, and where its arguments begin. The request can follow a greeting: `hey gavel where shop`. */
function commandAt(root: WordNode, { tokens, count }: TokenLine): { command: Command; from: number } | undefined {
  const start = firstWanted(tokens, count);
  const first = longestMatch(root, tokens, 0, count);
  const later = start > 0 ? longestMatch(root, tokens, start, count) : undefined;
  return first && later && !first.command.arguments?.length ? later : (first ?? later);
}

/** The words of all commands as a tree. A lookup takes time in proportion to its words, however many commands there are. Pure. */

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

/** The command whose words begin at this token; the longest, if one command begins like another. */
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

/** `Hello, Gavel` means hello: a comma, a colon or an emoji after a command word doesn't count. */
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

/** Names that distinguish a service from an environment when the words are in another order. */
export interface KnownNames {
  readonly services: ReadonlySet<string>;
  readonly environments: ReadonlySet<string>;
  /** Keys and full names of people, in lower case. */
  readonly people?: ReadonlySet<string>;
}

/** A typed line in two forms with the same positions, one as written and one for parsing, plus the names that can occur in it. */
export interface TokenLine {
  /** As written, without what a client adds. Stored text is cut from here. */
  readonly words: string;
  /** The same with straight quotes and plain spaces; only for parsing. */
  readonly plain: string;
  readonly tokens: readonly Token[];
  readonly names: KnownNames | undefined;
  /** Called each time a token is read. */
  readonly count: CountStep;
}

const longestText = 4_000;
const namedEntities = new Map(Object.entries({ nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }));
const invisible =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u200B\u200C\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D/gu;

/** The line of a message, with entities decoded, and without backticks around it, the bot's own name and a leading slash. */
export function readLine(text: string, names?: KnownNames, count: CountStep = uncounted): TokenLine {
  const decoded = withTypedIds(decodeEntities(text.slice(0, longestText)))
    .replace(/\r\n?/g, '\n')
    .replace(/\u00A0/g, ' ');
  const all = decoded.replace(invisible, '');
  const looked = plainOf(all);
  const [from, to] = inside(looked, all);
  const plain = looked.slice(from, to);
  return { words: all.slice(from, to), plain, tokens: tokenize(plain, count), names, count };
}

/** A line for comparing and showing: straight quotes, single spaces, no period at the end. */
export function normalizeText(text: string): string {
  return phraseOf(readLine(text).words);
}

/** Words for a parser: straight quotes, single spaces, no period at the end. */
export function phraseOf(words: string): string {
  const line = plainOf(words).replace(/\s+/g, ' ').trim();
  return withoutEnding(line, ' .!?…') || line;
}

/** Has the same length and positions. */
function plainOf(words: string): string {
  return words
    .replace(/[\s\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g, ' ')
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‘’‚‛]/g, "'");
}

/** Where the actual words begin and end: without code marks around all of it, the bot's name and a leading slash. */
function inside(plain: string, words: string): [from: number, to: number] {
  let [from, to] = trimRange(plain, 0, plain.length);
  const marks = /^`*/.exec(plain.slice(from, to))?.[0].length ?? 0;
  if (marks > 0 && to - from > 2 * marks && plain.slice(to - marks, to) === '`'.repeat(marks)) {
    const language = marks > 2 ? (/^[\w-]+\n/.exec(words.slice(from + marks, from + marks + 30))?.[0].length ?? 0) : 0;
    if (!plain.slice(from + marks, to - marks).includes('`'))
      [from, to] = trimRange(plain, from + marks + language, to - marks);
  }
  const name = /^@?gavel\b[\s,:]*(?=\S)/i.exec(plain.slice(from, to))?.[0].length ?? 0;
  from += name;
  return plain.charAt(from) === '/' && to - from > 1 && plain.charAt(from + 1) !== ' ' ? [from + 1, to] : [from, to];
}

function trimRange(plain: string, start: number, stop: number): [from: number, to: number] {
  const within = plain.slice(start, stop);
  return [stop - within.trimStart().length, start + within.trimEnd().length];
}

export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return namedEntities.get(String(name).toLowerCase()) ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}
