import { webAddress } from '../../core/text';
import type { TicketNote } from '../contract';

/** Text of people as Jira shows it exactly as it was written: as a document for Cloud, as wiki markup for Data Center. Pure. */

const breaks = /\r\n|[\r\n]/;
const blank = /(?:\r\n|[\r\n])(?:[^\S\r\n]*(?:\r\n|[\r\n]))+/;

interface Document {
  readonly type: 'doc';
  readonly version: 1;
  readonly content: readonly object[];
}

const paragraph = (content: readonly object[]): object => ({ type: 'paragraph', content });

/** Nothing in a text node is markup, so no text can mention anybody. */
function linesOf(text: string): object[] {
  return text
    .split(breaks)
    .flatMap((line, index) => [
      ...(index === 0 ? [] : [{ type: 'hardBreak' }]),
      ...(line === '' ? [] : [{ type: 'text', text: line }]),
    ]);
}

/** See https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
export function writeDocument(text: string, notes: readonly TicketNote[]): Document {
  const written = text.trim() === '' ? [] : text.trim().split(blank);
  return { type: 'doc', version: 1, content: [...written.map(linesOf), ...notes.map(noteOf)].map(paragraph) };
}

function noteOf({ text, url }: TicketNote): object[] {
  const href = webAddress(url);
  return href === '' ? linesOf(text) : [{ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] }];
}

/** A backslash makes only these into plain signs; an entity does it for the others. */
const escapable = /[![\]^~+?%{}()*_\-|@]/g;
const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['\\', '&#92;'],
  ['#', '&#35;'],
  [':', '&#58;'],
  [';', '&#59;'],
]);

/** Wiki markup that shows the text, without links, mentions, lists, headings, or emoticons. */
export function escapeWiki(text: string): string {
  return text
    .split(breaks)
    .map((line) =>
      line
        .trim()
        .replace(/[&<>\\#:;]/g, (sign) => entities.get(sign) ?? sign)
        .replace(escapable, '\\$&')
        .replace(/^(?:h(?=[1-6]\.)|b(?=q\.))/, (letter) => `&#${letter.charCodeAt(0)};`),
    )
    .join('\n');
}

/** See https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all */
export function writeWiki(text: string, notes: readonly TicketNote[]): string {
  const written = text.trim() === '' ? [] : [escapeWiki(text.trim())];
  return [...written, ...notes.map(wikiNoteOf)].join('\n\n');
}

function wikiNoteOf({ text, url }: TicketNote): string {
  const [words, address] = [escapeWiki(text), webAddress(url)];
  return address === '' ? words : `[${words}|${address.replace(/[|[\]{}!\\]/g, encodeURIComponent)}]`;
}
