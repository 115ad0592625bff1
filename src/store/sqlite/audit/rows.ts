import type { AuditLine } from '../../audit/lines';
import type { DamagedLine } from '../../audit/verify';
import type { SqlRow, SqliteFile, SqlValue } from '../database';
import { DamagedText } from '../database';

/** The lines of the audit log as they lie in SQLite, read in pages and whatever their bytes are. */

const pageRows = 200;
const columns = 'instance, sequence, key, at, who, what, target, body, mac';

type Place = readonly [instance: SqlValue, sequence: SqlValue];

/** The next lines by instance and sequence; where to go on is undefined after the last. */
export function readLines(
  file: SqliteFile,
  after: Place | undefined,
): { lines: (AuditLine | DamagedLine)[]; next: Place | undefined } {
  const where = after ? `WHERE (instance, sequence) > (${after.map(placeholderOf).join(', ')})` : '';
  const rows = file.all(
    `SELECT ${columns} FROM "audit-entries" ${where} ORDER BY instance, sequence LIMIT ${pageRows}`,
    ...(after ?? []),
  );
  const last = rows.at(-1);
  const next: Place | undefined =
    last && rows.length === pageRows ? [boundOf(last['instance']), boundOf(last['sequence'])] : undefined;
  return { lines: rows.map(lineOf), next };
}

/** All lines, page by page. */
export async function* linePages(file: SqliteFile): AsyncGenerator<readonly (AuditLine | DamagedLine)[]> {
  for (let after: Place | undefined, more = true; more;) {
    const { lines, next } = readLines(file, after);
    yield lines;
    if (next && after && !isBehind(next, after)) throw new Error('The lines of the audit log form a loop');
    after = next;
    more = next !== undefined;
  }
}

/** A damaged tree can lead back to where one was. Numbers stand before text, text is ordered by its bytes. */
function isBehind([instance, sequence]: Place, [lastInstance, lastSequence]: Place): boolean {
  const order = Buffer.compare(Buffer.from(instance?.toString() ?? ''), Buffer.from(lastInstance?.toString() ?? ''));
  if (order !== 0) return order > 0 || Buffer.isBuffer(instance) || Buffer.isBuffer(lastInstance);
  return typeof sequence !== 'number' || typeof lastSequence !== 'number' || sequence > lastSequence;
}

/** The lines of one chain from `first` to `last`. */
export function linesBetween(
  file: SqliteFile,
  instance: string,
  first: number,
  last: number,
): (AuditLine | DamagedLine)[] {
  return file
    .all(
      `SELECT ${columns} FROM "audit-entries" WHERE instance = ? AND sequence BETWEEN ? AND ? ORDER BY sequence`,
      ...[instance, first, last],
    )
    .map(lineOf);
}

/** The last line of each chain, found without reading the others. */
export function chainEnds(file: SqliteFile): Map<string, number> {
  const ends = new Map<string, number>();
  for (let after: SqlValue = ''; ;) {
    const next: SqlRow | undefined = file.get(
      `SELECT instance FROM "audit-entries" WHERE instance > ${placeholderOf(after)} ORDER BY instance LIMIT 1`,
      after,
    );
    // A damaged tree can lead back to where one was.
    if (!next || ends.has(nameOf(next['instance']))) return ends;
    after = boundOf(next['instance']);
    const last = file.get(
      `SELECT sequence FROM "audit-entries" WHERE instance = ${placeholderOf(after)} ORDER BY sequence DESC LIMIT 1`,
      after,
    );
    ends.set(nameOf(next['instance']), Number(last?.['sequence']));
  }
}

function lineOf(row: SqlRow): AuditLine | DamagedLine {
  const instance = nameOf(row['instance']);
  const sequence = Number(row['sequence']);
  if (!Number.isSafeInteger(sequence)) return { instance, sequence: -1, problem: 'A line has no number.' };
  const damaged = Object.values(row).some((value) => value instanceof DamagedText);
  if (damaged) return { instance, sequence, problem: `Line ${sequence} can't be read.` };
  return {
    ...row,
    instance,
    sequence,
    key: row['key'] ?? undefined,
    body: String(row['body']),
    mac: String(row['mac']),
  } as AuditLine;
}

function nameOf(value: SqlRow[string] | undefined): string {
  return value instanceof DamagedText ? `0x${value.bytes.toString('hex').slice(0, 80)}` : String(value);
}

function placeholderOf(value: SqlValue): string {
  return Buffer.isBuffer(value) ? 'CAST(? AS TEXT)' : '?';
}

function boundOf(value: SqlRow[string] | undefined): SqlValue {
  return value instanceof DamagedText ? value.bytes : (value ?? null);
}
