import { isUtf8 } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql/promise';

const maxProblems = 20;
const pageRows = 100;
/** So much longer than the reading of a page is the pause behind it. */
const restFactor = 9;

/**
 * Reads the file through on a connection of its own, beside the event loop: SQLite's own quick check, then whether each record can be read. What
 * isn't finished in time is left out. Gives each problem in a sentence.
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
    problems.push(...(await quickCheck(database)));
    for (const name of collections)
      if (problems.length < maxProblems) problems.push(...(await damagedRecords(database, name, until)));
  } catch (error) {
    // The time is over, or the damage is so grave that the file can't be read on.
    const { code } = error as { code?: string };
    if (/CORRUPT|NOTADB/.test(code ?? '')) problems.push(describeDamage(code ?? ''));
  } finally {
    clearTimeout(late);
    database.close();
  }
  return problems.slice(0, maxProblems);
}

/** Whether the indexes of the audit log hold what its lines hold: a search trusts them. Beside the event loop. */
export async function checkAuditIndexes(file: string): Promise<readonly string[]> {
  const database = new Database(file, {});
  try {
    const rows = await rowsOf(
      database,
      `SELECT CAST(integrity_check AS BLOB) AS line FROM pragma_integrity_check('audit-entries')`,
      [],
    );
    const lines = rows.map(({ line }) => textOf(line) ?? 'unreadable');
    return lines.some((line) => line !== 'ok') ? [describeDamage(lines[0] ?? '')] : [];
  } catch (error) {
    return [describeDamage((error as { code?: string }).code ?? 'unreadable')];
  } finally {
    database.close();
  }
}

async function quickCheck(database: Database): Promise<string[]> {
  const rows = await rowsOf(database, 'SELECT CAST(quick_check AS BLOB) AS line FROM pragma_quick_check(5)', []);
  const lines = rows.map(({ line }) => textOf(line) ?? 'unreadable');
  return lines.some((line) => line !== 'ok') ? [describeDamage(lines[0] ?? '')] : [];
}

function describeDamage(found: string): string {
  return `The store gavel.db is damaged (${found.replace(/\s+/g, ' ').slice(0, 120)}); stop Gavel and restore it from a backup.`;
}

async function damagedRecords(database: Database, collection: string, until: number): Promise<string[]> {
  const problems: string[] = [];
  for (let after: ArrayBuffer | undefined; performance.now() < until && problems.length < maxProblems;) {
    const begun = performance.now();
    const where = after ? 'WHERE id > CAST(? AS TEXT)' : '';
    const rows = await rowsOf(
      database,
      `SELECT CAST(id AS BLOB) AS id, CAST(body AS BLOB) AS body FROM "${collection}" ${where} ORDER BY id LIMIT ${pageRows}`,
      after ? [Buffer.from(after)] : [],
    );
    for (const { id, body } of rows)
      if (!isRecord(body)) {
        const name =
          textOf(id) ??
          `0x${Buffer.from(id ?? new ArrayBuffer(0))
            .toString('hex')
            .slice(0, 80)}`;
        problems.push(
          `The record ${name} in ${collection} is damaged and left out; restore gavel.db from a backup if you need it.`,
        );
      }
    after = rows.at(-1)?.['id'];
    if (rows.length < pageRows) break;
    // The rows of a page are taken over on the event loop: the pause leaves most of it to whoever is waiting for an answer.
    await sleep((performance.now() - begun) * restFactor, undefined, { ref: false });
  }
  return problems;
}

type Bytes = Readonly<Record<string, ArrayBuffer>>;

async function rowsOf(database: Database, sql: string, values: readonly unknown[]): Promise<readonly Bytes[]> {
  const statement = await database.prepare(sql);
  // As one array: libsql takes a single value that is an object, as bytes are, for named ones and aborts the process.
  return (await statement.all([...values])) as readonly Bytes[];
}

function textOf(bytes: ArrayBuffer | undefined): string | undefined {
  const buffer = Buffer.from(bytes ?? new ArrayBuffer(0));
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
}

function isRecord(body: ArrayBuffer | undefined): boolean {
  try {
    JSON.parse(textOf(body) ?? '');
    return true;
  } catch {
    return false;
  }
}
