import { plainText } from '../../../core/text';

/** The names of kept graphs. Pure. */

const maxWords = 5;
const maxLength = 40;
const nameWord = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}_.%-]*$/u;
/** People may type these or not: `errors of shop` and `errors shop` are one name. */
const linkWords = new Set(['of', 'for', 'in', 'the', 'a', 'my', 'our']);
/** Their own meaning comes first: how far back, and under which name. */
const reservedWords = ['last', 'since', 'as'];

/** A name as it is stored and looked up: small letters, single spaces, no link words. */
export function favoriteName(typed: string): string {
  const words = typed.toLowerCase().split(/\s+/);
  return words.filter((word) => word !== '' && !linkWords.has(word)).join(' ');
}

/** Why this can't be a name, as one sentence; undefined when it can. `commands`: the words after `graph` that are commands. */
export function nameProblem(name: string, commands: readonly string[]): string | undefined {
  const words = name.split(' ');
  const [first = ''] = words;
  if (name === '') return 'A saved graph needs a name, for example `checkout`.';
  if (commands.includes(first)) return `\`graph ${first}\` is already a command. Choose another name.`;
  const reserved = words.find((word) => reservedWords.includes(word));
  if (reserved !== undefined)
    return `A name can’t contain “${plainText(reserved, 40)}”, because that word means something else after \`graph\`. Choose another name.`;
  if (words.length > maxWords || name.length > maxLength || !words.every((word) => nameWord.test(word)))
    return `A name can have up to ${maxWords} words and ${maxLength} characters: letters, digits, \`-\`, \`_\`, \`.\`, and \`%\`.`;
  return undefined;
}
