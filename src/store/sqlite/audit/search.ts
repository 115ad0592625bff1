import { cursorOf, deploymentIn, limitOf, maxCounted, placeOf } from '../../audit/search';
import type { AuditPlace } from '../../audit/search';
import type { AuditEntry, AuditFilter, AuditPage } from '../../contract';
import { auditEntryOf } from '../../audit/lines';
import type { SqliteFile, SqlValue } from '../database';
import { DamagedText } from '../database';

/** So few lines are looked at in one go that nobody else waits for it. */
const sliceLines = 4_000;
/** Once a page is full, what matches is counted in so many lines more; then the count ends with `more than`. */
const maxLinesCounted = 3_000;
const newestFirst = 'ORDER BY at DESC, instance DESC, sequence DESC';

/** Everything a search reads stands in these: the lines themselves are read only for the page that is shown. */
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

/** The next lines after a place that can match by who, when and which deployment, and what their words must hold. */
function sliceOf(
  filter: AuditFilter,
  target: string | undefined,
  after: AuditPlace | undefined,
): { slice: Part; words: Part } {
  const { who, what, since, until, words = [] } = filter;
  const conditions: [string, ...(SqlValue | undefined)[]][] = [
    ['who = ?', who],
    ['target >= ? AND target < ?', target, target === undefined ? undefined : `${target}!`],
    ['at >= ?', since],
    ['at <= ?', until],
    ['(at, instance, sequence) < (?, ?, ?)', after?.at, after?.instance, after?.sequence],
  ];
  const used = conditions.filter(([, ...values]) => values.every((value) => value !== undefined));
  const where = used.length > 0 ? `WHERE ${used.map(([sql]) => sql).join(' AND ')}` : '';
  // Told by name, for each of them could do it.
  const index = target !== undefined ? 'target' : who !== undefined ? 'who' : 'newest';
  const held = words.map((word) => word.toLowerCase());
  const contained = held.map(() => '(instr(lower(target), ?) > 0 OR instr(lower(what), ?) > 0)');
  if (what !== undefined) contained.push('instr(lower(what), ?) > 0');
  return {
    slice: {
      sql: `SELECT at, instance, sequence, what, target FROM "audit-entries" INDEXED BY "audit-entries-${index}" ${where} ${newestFirst} LIMIT ${sliceLines}`,
      values: used.flatMap(([, ...values]) => values as SqlValue[]),
    },
    words: {
      sql: contained.length > 0 ? `WHERE ${contained.join(' AND ')}` : '',
      values: [...held.flatMap((word) => [word, word]), ...(what === undefined ? [] : [what.toLowerCase()])],
    },
  };
}

/** A page of what matches over the whole log, and how much there is; slice by slice, with the event loop free in between. */
export async function searchLines(file: SqliteFile, filter: AuditFilter): Promise<AuditPage> {
  return { ...(await readPage(file, filter)), ...(await countLines(file, filter, narrowed(file, filter))) };
}

/** A page of what matches, uncounted. */
export async function readPage(
  file: SqliteFile,
  filter: AuditFilter,
): Promise<{ entries: AuditEntry[]; older?: string }> {
  const limit = limitOf(filter);
  const from = filter.cursor === undefined ? undefined : placeOf(filter.cursor);
  const found: AuditPlace[] = [];
  await walk(file, filter, narrowed(file, filter), from, (slice, words) => {
    const rows = file.all(
      `SELECT at, instance, sequence FROM (${slice.sql}) ${words.sql} LIMIT ${limit + 1 - found.length}`,
      ...slice.values,
      ...words.values,
    );
    found.push(...rows.flatMap((row) => placeIn(row) ?? []));
    return found.length <= limit;
  });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const entries = shown.map(({ instance, sequence }) => {
    const row = file.get(`SELECT body FROM "audit-entries" WHERE instance = ? AND sequence = ?`, instance, sequence);
    return auditEntryOf(row?.['body'] instanceof DamagedText ? '' : String(row?.['body'] ?? ''));
  });
  return { entries, ...(found.length > limit && last && { older: cursorOf(last) }) };
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

/** Slice by slice until `look` has enough; whether it came to the end. */
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

/** The number that targets begin with, `D-1042` or `D-1042 shop in production`, if there are lines of it. */
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
