import { auditEntryOf, deploymentIn, maxCounted, outcomeText, pageAt, placeOf } from '../audit/lines';
import type { AuditLine, AuditPlace, DamagedLine } from '../audit/lines';
import { pageSize } from '../collections';
import type { AuditEntry, AuditFilter, AuditPage } from '../contract';
import { bindable, DamagedText, legible } from './database';
import type { SqliteFile, SqlRow, SqlValue } from './database';

/** The lines of the audit log as stored in SQLite, read in pages, even if their bytes are damaged. */

const pageRows = 200;
const columns = 'instance, sequence, key, at, who, what, target, body, mac';

type Place = readonly [instance: SqlValue, sequence: SqlValue];

/** The next lines by instance and sequence; where to continue is undefined after the last. */
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
    last && rows.length === pageRows ? [bindable(last['instance']), bindable(last['sequence'])] : undefined;
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

/** A damaged tree can lead back. Numbers come before text, and text is ordered by its bytes. */
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
    // A damaged tree can lead back.
    if (!next || ends.has(legible(next['instance']))) return ends;
    after = bindable(next['instance']);
    const last = file.get(
      `SELECT sequence FROM "audit-entries" WHERE instance = ${placeholderOf(after)} ORDER BY sequence DESC LIMIT 1`,
      after,
    );
    ends.set(legible(next['instance']), Number(last?.['sequence']));
  }
}

function lineOf(row: SqlRow): AuditLine | DamagedLine {
  const instance = legible(row['instance']);
  const sequence = Number(row['sequence']);
  if (!Number.isSafeInteger(sequence))
    return { instance, sequence: -1, problem: 'A line of the audit log has no number.' };
  const damaged = Object.values(row).some((value) => value instanceof DamagedText);
  if (damaged) return { instance, sequence, problem: `Line ${sequence} can’t be read.` };
  return {
    ...row,
    instance,
    sequence,
    key: row['key'] ?? undefined,
    body: String(row['body']),
    mac: String(row['mac']),
  } as AuditLine;
}

function placeholderOf(value: SqlValue): string {
  return Buffer.isBuffer(value) ? 'CAST(? AS TEXT)' : '?';
}

/** Few enough lines at once that nobody else has to wait. */
const sliceLines = 4_000;
/** Once a page is full, this many more lines are counted; beyond that, the count says `more than`. */
const maxLinesCounted = 3_000;
const newestFirst = 'ORDER BY at DESC, instance DESC, sequence DESC';

