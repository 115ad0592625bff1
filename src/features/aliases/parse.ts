import type { CountStep } from '../../core/text';
import { findSecret } from '../../core/text/secrets';
import type { LaterTurns } from '../contract';
import { readScope } from '../scopes';
import type { ScopeKind } from '../scopes';
import { commandIn, describeClash } from './checks';
import type { Known } from './checks';

/** What an alias is and what it expands to. Pure. */

const longestName = 30;
const longestText = 400;
const longestLine = 1_000;

/** What somebody typed after `alias`. */
interface Typed {
  readonly name: string;
  readonly kind: ScopeKind | undefined;
  /** The line that it should stand for; undefined: somebody only asks about it. */
  readonly text: string | undefined;
}

/** Splits `ship here = deploy shop` at its first `=`. */
export function readDefinition(words: string, count?: CountStep): Typed {
  const at = words.indexOf('=');
  const { kind, rest } = readScope(at < 0 ? words : words.slice(0, at), count);
  return { name: aliasName(rest), kind, text: at < 0 ? undefined : words.slice(at + 1).trim() };
}

/** Letters of any language, or emoji. */
const nameWord =
  /^(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}_-]*|(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200D)+)$/u;
const maxWords = 4;

/** A name as it is stored and looked up: lower case, single spaces, emoji without their color mark. */
export function aliasName(words: string): string {
  return words
    .trim()
    .toLowerCase()
    .replace(/\uFE0F/g, '')
    .replace(/\s+/g, ' ');
}

/** The names that a line can begin with, the longest first, each with where the rest of the line begins. */
export function namesAt(line: string): { readonly name: string; readonly end: number }[] {
  const ends = [...line.matchAll(/\S+/g)].slice(0, maxWords).map((word) => word.index + word[0].length);
  return ends
    .map((end) => ({ name: aliasName(line.slice(0, end)), end }))
    .filter(({ name }) => name.length <= longestName && name.split(' ').every((word) => nameWord.test(word)))
    .reverse();
}

/** Why this can be no alias, as one sentence; undefined when it can. `commandFor` gives the command that a line means already. */
export function aliasProblem(
  { name, text = '' }: Typed,
  known: Known,
  commandFor: LaterTurns['commandFor'],
): string | undefined {
  if (name === '') return 'An alias needs a name. For example, type `alias ship = deploy shop to production`.';
  const meant = describeClash(name, known, commandFor);
  if (meant !== undefined) return `${meant} Choose another name.`;
  const words = name.split(' ');
  if (words.length > maxWords || !words.every((word) => nameWord.test(word)) || name.length > longestName)
    return `An alias name can have up to ${maxWords} words and ${longestName} characters: letters, digits, \`-\`, \`_\`, and emoji.`;
  if (text === '') return `An alias needs a command. For example, type \`alias ${name} = deploy shop to production\`.`;
  if (text.length > longestText) return `An alias’s command can have at most ${longestText} characters.`;
  const secret = findSecret(text);
  if (secret !== undefined) return `The command contains what looks like ${secret}, and I don’t store secrets.`;
  if (commandIn(text, known) === undefined)
    return 'An alias must stand for a command, not for another alias. Type `help` to see all commands.';
  return undefined;
}

const placeholder = /\$([1-9*])(?!\d)/g;

/** `$1` to `$9` and `$*`: how many words it needs, and whether it accepts more. */
export function wants(text: string): { readonly words: number; readonly more: boolean; readonly any: boolean } {
  const named = [...text.matchAll(placeholder)].map(([, sign = '']) => sign);
  const numbers = named.filter((sign) => sign !== '*').map(Number);
  return { words: Math.max(0, ...numbers), more: named.includes('*'), any: named.length > 0 };
}

type Expansion = { readonly line: string } | { readonly problem: string };

/**
 * The line that an alias stands for, with the words that follow it. Without a placeholder, they are added at the end. Each word is inserted once: a `$1` in
 * these words isn't a placeholder.
 */
export function expandAlias(name: string, text: string, behind: string): Expansion {
  const found = [...behind.matchAll(/["“][^"“”]*["”]|['‘][^'‘’]*['’](?=\s|$)|\S+/g)];
  const words = found.map(([word]) => word);
  const wanted = wants(text);
  if (words.length < wanted.words || (wanted.any && !wanted.more && words.length > wanted.words))
    return {
      problem: `\`${name}\` needs ${describeWanted(wanted)} after it. Nothing was done. For example: \`${exampleOf(name, text)}\`.`,
    };
  const next = found[wanted.words];
  const rest = next ? behind.slice(next.index).trim() : '';
  const filled = text.replace(placeholder, (_, sign: string) =>
    sign === '*' ? rest : (words[Number(sign) - 1] ?? ''),
  );
  const line = (wanted.any ? filled : `${text} ${rest}`).trim();
  return line.length > longestLine
    ? {
        problem: `With those words, the command that \`${name}\` stands for would be longer than ${longestLine} characters. Nothing was done. Type fewer words.`,
      }
    : { line };
}

const samples = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** `ship one two and more`: an example of its use. */
export function exampleOf(name: string, text: string): string {
  const { words, more } = wants(text);
  return [name, ...samples.slice(0, words), ...(more ? ['and more'] : [])].join(' ');
}

function describeWanted({ words, more }: { readonly words: number; readonly more: boolean }): string {
  const count = words === 1 ? 'one word' : `${samples[words - 1] ?? words} words`;
  return more ? `at least ${count}` : count;
}
