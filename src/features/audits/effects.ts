import type { Reply, Turn } from '../../chat/contract';
import { plural } from '../../core/text';
import type { AuditEntry } from '../../store/contract';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';

/** Lines of the audit log to take along, as CSV or JSON: as a file that is offered in the personal chat, or there as text. */

export type ExportFormat = 'csv' | 'json';

/** One line as it's exported: the facts as they stand in the log, and what they say. */
export interface ExportedLine extends Pick<AuditEntry, 'what' | 'target' | 'outcome'> {
  /** ISO 8601, in UTC. */
  readonly at: string;
  readonly who: string;
  readonly sentence: string;
}

const columns = ['at', 'who', 'sentence', 'what', 'target', 'outcome'] as const;
/** Fits into a message of every chat tool, with the words around it. */
const maxCharacters = 10_000;
const maxMessages = 5;

/** A file of so many entries and bytes at most, so that it never takes more memory than that. */
const maxExportedLines = 20_000;
const maxFileBytes = 4 * 1024 * 1024;

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly body: string;
  readonly count: number;
  /** Whether everything that matches is in it; else it's the newest part. */
  readonly isWhole: boolean;
}

/** The lines as one file, page by page, up to the limits. */
export async function writeExport(
  format: ExportFormat,
  lines: AsyncIterable<ExportedLine>,
  name: string,
): Promise<ExportedFile> {
  const written: string[] = [];
  let bytes = 0;
  let isWhole = true;
  for await (const line of lines) {
    const text = format === 'csv' ? csvLine(line) : `  ${JSON.stringify(line)}`;
    bytes += Buffer.byteLength(text) + 2;
    if (written.length >= maxExportedLines || bytes > maxFileBytes) {
      isWhole = false;
      break;
    }
    written.push(text);
  }
  const body =
    format === 'csv' ? `${[columns.join(','), ...written].join('\r\n')}\r\n` : `[\n${written.join(',\n')}\n]\n`;
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json';
  return { name: `${name}.${format}`, type, body, count: written.length, isWhole };
}

/** Offers the file in the personal chat of whoever asked. Rejects with `StoreUnavailableError`. */
export async function offerExport(
  deps: Pick<FeatureDependencies, 'outbox'>,
  turn: Turn,
  { name, body, count, isWhole }: ExportedFile,
  from: { readonly verb: string; readonly id: string },
): Promise<Reply> {
  if (count === 0) return { notice: 'Nothing matches, so there is nothing to export.' };
  const rest = isWhole ? '' : ' That is the newest part: filter by a shorter time to export the rest.';
  const entries = plural(count, 'entry', 'entries');
  const offers = { ...from, name, description: `${entries} of the audit log`, sizeInBytes: Buffer.byteLength(body) };
  const content = {
    text: `**${name}: ${entries}.** Accept it to save it in your OneDrive.${rest} If your Teams shows no file here, write the same line with \`as text\` at its end.`,
    offers,
  };
  if (turn.place.kind === 'personal' && turn.trigger === 'typed') return content;
  await tellPerson(deps, turn.person.id, `audits:${turn.correlationId}:${name}`, content);
  return { notice: `I offered ${name} with ${entries} in your personal chat.${rest}` };
}

/** Sends what fits into a few messages to the person alone, and says how much that is. Rejects with `StoreUnavailableError`. */
export async function sendExport(
  deps: Pick<FeatureDependencies, 'outbox'>,
  turn: Turn,
  format: ExportFormat,
  lines: readonly ExportedLine[],
  isWhole: boolean,
): Promise<Reply> {
  if (lines.length === 0) return { notice: 'Nothing matches, so there is nothing to export.' };
  const parts = partsOf(lines.map(format === 'csv' ? csvLine : (line) => `  ${defuse(JSON.stringify(line))}`));
  const sent = parts.slice(0, maxMessages);
  for (const [index, part] of sent.entries()) {
    const body = format === 'csv' ? [columns.join(','), ...part].join('\n') : `[\n${part.join(',\n')}\n]`;
    const text = `**Audit log, part ${index + 1} of ${sent.length}**\n\n\`\`\`${format}\n${body}\n\`\`\``;
    await tellPerson(deps, turn.person.id, `audits:${turn.correlationId}:${format}:${index}`, { text });
  }
  const count = sent.reduce((sum, part) => sum + part.length, 0);
  const rest =
    isWhole && count === lines.length ? '' : ' That is the newest part: filter by a shorter time to export the rest.';
  return {
    notice: `I sent ${plural(count, 'entry', 'entries')} as text to your personal chat, in ${plural(sent.length, 'message')}.${rest}`,
  };
}

function partsOf(lines: readonly string[]): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const line of lines) {
    if (room < line.length + 2) {
      parts.push([]);
      room = maxCharacters;
    }
    parts.at(-1)?.push(line);
    room -= line.length + 2;
  }
  return parts;
}

/** Quoted where it has to be. A cell never begins like a formula, which a spreadsheet would run. */
function csvLine(line: ExportedLine): string {
  return columns
    .map((column) => {
      const cell = line[column].replace(/[\r\n`]/g, ' ').replace(/^(?=[=+\-@\t])/, "'");
      return /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(',');
}

/** The same JSON, in which nothing ends the block it stands in or names anybody. */
function defuse(json: string): string {
  return json.replace(/[`<>&]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