/** Indexes with everything that a search reads: the lines themselves are read only for the shown page. */
export function prepareSearch(file: SqliteFile): void {
  const there = file
    .all(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'audit-entries'`)
    .map(({ name }) => String(name));
  const wanted = {
    'audit-entries-newest': 'at, instance, sequence, what, target',
    'audit-entries-who': 'who, at, instance, sequence, what, target',
    'audit-entries-target': 'target, at, instance, sequence',
  };
  for (const [name, columns] of Object.entries(wanted))
    if (!there.includes(name)) file.exec(`CREATE INDEX IF NOT EXISTS "${name}" ON "audit-entries" (${columns})`);
  if (there.includes('audit-entries-at')) file.exec(`DROP INDEX IF EXISTS "audit-entries-at"`);
}

interface Part {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** The next lines after a position that can match by person, time and deployment, and what their words must contain. */
function sliceOf(
  filter: AuditFilter,
  target: string | undefined,
  after: AuditPlace | undefined,
): { slice: Part; words: Part } {
  const { who, what, since, until, words = [], names = [], outcomes = [] } = filter;
  const conditions: [string, ...(SqlValue | undefined)[]][] = [
    ['who = ?', who],
    ['target >= ? AND target < ?', target, target === undefined ? undefined : `${target}!`],
    ['at >= ?', since],
    ['at <= ?', until],
    ['(at, instance, sequence) < (?, ?, ?)', after?.at, after?.instance, after?.sequence],
  ];
  const used = conditions.filter(([, ...values]) => values.every((value) => value !== undefined));
  const where = used.length > 0 ? `WHERE ${used.map(([sql]) => sql).join(' AND ')}` : '';
  // Named explicitly, because several indexes would work.
  const index = target !== undefined ? 'target' : who !== undefined ? 'who' : 'newest';
  const held = words.map((word) => word.toLowerCase());
  const contained = held.map(() => '(instr(lower(target), ?) > 0 OR instr(lower(what), ?) > 0)');
  if (what !== undefined) contained.push('instr(lower(what), ?) > 0');
  contained.push(...names.map(() => `instr(' ' || replace(lower(target), ',', ' ') || ' ', ?) > 0`));
  if (outcomes.length > 0) contained.push(`(${outcomes.map(() => 'instr(body, ?) > 0').join(' OR ')})`);
  // Read only if it is needed, because no index contains it.
  const body = outcomes.length > 0 ? ', body' : '';
  return {
    slice: {
      sql: `SELECT at, instance, sequence, what, target${body} FROM "audit-entries" INDEXED BY "audit-entries-${index}" ${where} ${newestFirst} LIMIT ${sliceLines}`,
      values: used.flatMap(([, ...values]) => values as SqlValue[]),
    },
    words: {
      sql: contained.length > 0 ? `WHERE ${contained.join(' AND ')}` : '',
      values: [
        ...held.flatMap((word) => [word, word]),
        ...(what === undefined ? [] : [what.toLowerCase()]),
        ...names.map((name) => ` ${name.toLowerCase()} `),
        ...outcomes.map(outcomeText),
      ],
    },
  };
}

/** A page of matches in the whole log, and the total; in slices, with the event loop free in between. */
export async function searchLines(file: SqliteFile, filter: AuditFilter): Promise<AuditPage> {
  return { ...(await readPage(file, filter)), ...(await countLines(file, filter, narrowed(file, filter))) };
}

/** A page of matches, uncounted. */
export async function readPage(
  file: SqliteFile,
  filter: AuditFilter,
): Promise<{ entries: AuditEntry[]; older?: string }> {
  const limit = pageSize(filter.limit ?? 50);
  const found: AuditPlace[] = [];
  await walk(file, filter, narrowed(file, filter), placeOf(filter.cursor), (slice, words) => {
    const rows = file.all(
      `SELECT at, instance, sequence FROM (${slice.sql}) ${words.sql} LIMIT ${limit + 1 - found.length}`,
      ...slice.values,
      ...words.values,
    );
    found.push(...rows.flatMap((row) => placeIn(row) ?? []));
    return found.length <= limit;
  });
  const { shown, ...more } = pageAt(found, limit);
  const entries = shown.map(({ instance, sequence }) => {
    const row = file.get(`SELECT body FROM "audit-entries" WHERE instance = ? AND sequence = ?`, instance, sequence);
    return auditEntryOf(row?.['body'] instanceof DamagedText ? '' : String(row?.['body'] ?? ''));
  });
  return { entries, ...more };
}

async function countLines(
  file: SqliteFile,
  filter: AuditFilter,
  target: string | undefined,
): Promise<Pick<AuditPage, 'count' | 'isCountExact'>> {
  let count = 0;
  let looked = 0;
  const isWhole = await walk(file, filter, target, undefined, (slice, words) => {
    const row = file.get(
      `SELECT count(*) AS matching FROM (${slice.sql}) ${words.sql}`,
      ...slice.values,
      ...words.values,
    );
    count += Number(row?.['matching'] ?? 0);
    looked += sliceLines;
    return count <= maxCounted && looked < maxLinesCounted;
  });
  return { count: Math.min(count, maxCounted), isCountExact: isWhole && count <= maxCounted };
}

/** Slice by slice until `look` has enough; returns whether it reached the end. */
async function walk(
  file: SqliteFile,
  filter: AuditFilter,
  target: string | undefined,
  from: AuditPlace | undefined,
  look: (slice: Part, words: Part) => boolean,
): Promise<boolean> {
  for (let after = from; ;) {
    const { slice, words } = sliceOf(filter, target, after);
    const goesOn = look(slice, words);
    const row = file.get(
      `SELECT at, instance, sequence FROM (${slice.sql}) LIMIT 1 OFFSET ${sliceLines - 1}`,
      ...slice.values,
    );
    after = row && placeIn(row);
    if (after === undefined) return true;
    if (!goesOn) return false;
    await new Promise(setImmediate);
  }
}

/** The number at the beginning of targets, `D-1042` or `D-1042 shop in production`, if it has lines. */
function narrowed(file: SqliteFile, filter: AuditFilter): string | undefined {
  const target = deploymentIn(filter);
  if (target === undefined) return undefined;
  return file.get(`SELECT at FROM "audit-entries" WHERE target >= ? AND target < ? LIMIT 1`, target, `${target}!`)
    ? target
    : undefined;
}

function placeIn(row: Readonly<Record<string, unknown>>): AuditPlace | undefined {
  const { at, instance, sequence } = row;
  return typeof instance === 'string' ? { at: Number(at), instance, sequence: Number(sequence) } : undefined;
}
