import type { GivenFile } from '../../chat/contract';

/** What people can take along, as CSV or JSON: as one file or as text in a few messages, never larger than its limits. Pure. */

export const exportFormats = ['csv', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** As one file, or as text in messages for clients without files. */
export type ExportMedium = 'file' | 'text';

/** How somebody wants to export a list. */
export interface ExportWish {
  /** What was typed, without the words of the wish. */
  readonly words: string;
  readonly format: ExportFormat;
  readonly medium: ExportMedium;
}

/** `dana last week as csv`, `as json as text last week`; undefined if nothing is to be exported. If two formats are named, the last one counts. */
export function readExportWish(filter: string): ExportWish | undefined {
  const rest: string[] = [];
  let format: ExportFormat | undefined;
  let medium: ExportMedium = 'file';
  for (const word of filter.trim().split(/\s+/)) {
    const wanted = word.toLowerCase();
    const named = exportFormats.find((each) => each === wanted);
    if ((named === undefined && wanted !== 'text') || rest.at(-1)?.toLowerCase() !== 'as') {
      rest.push(word);
      continue;
    }
    rest.pop();
    if (named === undefined) medium = 'text';
    else format = named;
  }
  return format && { words: rest.join(' '), format, medium };
}

/** One entry as it's written, under the heading of its kind if the export has several. */
export interface ExportedText {
  readonly text: string;
  readonly heading?: string;
}

/** A file of so many entries and bytes at most, so that it never takes more memory than that. */
const maxEntries = 20_000;
const maxFileBytes = 4 * 1024 * 1024;

/** The entries that fit into one file. `isWhole` is false if there are more. */
export async function fitIntoFile<Entry extends ExportedText>(
  entries: AsyncIterable<Entry>,
): Promise<{ readonly entries: readonly Entry[]; readonly isWhole: boolean }> {
  const fitting: Entry[] = [];
  let bytes = 0;
  for await (const entry of entries) {
    bytes += Buffer.byteLength(entry.text) + 2;
    if (fitting.length >= maxEntries || bytes > maxFileBytes) return { entries: fitting, isWhole: false };
    fitting.push(entry);
  }
  return { entries: fitting, isWhole: true };
}

/** Fits into a message of every chat tool, with the words around it. */
const maxCharacters = 10_000;

/** The entries in parts, each of which fits into one message. */
export async function* splitIntoParts<Entry extends ExportedText>(
  entries: AsyncIterable<Entry>,
): AsyncGenerator<readonly Entry[]> {
  let part: Entry[] = [];
  let room = maxCharacters;
  for await (const entry of entries) {
    const isNew = entry.heading !== undefined && part.every(({ heading }) => heading !== entry.heading);
    const size = entry.text.length + 2 + (isNew ? (entry.heading?.length ?? 0) + 10 : 0);
    if (room < size && part.length > 0) {
      yield part;
      part = [];
      room = maxCharacters;
    }
    part.push(entry);
    room -= size;
  }
  if (part.length > 0) yield part;
}

/** A line of a list: a text for each column. */
export type ExportedLine<Column extends string = string> = Readonly<Record<Column, string>>;

/** A line as it's written in this format. */
export function formatLine<Column extends string>(
  { format, medium }: Pick<ExportWish, 'format' | 'medium'>,
  columns: readonly Column[],
  line: ExportedLine<Column>,
): string {
  return format === 'json' ? formatEntry(medium, line) : columns.map((column) => formatCell(line[column])).join(',');
}

/** Quoted where it has to be. A cell never begins like a formula, which a spreadsheet would run. */
function formatCell(text: string): string {
  const cell = text.replace(/[\r\n`]/g, ' ').replace(/^(?=[=+\-@\t])/, "'");
  return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** An entry as JSON; as text, nothing in it ends the block it stands in, names anybody or hides. */
export function formatEntry(medium: ExportMedium, entry: object): string {
  const json = `  ${JSON.stringify(entry)}`;
  return medium === 'file' ? json : json.replace(escapedInText, escapeSign);
}

const escapedInText = /[`<>&\u007F-\u00A0\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;
const escapeSign = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Formatted lines as a whole document. */
export function joinLines(
  { format, medium }: Pick<ExportWish, 'format' | 'medium'>,
  columns: readonly string[],
  lines: readonly string[],
): string {
  const newline = medium === 'file' ? '\r\n' : '\n';
  return format === 'json' ? `[\n${lines.join(',\n')}\n]` : [columns.join(','), ...lines].join(newline);
}

/** A document as a file. */
export function fileOf(format: ExportFormat, name: string, document: string): GivenFile {
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json';
  return { name: `${name}.${format}`, type, body: `${document}${format === 'csv' ? '\r\n' : '\n'}` };
}

/** A document as a block in a message, under its title. */
export function messageOf(format: ExportFormat, title: string, document: string): string {
  return `**${title}**\n\n\`\`\`${format}\n${document}\n\`\`\``;
}
