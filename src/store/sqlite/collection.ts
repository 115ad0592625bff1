import { ConflictError, DamagedRecordError } from '../../core/errors';
import { lookUp } from '../../core/look-up';
import type { Collection, CollectionSpec, Stored } from '../contract';
import type { Damage } from '../damage';
import { sqlName } from './database';
import type { Row, SqliteFile, SqlValue } from './database';
import { findSql, pageOf } from './query';
import { DamagedText } from './stored-text';
import { openWritten } from './written';

/** A table for each collection: the record as JSON, and a real column for every declared index and unique key. */
export function openCollection<T>(file: SqliteFile, spec: CollectionSpec<T>, damage: Damage): Collection<T> {
  const table = sqlName(spec.name);
  const indexNames = Object.keys(spec.indexes);
  const uniqueNames = Object.keys(spec.unique ?? {});
  const derived = [...indexNames.map((name) => `i-${name}`), ...uniqueNames.map((name) => `u-${name}`)].map(sqlName);
  const columns = ['id', 'version', 'schema', 'body', 'expiresAt', ...derived];
  const insertSql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  const changed = ['version', 'schema', 'body', 'expiresAt', ...derived];
  const updateSql = `UPDATE ${table} SET ${changed.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND version = ?`;
  const getSql = `SELECT id, version, schema, body FROM ${table} WHERE id = ?`;

  const read = (row: Row): Stored<T> => {
    try {
      const [id, version, schema] = [String(row['id']), Number(row['version']), Number(row['schema'])];
      if (!Number.isSafeInteger(version)) throw new Error('Its version is no number');
      const value: unknown = JSON.parse(String(row['body']));
      const current = schema < spec.schema && spec.upgrade ? spec.upgrade(value, schema) : (value as T);
      return { id, version, value: current };
    } catch (cause) {
      throw new DamagedRecordError(spec.name, idWords(row), { cause });
    }
  };
  const write = (value: T): SqlValue[] => [
    spec.schema,
    JSON.stringify(value),
    spec.expiresAt?.(value) ?? null,
    ...indexNames.map((name) => lookUp(spec.indexes, name)?.(value) ?? null),
    ...uniqueNames.map((name) => lookUp(spec.unique, name)?.(value) ?? null),
  ];
  const getNow = (id: string): Stored<T> | undefined => {
    const row = file.get(getSql, id);
    return row && read(row);
  };
  const insertNow = (id: string, value: T): Stored<T> => {
    const [schema, body, ...rest] = write(value);
    file.run(insertSql, id, 1, schema ?? null, body ?? null, ...rest);
    return { id, version: 1, value: JSON.parse(String(body)) as T };
  };
  const replace = (record: Stored<T>, value: T): Stored<T> | undefined => {
    const version = record.version + 1;
    const [schema, body, ...rest] = write(value);
    const rows = file.run(updateSql, version, schema ?? null, body ?? null, ...rest, record.id, record.version);
    return rows === 1 ? { id: record.id, version, value: JSON.parse(String(body)) as T } : undefined;
  };

  // The shape is made in one transaction: another process that starts now waits, then finds it made.
  const shape = `${spec.schema}:${derived.join(',')}`;
  if (knownShape(file, spec.name) !== shape)
    file.transaction(() => {
      prepareTable(file, table, indexNames, uniqueNames);
      fillColumns(file, table, derived, (rows) =>
        damage.readableOf(rows, (row) => {
          const { id, value } = read(row);
          return { id, values: write(value).slice(2) };
        }),
      );
      file.run(`INSERT OR REPLACE INTO "collection-shapes" (name, shape) VALUES (?, ?)`, spec.name, shape);
    });

  const written = openWritten(file);
  /** Whoever hears that a key is taken relies on the record that holds it. */
  async function taken(error: unknown): Promise<never> {
    if (error instanceof ConflictError) await written.shown(undefined, undefined);
    throw error;
  }
  /** The record as it was, as it became, or undefined when another process was faster. */
  function updateNow(
    id: string,
    change: (value: T) => T | undefined,
  ): (Stored<T> & { changed: boolean }) | 'none' | undefined {
    const record = getNow(id);
    if (!record) return 'none';
    const value = change(record.value);
    if (value === undefined) return { ...record, changed: false };
    const stored = replace(record, value);
    return stored && { ...stored, changed: true };
  }
  /** The same, for a record that is made when there is none. */
  function upsertNow(id: string, change: (value: T | undefined) => T): Stored<T> | undefined {
    const record = getNow(id);
    if (record) return replace(record, change(record.value));
    const value = change(undefined);
    try {
      return insertNow(id, value);
    } catch (error) {
      // Another process made the record in between, or somebody else holds a unique key.
      if (error instanceof ConflictError && getNow(id)) return undefined;
      throw error;
    }
  }
  return {
    get: async (id) => written.shown(id, getNow(id)),
    insert: (id, value) => written.kept(id, () => insertNow(id, value)).catch(taken),
    async update(id, change) {
      for (;;) {
        const found = await written.kept(id, () => updateNow(id, change)).catch(taken);
        if (found === 'none') return undefined;
        if (found) return found.changed ? found : written.shown(id, found);
      }
    },
    async upsert(id, change) {
      for (;;) {
        const stored = await written.kept(id, () => upsertNow(id, change)).catch(taken);
        if (stored) return stored;
      }
    },
    async find(query) {
      const { sql, values } = findSql(table, query, indexNames);
      return written.shown(
        undefined,
        pageOf(file.all(sql, ...values), query, (rows) => damage.readableOf(rows, read)),
      );
    },
    async remove(id) {
      return written.kept(id, () => file.run(`DELETE FROM ${table} WHERE id = ?`, id) === 1);
    },
  };
}

