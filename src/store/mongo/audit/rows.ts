import type { Collection } from 'mongodb';
import type { AuditLine } from '../../audit/lines';
import type { DamagedLine } from '../../audit/verify';
import type { AuditDocument } from './append';

const pageRows = 200;

/** All lines by instance and sequence, page by page. */
export async function* linePages(
  lines: Collection<AuditDocument>,
): AsyncGenerator<readonly (AuditLine | DamagedLine)[]> {
  let page: (AuditLine | DamagedLine)[] = [];
  for await (const document of lines.find({}, { sort: { instance: 1, sequence: 1 }, batchSize: pageRows })) {
    page.push(auditLineOf(document as AuditDocument));
    if (page.length < pageRows) continue;
    yield page;
    page = [];
  }
  yield page;
}

/** The last line of each chain. */
export async function chainEnds(lines: Collection<AuditDocument>): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  for (let after = ''; ;) {
    const next = await lines.findOne({ instance: { $gt: after } }, { sort: { instance: 1, sequence: 1 } });
    if (!next) return ends;
    after = next.instance;
    const last = await lines.findOne({ instance: after }, { sort: { sequence: -1 } });
    if (last) ends.set(after, last.sequence);
  }
}

/** A document may hold anything by now. */
export function auditLineOf(document: AuditDocument): AuditLine | DamagedLine {
  const instance = String(document.instance);
  const { sequence, body, mac } = document;
  if (!Number.isSafeInteger(sequence)) return { instance, sequence: -1, problem: 'A line has no number.' };
  if (typeof body !== 'string' || typeof mac !== 'string')
    return { instance, sequence, problem: `Line ${sequence} can't be read.` };
  return { ...document, instance, key: document.key };
}
