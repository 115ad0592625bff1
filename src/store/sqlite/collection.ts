import { ConflictError, DamagedRecordError } from '../../core/errors';
import type { Collection, CollectionSpec, Stored } from '../contract';
import type { Damage } from '../collections';
import { DamagedText, sqlName } from './database';
import type { SqliteFile, SqlRow, SqlValue } from './database';
import { countStatements, findStatements, merged, pageOf } from './query';
import { derivedColumns, prepareShape } from './shape';

/** A table for each collection: the record as JSON, and a real column for every declared index and unique key. */
export function openCollection<T>(file: SqliteFile, spec: CollectionSpec<T>, damage: Damage): Collection<T> {
  const form = rowForm(spec);
  const filled = prepareShape(
    file,
    spec,
    (row) => damage.readableOf([row], (each) => form.write(form.read(each).value).slice(2))[0],
  );
  // Begun now; a failure is told to the first who finds by a column.
  filled().catch(() => undefined);
  const rows = openRows(file, spec, form);
  const written = openWritten(file);

  /** A caller who is told that a key is taken relies on the record that has it, so that record has to be on the disk. */
  async function taken(error: unknown): Promise<never> {
    if (error instanceof ConflictError) await written.shown(undefined, undefined);
    throw error;
  }
  return {
    get: async (id) => written.shown(id, rows.get(id)),
    insert: (id, value) => written.kept(id, () => rows.insert(id, value)).catch(taken),
    async update(id, change) {
      for (;;) {
        const found = await written.kept(id, () => rows.update(id, change)).catch(taken);
        if (found === 'none') return undefined;
        if (found) return found.changed ? found : written.shown(id, found);
      }
    },
    async upsert(id, change) {
      for (;;) {
        const stored = await written.kept(id, () => rows.upsert(id, change)).catch(taken);
        if (stored) return stored;
      }
    },
    async find(query) {
      const statements = findStatements(spec, query);
      await filled();
      const found = merged(
        statements.map(({ sql, values }) => file.all(sql, ...values)),
        query,
      );
      return written.shown(
        undefined,
        pageOf(found, query, (page) => damage.readableOf(page, form.read)),
      );
    },
    async count(query, most) {
      const statements = countStatements(spec, query, most);
      await filled();
      const counts = statements.map(({ sql, values }) => Number(file.get(sql, ...values)?.['matching']));
      const sum = counts.reduce((all, each) => all + each, 0);
      return written.shown(undefined, Math.min(most, sum));
    },
    remove: (id) => written.kept(id, () => rows.remove(id)),
  };
}

/** Turns values of one collection into rows and back. */
interface RowForm<T> {
  read(row: SqlRow): Stored<T>;
  /** Its schema, its body, and what is derived from the value. */
  write(value: T): SqlValue[];
}

function rowForm<T>(spec: CollectionSpec<T>): RowForm<T> {
  const derivations = [...Object.values(spec.indexes), ...Object.values(spec.unique ?? {})];
  return {
    read(row) {
      try {
        const [id, version, schema] = [String(row['id']), Number(row['version']), Number(row['schema'])];
        if (!Number.isSafeInteger(version)) throw new Error('Its version is not a number');
        const value: unknown = JSON.parse(String(row['body']));
        const current = schema < spec.schema && spec.upgrade ? spec.upgrade(value, schema) : (value as T);
        return { id, version, value: current };
      } catch (cause) {
        throw new DamagedRecordError(spec.name, describeId(row), { cause });
      }
    },
    write: (value) => [
      spec.schema,
      JSON.stringify(value),
      spec.expiresAt?.(value) ?? null,
      ...derivations.map((derive) => derive(value) ?? null),
    ],
  };
}

/** The rows of one table, read and changed at once; other processes are kept apart by the version number. */
interface Rows<T> {
  get(id: string): Stored<T> | undefined;
  insert(id: string, value: T): Stored<T>;
  /** The record as it then stands; `none` when there is none, undefined when another process was faster. */
  update(
    id: string,
    change: (value: T, version: number) => T | undefined,
  ): (Stored<T> & { changed: boolean }) | 'none' | undefined;
  /** The same, for a record that is made when there is none. */
  upsert(id: string, change: (value: T | undefined) => T): Stored<T> | undefined;
  remove(id: string): boolean;
}

function openRows<T>(file: SqliteFile, spec: CollectionSpec<T>, { read, write }: RowForm<T>): Rows<T> {
  const table = sqlName(spec.name);
  const changed = ['version', 'schema', 'body', 'expiresAt', ...derivedColumns(spec)];
  const columns = ['id', ...changed];
  const insertSql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  const updateSql = `UPDATE ${table} SET ${changed.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND version = ?`;
  const getSql = `SELECT id, version, schema, body FROM ${table} WHERE id = ?`;

  function get(id: string): Stored<T> | undefined {
    const row = file.get(getSql, id);
    return row && read(row);
  }
  function insert(id: string, value: T): Stored<T> {
    const [schema, body, ...rest] = write(value);
    file.run(insertSql, id, 1, schema ?? null, body ?? null, ...rest);
    return { id, version: 1, value: JSON.parse(String(body)) as T };
  }
  function replace(record: Stored<T>, value: T): Stored<T> | undefined {
    const version = record.version + 1;
    const [schema, body, ...rest] = write(value);
    const count = file.run(updateSql, version, schema ?? null, body ?? null, ...rest, record.id, record.version);
    return count === 1 ? { id: record.id, version, value: JSON.parse(String(body)) as T } : undefined;
  }
  return {
    get,
    insert,
    update(id, change) {
      const record = get(id);
      if (!record) return 'none';
      const value = change(record.value, record.version);
      if (value === undefined) return { ...record, changed: false };
      const stored = replace(record, value);
      return stored && { ...stored, changed: true };
    },
    upsert(id, change) {
      const record = get(id);
      if (record) return replace(record, change(record.value));
      const value = change(undefined);
      try {
        return insert(id, value);
      } catch (error) {
        // Another process made the record in between, or somebody else holds a unique key.
        if (error instanceof ConflictError && get(id)) return undefined;
        throw error;
      }
    },
    remove: (id) => file.run(`DELETE FROM ${table} WHERE id = ?`, id) === 1,
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
