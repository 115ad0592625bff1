import { webAddress } from '../../../core/text';
import type { TicketNote } from '../../contract';

/** Text of people as Markdown that GitHub shows exactly as it was written. Pure. */

const keyForm = /<!-- gavel-key: ([\w.~!*'()%]+) -->\s*$/;
/** A character without width. */
const unseen = '&#8203;';

/** What stands behind `@`, `#` and `GH-` keeps GitHub from mentioning people and linking other issues. */
export function escapeMarkdown(text: string): string {
  return text
    .split(/\r\n|[\r\n]/)
    .map((line) =>
      line
        .trim()
        .replace(/[!-/:-@[-`{-~]/g, (sign) => (sign === '&' ? '&amp;' : `\\${sign}`))
        .replace(/\\[@#]|GH\\-/gi, (sign) => `${sign}${unseen}`),
    )
    .join('\n');
}

/** Paragraphs: what people wrote, then each note, then the hidden key. */
export function writeBody(text: string, notes: readonly TicketNote[], key: string): string {
  const written = text.trim() === '' ? [] : [escapeMarkdown(text.trim())];
  return [...written, ...notes.map(writeNote), markerOf(key)].join('\n\n');
}

function writeNote({ text, url }: TicketNote): string {
  const [words, address] = [escapeMarkdown(text), webAddress(url)];
  return address === '' ? words : `[${words}](<${address}>)`;
}

/** Two hyphens in a row would end the comment. */
function markerOf(key: string): string {
  return `<!-- gavel-key: ${encodeURIComponent(key).replaceAll('-', '%2D')} -->`;
}

/** The key at the end of an issue or comment; undefined if Gavel hasn't written it. */
export function issueKeyIn(body: string): string | undefined {
  const [, written] = keyForm.exec(body) ?? [];
  try {
    return written === undefined ? undefined : decodeURIComponent(written);
  } catch {
    return undefined;
  }
}
