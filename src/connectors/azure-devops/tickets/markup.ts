import { webAddress } from '../../../core/text';
import type { TicketNote } from '../../contract';

/** Text of people as HTML that Azure DevOps shows exactly as it was written. Pure. */

/** A character without width: behind these signs it keeps Azure DevOps from mentioning people and linking other work. */
const unseen = '&#8203;';
const signs: ReadonlyMap<string, string> = new Map([
  ...([
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
    ['"', '&quot;'],
    ["'", '&#39;'],
  ] as const),
  ...(['@', '#', '!'] as const).map((sign) => [sign, `${sign}${unseen}`] as const),
]);

export const escapeForHtml = (text: string): string => text.replace(/[&<>"'@#!]/g, (sign) => signs.get(sign) ?? '');

/** Paragraphs: what people wrote, then each note. */
export function writeHtml(text: string, notes: readonly TicketNote[]): string {
  const written =
    text.trim() === ''
      ? []
      : [
          text
            .trim()
            .split(/\r\n|[\r\n]/)
            .map(escapeForHtml)
            .join('<br>'),
        ];
  return [...written, ...notes.map(writeNote)].map((part) => `<p>${part}</p>`).join('');
}

function writeNote({ text, url }: TicketNote): string {
  const address = webAddress(url);
  const words = escapeForHtml(text);
  return address === ''
    ? words
    : `<a href="${address.replace(/[&<>"']/g, (sign) => signs.get(sign) ?? '')}">${words}</a>`;
}
