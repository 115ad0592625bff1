import { findSecret } from '../../core/text/secrets';
import type { CountStep } from '../../core/text';
import { readScope } from '../scopes';
import type { ScopeKind } from '../scopes';

/** What an alias is and what it stands for when it is used. Pure. */

const longestName = 30;
const longestText = 400;
const longestLine = 1_000;

/** What somebody typed after `alias`. */
interface Typed {
  readonly name: string;
  readonly kind: ScopeKind | undefined;
  /** What it is to stand for; undefined: it is only asked about. */
  readonly text: string | undefined;
}

/** Takes `ship here = deploy shop` apart at its first `=`. */
export function readDefinition(words: string, count?: CountStep): Typed {
  const at = words.indexOf('=');
  const { kind, rest } = readScope(at < 0 ? words : words.slice(0, at), count);
  return { name: nameOf(rest), kind, text: at < 0 ? undefined : words.slice(at + 1).trim() };
}

/** Letters of any language, or emoji. */
const nameWord =
  /^(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}_-]*|(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200D)+)$/u;
const maxWords = 4;

/** A name as it is kept and looked up: small letters, single spaces, emoji without their color mark. */
export function nameOf(words: string): string {
  return words
    .trim()
    .toLowerCase()
    .replace(/\uFE0F/g, '')
    .replace(/\s+/g, ' ');
}

/** The names that a line may begin with, the longest first, each with where what stands behind it begins. */
export function namesAt(line: string): { readonly name: string; readonly end: number }[] {
  const ends = [...line.matchAll(/\S+/g)].slice(0, maxWords).map((word) => word.index + word[0].length);
  return ends
    .map((end) => ({ name: nameOf(line.slice(0, end)), end }))
    .filter(({ name }) => name.length <= longestName && name.split(' ').every((word) => nameWord.test(word)))
    .reverse();
}

/** The words that commands are known by: their names and synonyms, in small letters. */
export type Known = ReadonlySet<string>;

/** Why this can be no alias, as one sentence; undefined when it can. */
export function aliasProblem({ name, text = '' }: Typed, known: Known): string | undefined {
  if (name === '') return 'An alias needs a name. Write it like `alias ship = deploy shop to production`.';
  const words = name.split(' ');
  if (words.length > maxWords || !words.every((word) => nameWord.test(word)) || name.length > longestName)
    return `The name of an alias is up to ${maxWords} words of letters, digits, - and _, or emoji, at most ${longestName} long.`;
  const hidden = [...known].find((each) => each === name || each.startsWith(`${name} `));
  if (hidden !== undefined) return `\`${hidden}\` is a command, and an alias never hides one. Take another name.`;
  const first = commandIn(name, known);
  if (first !== undefined)
    return `A line that begins with \`${first}\` is that command, so this alias would never be reached. Take another name.`;
  if (text === '') return `Say what it stands for, like \`alias ${name} = deploy shop to production\`.`;
  if (text.length > longestText) return `What an alias stands for is at most ${longestText} characters long.`;
  const secret = findSecret(text);
  if (secret !== undefined) return `That looks like ${secret}, and I keep no secrets.`;
  if (commandIn(text, known) === undefined)
    return 'An alias stands for a command, never for another alias, and this does not begin with one. Write help to see all of them.';
  return undefined;
}

/** The command that a line begins with. */
function commandIn(text: string, known: Known): string | undefined {
  const words = text.toLowerCase().split(/\s+/);
  return [4, 3, 2, 1].map((count) => words.slice(0, count).join(' ')).find((beginning) => known.has(beginning));
}

const placeholder = /\$([1-9*])(?!\d)/g;

/** `$1` to `$9` and `$*`: how many words it wants, and whether it takes more. */
export function wants(text: string): { readonly words: number; readonly more: boolean; readonly any: boolean } {
  const named = [...text.matchAll(placeholder)].map(([, sign = '']) => sign);
  const numbers = named.filter((sign) => sign !== '*').map(Number);
  return { words: Math.max(0, ...numbers), more: named.includes('*'), any: named.length > 0 };
}

type Expansion = { readonly line: string } | { readonly problem: string };

/**
 * The line that an alias stands for, with what was written behind it. Without a placeholder that is added at the end. Each word goes in once:
 * a `$1` in what was written is no placeholder.
 */
export function expandAlias(name: string, text: string, behind: string): Expansion {
  const found = [...behind.matchAll(/["“][^"“”]*["”]|['‘][^'‘’]*['’](?=\s|$)|\S+/g)];
  const words = found.map(([word]) => word);
  const wanted = wants(text);
  if (words.length < wanted.words || (wanted.any && !wanted.more && words.length > wanted.words))
    return {
      problem: `\`${name}\` wants ${describeWanted(wanted)} behind it, so nothing was done. For example: \`${exampleOf(name, text)}\`.`,
    };
  const next = found[wanted.words];
  const rest = next ? behind.slice(next.index).trim() : '';
  const filled = text.replace(placeholder, (_, sign: string) =>
    sign === '*' ? rest : (words[Number(sign) - 1] ?? ''),
  );
  const line = (wanted.any ? filled : `${text} ${rest}`).trim();
  return line.length > longestLine
    ? { problem: `With all that, \`${name}\` becomes longer than ${longestLine} characters, so nothing was done.` }
    : { line };
}

const samples = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** `ship one two and more`: how it is used. */
export function exampleOf(name: string, text: string): string {
  const { words, more } = wants(text);
  return [name, ...samples.slice(0, words), ...(more ? ['and more'] : [])].join(' ');
}

function describeWanted({ words, more }: { readonly words: number; readonly more: boolean }): string {
  const count = words === 1 ? 'one word' : `${samples[words - 1] ?? words} words`;
  return more ? `at least ${count}` : count;
}
