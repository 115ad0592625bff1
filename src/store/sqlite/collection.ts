import { ConflictError, DamagedRecordError } from '../../core/errors';
import { lookUp } from '../../core/look-up';
import type { Collection, CollectionSpec, Stored } from '../contract';
import type { Damage } from '../collections';
import { DamagedText, sqlName } from './database';
import type { SqliteFile, SqlRow, SqlValue } from './database';
import { countStatements, findStatements, merged, pageOf } from './query';
import { derivedColumns, prepareShape } from './shape';

/** A table for each collection: the record as JSON, and a real column for every declared index and unique key. */
export function openCollection<T>(file: SqliteFile, spec: CollectionSpec<T>, damage: Damage): Collection<T> {
  const table = sqlName(spec.name);
  const indexNames = Object.keys(spec.indexes);
  const uniqueNames = Object.keys(spec.unique ?? {});
  const derived = derivedColumns(spec);
  const columns = ['id', 'version', 'schema', 'body', 'expiresAt', ...derived];
  const insertSql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  const changed = ['version', 'schema', 'body', 'expiresAt', ...derived];
  const updateSql = `UPDATE ${table} SET ${changed.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND version = ?`;
  const getSql = `SELECT id, version, schema, body FROM ${table} WHERE id = ?`;

  const read = (row: SqlRow): Stored<T> => {
    try {
      const [id, version, schema] = [String(row['id']), Number(row['version']), Number(row['schema'])];
      if (!Number.isSafeInteger(version)) throw new Error('Its version is not a number');
      const value: unknown = JSON.parse(String(row['body']));
      const current = schema < spec.schema && spec.upgrade ? spec.upgrade(value, schema) : (value as T);
      return { id, version, value: current };
    } catch (cause) {
      throw new DamagedRecordError(spec.name, describeId(row), { cause });
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

  const filled = prepareShape(
    file,
    spec,
    (row) => damage.readableOf([row], (each) => write(read(each).value).slice(2))[0],
  );
  // Begun now; a failure is told to the first who finds by a column.
  filled().catch(() => undefined);

  const written = openWritten(file);
  /** A caller who is told that a key is taken relies on the record that has it, so that record has to be on the disk. */
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
      const statements = findStatements(spec, query);
      await filled();
      const rows = merged(
        statements.map(({ sql, values }) => file.all(sql, ...values)),
        query,
      );
      return written.shown(
        undefined,
        pageOf(rows, query, (page) => damage.readableOf(page, read)),
      );
    },
    async count(query, most) {
      const statements = countStatements(spec, query, most);
      await filled();
      const counts = statements.map(({ sql, values }) => Number(file.get(sql, ...values)?.['matching']));
      const sum = counts.reduce((all, each) => all + each, 0);
      return written.shown(undefined, Math.min(most, sum));
    },
    async remove(id) {
      return written.kept(id, () => file.run(`DELETE FROM ${table} WHERE id = ?`, id) === 1);
    },
  };
}

function describeId({ id }: SqlRow): string {
  return id instanceof DamagedText ? `0x${id.bytes.toString('hex').slice(0, 80)}` : String(id);
}

/** When a collection may speak of what it holds. */
interface Written {
  /** Changes a record, with other changes of the same moment; gives back what `work` gave as soon as it is on the disk. */
  kept<R>(id: string, work: () => R): Promise<R>;
  /** Gives back what was read as soon as nothing in it can be lost any more: of one record, or of the whole collection. */
  shown<R>(id: string | undefined, result: R): Promise<R>;
}

/** Knows which records of a collection are not on the disk yet, so that only their readers wait. */
function openWritten(file: SqliteFile): Written {
  const underway = new Map<string, number>();
  let last = 0;
  return {
    async kept(id, work) {
      let change = 0;
      const result = await file.writes.add(work, (number) => underway.set(id, (change = last = number)));
      await file.onDisk(change);
      if (underway.get(id) === change) underway.delete(id);
      return result;
    },
    async shown(id, result) {
      await file.mayBeTold(id === undefined ? last : (underway.get(id) ?? 0));
      return result;
    },
  };
}
