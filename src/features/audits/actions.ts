import { defineAction } from '../../chat/contract';
import type { Action, Reply, Turn } from '../../chat/contract';
import { plural } from '../../core/text';
import { olderId, olderInput, readOlder } from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import { offerExport, sendExport, writeExport } from './effects';
import type { ExportedFile, ExportedLine, ExportFormat } from './effects';
import { readQuestion } from './parse';
import type { AuditParts } from './parse';
import { describeLine, readNames } from './text';

/** Taking the lines of a filter along: as a file that is offered, or as text. */

/** What the buttons of the card and of an accepted offer do. */
export function exportActions(parts: AuditParts): Action[] {
  return (['csv', 'json'] as const).flatMap((format) => [exportAction(parts, format), fileAction(parts, format)]);
}

function exportAction(parts: AuditParts, format: ExportFormat): Action {
  return defineAction({
    verb: `audits.export-${format}`,
    operation: 'look',
    input: olderInput,
    run: async (turn, { id }) => offerLines(parts, turn, format, readOlder(id, 'audit')),
  });
}

const readAtOnce = 500;

/** Every line that matches, page after page, the newest first. */
async function* readLines(parts: AuditParts, turn: Turn, { words, at }: Older): AsyncGenerator<ExportedLine> {
  const { deps, deployments, features } = parts;
  const { filter, timeZone } = await readQuestion(parts, turn, words, Math.min(deps.clock.now(), at));
  let cursor: string | undefined;
  do {
    const page = await deps.store.audit.search({
      ...filter,
      limit: readAtOnce,
      ...(cursor !== undefined && { cursor }),
    });
    const names = await readNames(deps, deployments, page.entries, timeZone);
    for (const entry of page.entries) {
      const { who, text } = describeLine(entry, features(), names);
      const { what, target, outcome } = entry;
      yield { at: new Date(entry.at).toISOString(), who, sentence: text, what, target, outcome };
    }
    cursor = page.older;
  } while (cursor !== undefined);
}

function readFile(parts: AuditParts, turn: Turn, format: ExportFormat, asked: Older): Promise<ExportedFile> {
  return writeExport(format, readLines(parts, turn, asked), 'audit-log');
}

export async function offerLines(parts: AuditParts, turn: Turn, format: ExportFormat, asked: Older): Promise<Reply> {
  const from = { verb: `audits.file-${format}`, id: olderId(asked) };
  return offerExport(parts.deps, turn, await readFile(parts, turn, format, asked), from);
}

/** What was offered, read anew as of then. */
async function giveFile(parts: AuditParts, turn: Turn, format: ExportFormat, asked: Older): Promise<Reply> {
  const { name, type, body, count } = await readFile(parts, turn, format, asked);
  const text = `${name}: ${plural(count, 'entry', 'entries')}. It is sent only if you accept it.`;
  return { text, file: { name, type, body } };
}

/** The same as text in messages, for clients without files. */
export async function sendLines(parts: AuditParts, turn: Turn, format: ExportFormat, asked: Older): Promise<Reply> {
  const lines: ExportedLine[] = [];
  let isWhole = true;
  for await (const line of readLines(parts, turn, asked)) {
    if (lines.length >= 1_000) {
      isWhole = false;
      break;
    }
    lines.push(line);
  }
  return sendExport(parts.deps, turn, format, lines, isWhole);
}

/** What an accepted offer sends. */
function fileAction(parts: AuditParts, format: ExportFormat): Action {
  return defineAction({
    verb: `audits.file-${format}`,
    operation: 'look',
    input: olderInput,
    run: async (turn, { id }) => giveFile(parts, turn, format, readOlder(id, 'audit')),
  });
}

/** `dana last week as csv`, `… as json as text`: the words before it, and how they are exported; undefined where they aren't. */
export function readExportWish(
  filter: string,
): { readonly words: string; readonly format: ExportFormat; readonly isText: boolean } | undefined {
  const said = filter.trim().split(/\s+/);
  const isText = said.slice(-2).join(' ').toLowerCase() === 'as text';
  const wish = isText ? said.slice(0, -2) : said;
  const format = wish.at(-1)?.toLowerCase();
  if (wish.at(-2)?.toLowerCase() !== 'as' || (format !== 'csv' && format !== 'json')) return undefined;
  return { words: wish.slice(0, -2).join(' '), format, isText };
}
