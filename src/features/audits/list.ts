import type { Turn } from '../../chat/contract';
import { describeCount } from '../../core/text/older-entries';
import type { Older } from '../../core/text/older-entries';
import type { ExportedLine, ExportedList } from '../exports';
import { readQuestion } from './parse';
import type { AuditParts } from './parse';
import { describeLine, readNames } from './text';

/** The audit log as a list to export: the facts as they stand in the log, and what they say. */

const columns = ['at', 'who', 'sentence', 'what', 'target', 'outcome'] as const;
type Line = ExportedLine<(typeof columns)[number]>;

export function auditList(parts: AuditParts): ExportedList<keyof Line> {
  return {
    feature: 'audits',
    command: 'audit',
    fileName: 'audit-log',
    title: 'Audit log',
    describeCount: (count) => describeCount(count, true),
    columns,
    read: (turn, asked) => readLines(parts, turn, asked),
  };
}

const readAtOnce = 500;

/** Every line that matches, page after page, newest first. */
async function* readLines(parts: AuditParts, turn: Turn, { words, at }: Older): AsyncGenerator<Line> {
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
