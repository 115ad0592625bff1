import { indexesOf, once } from '../collections';
import type { CollectionSpec } from '../contract';
import { bindable, sqlName } from './database';
import type { SqliteFile, SqlRow, SqlValue } from './database';

/** Columns whose values come from the record, in binding order. */
export function derivedColumns(spec: Pick<CollectionSpec<never>, 'indexes' | 'unique'>): string[] {
  return [
    ...Object.keys(spec.indexes).map((name) => `i-${name}`),
    ...Object.keys(spec.unique ?? {}).map((name) => `u-${name}`),
  ].map(sqlName);
}

/** Short enough that nobody notices the pause between two of them. */
const filledAtOnce = 100;

/**
 * Creates the table, its columns and its indexes. Records that were written before a column was declared get their value for it in slices, in the
 * background: the result resolves when all of them have it, and queries that use a column wait for that. `derive` returns the values of a row,
 * undefined for one that can't be read.
 */
export function prepareShape<T>(
  file: SqliteFile,
  spec: CollectionSpec<T>,
  derive: (row: SqlRow) => SqlValue[] | undefined,
): () => Promise<void> {
  const table = sqlName(spec.name);
  const derived = derivedColumns(spec);
  const shape = `${spec.schema}:${derived.join(',')}`;
  file.exec(
    `CREATE TABLE IF NOT EXISTS "collection-shapes" (name TEXT PRIMARY KEY, shape TEXT NOT NULL) WITHOUT ROWID`,
  );
  const known = (): boolean =>
    file.get(`SELECT shape FROM "collection-shapes" WHERE name = ?`, spec.name)?.['shape'] === shape;
  const markFilled = (): void =>
    void file.run(`INSERT OR REPLACE INTO "collection-shapes" (name, shape) VALUES (?, ?)`, spec.name, shape);

  // Created in one transaction: another process that starts now waits, then finds it done.
  if (!known())
    file.transaction(() => {
      const hadColumns = prepareTable(file, table, derived, Object.keys(spec.unique ?? {}));
      if (file.get(`SELECT id FROM ${table} LIMIT 1`) === undefined) return markFilled();
      if (Object.keys(spec.unique ?? {}).every((name) => hadColumns.has(`u-${name}`))) return;
      // A unique key counts from the first moment.
      for (let after: SqlValue | undefined = ''; after !== undefined;)
        after = fillSlice(file, table, derived, derive, after);
      markFilled();
    });
  prepareIndexes(file, spec);
  const fillAll = async (columns: readonly string[]): Promise<void> => {
    for (let after: SqlValue | undefined = ''; after !== undefined;) {
      const from: SqlValue = after;
      after = file.transaction(() => fillSlice(file, table, columns, derive, from));
      await new Promise(setImmediate);
    }
  };
  return once(async () => {
    if (!known()) {
      await fillAll(derived);
      return markFilled();
    }
    // Nobody waits for the expiry of records.
    if (spec.expiresAt && neverExpired(file, table)) fillAll([]).catch(() => undefined);
  });
}

/** Whether its records are from a time when none of them expired. */
function neverExpired(file: SqliteFile, table: string): boolean {
  const has = (condition: string): boolean => file.get(`SELECT id FROM ${table} ${condition} LIMIT 1`) !== undefined;
  return has('') && !has('WHERE expiresAt IS NOT NULL');
}

/** Creates the missing parts of the table; returns the names of the columns it had before. */
function prepareTable(
  file: SqliteFile,
  table: string,
  derived: readonly string[],
  uniqueNames: readonly string[],
): ReadonlySet<unknown> {
  file.exec(
    `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, version INTEGER NOT NULL, schema INTEGER NOT NULL, body TEXT NOT NULL, expiresAt INTEGER) WITHOUT ROWID`,
  );
  const plain = table.slice(1, -1);
  const present = new Set(file.all(`SELECT name FROM pragma_table_info('${plain}')`).map((row) => row['name']));
  file.exec(
    `CREATE INDEX IF NOT EXISTS ${sqlName(`${plain}-expires`)} ON ${table} (expiresAt) WHERE expiresAt IS NOT NULL`,
  );
  for (const column of derived)
    if (!present.has(column.slice(1, -1))) file.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`);
  for (const name of uniqueNames)
    file.exec(
      `CREATE UNIQUE INDEX IF NOT EXISTS ${sqlName(`${plain}-u-${name}`)} ON ${table} (${sqlName(`u-${name}`)})`,
    );
  return present;
}

/** One index for each declared query, of the records that such a query can find; indexes of earlier versions are dropped. */
function prepareIndexes<T>(file: SqliteFile, spec: CollectionSpec<T>): void {
  const table = sqlName(spec.name);
  const wanted = new Map([...indexesOf(spec)].map(([name, fields]) => [`${spec.name}-${name}`, fields]));
  const there = file
    .all(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?`, spec.name)
    .map((row) => String(row['name']));
  const isForQueries = (name: string): boolean => ['i', 'q'].some((kind) => name.startsWith(`${spec.name}-${kind}-`));
  const others = there.filter((name) => isForQueries(name) && !wanted.has(name));
  const missing = [...wanted].filter(([name]) => !there.includes(name));
  if (others.length + missing.length === 0) return;
  file.transaction(() => {
    for (const name of others) file.exec(`DROP INDEX IF EXISTS ${sqlName(name)}`);
    for (const [name, fields] of missing) {
      const columns = fields.map((field) => sqlName(`i-${field}`));
      const held = columns.map((column) => `${column} IS NOT NULL`).join(' AND ');
      file.exec(`CREATE INDEX IF NOT EXISTS ${sqlName(name)} ON ${table} (${columns.join(', ')}, id) WHERE ${held}`);
    }
  });
}

/**
 * Fills `expiresAt` and these columns, the first of the derived ones, for the records after this id; returns the last id, or undefined at the end.
 */
function fillSlice(
  file: SqliteFile,
  table: string,
  columns: readonly string[],
  derive: (row: SqlRow) => SqlValue[] | undefined,
  after: SqlValue,
): SqlValue | undefined {
  const rows = file.all(
    `SELECT id, version, schema, body FROM ${table} WHERE id > CAST(? AS TEXT) ORDER BY id LIMIT ${filledAtOnce}`,
    after,
  );
  const filled = ['expiresAt', ...columns];
  const set = filled.map((column) => `${column} = ?`).join(', ');
  for (const row of rows) {
    const values = derive(row);
    if (values)
      file.run(`UPDATE ${table} SET ${set} WHERE id = ?`, ...values.slice(0, filled.length), String(row['id']));
  }
  return rows.length < filledAtOnce ? undefined : bindable(rows.at(-1)?.['id']);
}
