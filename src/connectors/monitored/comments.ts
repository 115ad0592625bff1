import { cleanText } from '../../core/text';
import type { ActedBy } from '../contract';

/** What a comment of Gavel's says in a tool that has one text for everything, and how it's found again. Pure. */

/** The person's words, that they came through Gavel, and a key if there is one. */
export function commentOf({ comment }: Pick<ActedBy, 'comment'>, key?: string): string {
  const words = [comment.trim(), 'by Gavel'].filter((each) => each !== '').join(', ');
  return key === undefined ? words : `${words} ${tagOf(key)}`;
}

/** Nothing that Gavel's own keys consist of needs encoding. */
const tagOf = (key: string): string => `[gavel:${encodeURIComponent(key)}]`;

const tag = /\[gavel:([^\s\]]{1,400})\]$/;

export const hasKey = (comment: string, key: string): boolean => comment.endsWith(tagOf(key));

/** The key at the end of a comment; undefined if Gavel wrote none there. */
export function keyIn(comment: string): string | undefined {
  const [, encoded] = tag.exec(comment) ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** The comment as cards show it. */
export const withoutKey = (comment: string): string => cleanText(comment.replace(tag, ''));
