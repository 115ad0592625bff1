import { withoutEnding } from '../../core/text';
import type { CountStep } from '../../core/text';
import type { Token } from './tokens';

/** How many words of a line make one person. Pure. */

const maxWords = 6;
const ends = new Set(['until', 'till', 'because', 'for', 'on', 'in', 'to', 'from', 'as', 'at']);
const bare = (word: string): string => withoutEnding(word.replace(/^@/, ''), ',;:.!?');

/** The longest name that is known; else all words up to the next keyword; `group board` is one name too. */
export function findPersonEnd(
  tokens: readonly Token[],
  keywords: ReadonlySet<string>,
  known: ReadonlySet<string>,
  count: CountStep,
): { text: string; words: number } {
  const [first, second] = tokens;
  if (!first || first.quoted || isOneWord(first.text)) return { text: first?.text ?? '', words: 1 };
  if (/^the$/i.test(first.text) && /^group$/i.test(second?.text ?? ''))
    return withOneMore(findPersonEnd(tokens.slice(1), keywords, known, count));
  if (/^group$/i.test(first.text) && second && !known.has('group'))
    return { text: `group:${bare(second.text).toLowerCase()}`, words: 2 };
  const plain = tokens.slice(0, maxWords).findIndex((token) => token.quoted || token.key !== undefined);
  const words = tokens.slice(0, plain === -1 ? maxWords : plain).map(({ text }) => text);
  for (let end = words.length; end > 0; end--) {
    count();
    const text = words.slice(0, end).join(' ');
    if (known.has(bare(text).toLowerCase())) return { text, words: end };
  }
  const stop = words.findIndex((word, index) => index > 0 && (ends.has(word.toLowerCase()) || keywords.has(word)));
  const taken = stop === -1 ? words : words.slice(0, stop);
  return { text: taken.join(' '), words: taken.length };
}

/** What stands in a line for a mention, or an id: never followed by more of the same name. */
function isOneWord(text: string): boolean {
  return /^@\[\d+\]/.test(text) || /^[a-z]+:\S/i.test(text);
}

function withOneMore({ text, words }: { text: string; words: number }): { text: string; words: number } {
  return { text, words: words + 1 };
}
