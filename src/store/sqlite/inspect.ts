import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql/promise';
import { bindable, decodeRow, legible } from './database';
import type { SqlRow, SqlValue } from './database';

const maxProblems = 20;
const pageRows = 100;
/** How much longer than the reading of a page the pause after it is. */
const restFactor = 9;

/**
 * Reads through the file on a separate connection, off the event loop: SQLite's own quick check, then whether each record can be read. Stops when the
 * time is over. Returns each problem in a sentence.
 */
export async function inspectFile(
  file: string,
  collections: readonly string[],
  limitMs: number,
): Promise<readonly string[]> {
  const until = performance.now() + limitMs;
  const database = new Database(file, {});
  const late = setTimeout(() => database.interrupt(), limitMs).unref();
  const problems: string[] = [];
  try {
    problems.push(...(await checked(database, 'quick_check', '5')));
    for (const name of collections)
      if (problems.length < maxProblems) problems.push(...(await damagedRecords(database, name, until)));
  } catch (error) {
    // The time is over, or the damage is so bad that the rest of the file can't be read.
    const { code } = error as { code?: string };
    if (/CORRUPT|NOTADB/.test(code ?? '')) problems.push(describeDamage(code ?? ''));
  } finally {
    clearTimeout(late);
    database.close();
  }
  return problems.slice(0, maxProblems);
}

/** Whether the indexes of the audit log match its lines, because searches trust them. Off the event loop. */
export async function checkAuditIndexes(file: string): Promise<readonly string[]> {
  const database = new Database(file, {});
  try {
    return await checked(database, 'integrity_check', `'audit-entries'`);
  } catch (error) {
    return [describeDamage((error as { code?: string }).code ?? 'unreadable')];
  } finally {
    database.close();
  }
}

async function checked(database: Database, check: 'integrity_check' | 'quick_check', of: string): Promise<string[]> {
  const rows = await rowsOf(database, `SELECT CAST(${check} AS BLOB) AS line FROM pragma_${check}(${of})`);
  const lines = rows.map(({ line }) => legible(line));
  return lines.some((line) => line !== 'ok') ? [describeDamage(lines[0] ?? '')] : [];
}

function describeDamage(found: string): string {
  return `Gavel’s store, gavel.db, is damaged (${found.replace(/\s+/g, ' ').slice(0, 120)}). Stop Gavel, then restore the store from a backup.`;
}

async function damagedRecords(database: Database, collection: string, until: number): Promise<string[]> {
  const problems: string[] = [];
  for (let after: SqlValue = ''; performance.now() < until && problems.length < maxProblems;) {
    const begun = performance.now();
    const rows = await rowsOf(
      database,
      `SELECT CAST(id AS BLOB) AS id, CAST(body AS BLOB) AS body FROM "${collection}" WHERE id > CAST(? AS TEXT) ORDER BY id LIMIT ${pageRows}`,
      after,
    );
    for (const { id, body } of rows)
      if (!isRecord(body))
        problems.push(
          `Record ${legible(id)} in ${collection} is damaged and was skipped. Restore gavel.db from a backup if you need the record.`,
        );
    if (rows.length < pageRows) break;
    after = bindable(rows.at(-1)?.['id']);
    // The rows of a page are converted on the event loop: the pause leaves most of it to people who wait for an answer.
    await sleep((performance.now() - begun) * restFactor, undefined, { ref: false });
  }
  return problems;
}

async function rowsOf(database: Database, sql: string, ...values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
  const statement = await database.prepare(sql);
  // As one array: libsql takes a single object value, such as bytes, for named parameters and aborts the process.
  return ((await statement.all(values)) as SqlRow[]).map(decodeRow);
}

function isRecord(body: SqlRow[string] | undefined): boolean {
  try {
    JSON.parse(String(body));
    return true;
  } catch {
    return false;
  }
}
