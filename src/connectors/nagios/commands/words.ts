import { cleanText } from '../../../core/text';
import type { ActedBy } from '../../contract';
import { commentOf, withoutKey } from '../../monitored/comments';

/** What Gavel writes into Nagios, and reads there. Pure. */

/**
 * Nagios splits commands at semicolons and line breaks, drops angle brackets, and takes names of at most 64 characters. A person's name comes first in
 * the comment, because Nagios usually replaces the author by the name of the user that signed in.
 */
export function fieldsOf(by: ActedBy, key?: string): { readonly com_author: string; readonly com_data: string } {
  const name = fieldText(by.name, 60);
  const comment = fieldText(by.comment, 300);
  const words = commentOf({ comment: comment === '' ? name : `${name}: ${comment}` }, key);
  return { com_author: name, com_data: words };
}

const fieldText = (text: string, maximumLength: number): string =>
  cleanText(text, maximumLength).replaceAll(';', ',').replace(/[<>]/g, '');

/** Who wrote a comment, and what; by Gavel's own words where it wrote them. */
export function authorOf({ author, comment }: { readonly author: string; readonly comment: string }): ActedBy {
  const words = withoutKey(comment);
  const [, name, own = ''] = /^([^:]{1,60}?)(?:: (.*))?, by Gavel$/.exec(words) ?? [];
  if (name !== undefined) return { name, comment: own };
  return { name: cleanText(author, 100), comment: words };
}

const letters: ReadonlyMap<string, string> = new Map(
  Object.entries({ ß: 'ss', ø: 'o', Ø: 'O', ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE' }),
);

/** The text in ASCII: Nagios' JSON says nothing at all of a text with any other letter, so what must be found again has none. */
export function inAscii(text: string): string {
  return [
    ...text
      .replace(/[‘’]/g, "'")
      .replace(/[“”]/g, '"')
      .replace(/[–—]/g, '-')
      .replace(/\u00A0/g, ' '),
  ]
    .map((letter) => letters.get(letter) ?? letter.normalize('NFKD').replace(/\p{M}/gu, ''))
    .join('')
    .replace(/[^\u0020-\u007E]/gu, '?');
}
