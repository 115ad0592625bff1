import type { Mention, Turn } from './contract';
import { normalizeText } from './language';

/** Lines in which ids stand for people, and how they are read. Pure. */

/** The mark of somebody who could not be found out. */
export const unknownToken = (index: number): string => `@[${index}]`;

/** The same words with names in place of what stands for them. */
export function withNames({ mentions = [] }: Pick<Turn, 'mentions'>, line: string): string {
  return [...mentions]
    .sort((a, b) => b.token.length - a.token.length)
    .reduce((words, { token, name }) => words.replaceAll(token, name), line);
}

/** A whole line as people read it: without what only a client puts into it. */
export function lineAsRead(turn: Pick<Turn, 'mentions'>, line: string): string {
  return withNames(turn, normalizeText(line));
}

/** The mention that this word stands for. */
export function mentionOf({ mentions = [] }: Pick<Turn, 'mentions'>, word: string): Mention | undefined {
  return mentions.find(({ token }) => token === word);
}