function prepareTable(file: SqliteFile, table: string, indexNames: string[], uniqueNames: string[]): void {
  file.exec(
    `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, version INTEGER NOT NULL, schema INTEGER NOT NULL, body TEXT NOT NULL, expiresAt INTEGER) WITHOUT ROWID`,
  );
  const present = new Set(
    file.all(`SELECT name FROM pragma_table_info(${table.replaceAll('"', "'")})`).map((row) => row['name']),
  );
  const plain = table.slice(1, -1);
  file.exec(
    `CREATE INDEX IF NOT EXISTS ${sqlName(`${plain}-expires`)} ON ${table} (expiresAt) WHERE expiresAt IS NOT NULL`,
  );
  for (const name of indexNames) {
    if (!present.has(`i-${name}`)) file.exec(`ALTER TABLE ${table} ADD COLUMN ${sqlName(`i-${name}`)}`);
    file.exec(`CREATE INDEX IF NOT EXISTS ${sqlName(`${plain}-i-${name}`)} ON ${table} (${sqlName(`i-${name}`)}, id)`);
  }
  for (const name of uniqueNames) {
    if (!present.has(`u-${name}`)) file.exec(`ALTER TABLE ${table} ADD COLUMN ${sqlName(`u-${name}`)}`);
    file.exec(
      `CREATE UNIQUE INDEX IF NOT EXISTS ${sqlName(`${plain}-u-${name}`)} ON ${table} (${sqlName(`u-${name}`)})`,
    );
  }
}

function knownShape(file: SqliteFile, name: string): Row[string] | undefined {
  file.exec(
    `CREATE TABLE IF NOT EXISTS "collection-shapes" (name TEXT PRIMARY KEY, shape TEXT NOT NULL) WITHOUT ROWID`,
  );
  return file.get(`SELECT shape FROM "collection-shapes" WHERE name = ?`, name)?.['shape'];
}

/** Records written before an index was declared get their value for it when the collection is opened. */
function fillColumns(
  file: SqliteFile,
  table: string,
  derived: string[],
  derive: (rows: readonly Row[]) => { id: string; values: SqlValue[] }[],
): void {
  const set = ['expiresAt', ...derived].map((column) => `${column} = ?`).join(', ');
  for (const { id, values } of derive(file.all(`SELECT id, version, schema, body FROM ${table}`)))
    file.run(`UPDATE ${table} SET ${set} WHERE id = ?`, ...values, id);
}

function idWords({ id }: Row): string {
  return id instanceof DamagedText ? `0x${id.bytes.toString('hex').slice(0, 80)}` : String(id);
}
