import { ConflictError, DamagedRecordError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { changesBy, declaredFor, isRange, pageSize, placeAfter } from '../collections';
import type { ChangeTo, ReadableOf } from '../collections';
import { cursorAfter } from '../contract';
import type { Collection, CollectionSpec, Page, Query, Stored } from '../contract';
import { DamagedText, legible, sqlName } from './database';
import type { SqliteFile, SqlRow, SqlValue } from './database';
import { derivedColumns, prepareShape } from './shape';

/** One table for each collection: the record as JSON, and a real column for every declared index and unique key. */
export function openCollection<T>(file: SqliteFile, spec: CollectionSpec<T>, readableOf: ReadableOf): Collection<T> {
  const { read, write } = rowForm(spec);
  const filled = prepareShape(file, spec, (row) => readableOf([row], (each) => write(read(each).value).slice(2))[0]);
  // Started now; the first query that uses a column gets a failure.
  filled().catch(() => undefined);
  const rows = openRows(file, spec, read, write);
  const { kept, shown } = openWritten(file);

  /** A caller who is told that a key is taken relies on the record with that key, so that record has to be on disk. */
  async function taken(error: unknown): Promise<never> {
    if (error instanceof ConflictError) await shown(undefined, undefined);
    throw error;
  }
  return {
    get: async (id) => shown(id, rows.get(id)),
    insert: (id, value) => kept(id, () => rows.insert(id, value)).catch(taken),
    ...changesBy(async (id, to) => {
      for (;;) {
        const found = await kept(id, () => rows.change(id, to)).catch(taken);
        if (found) return found.changed ? found : shown(id, found);
      }
    }),
    async find(query) {
      const statements = findStatements(spec, query);
      await filled();
      const found = merged(
        statements.map(({ sql, values }) => file.all(sql, ...values)),
        query,
      );
      return shown(
        undefined,
        pageOf(found, query, (page) => readableOf(page, read)),
      );
    },
    async count(query, most) {
      const { where, bound } = partsOf(spec, query);
      const sql = `SELECT count(*) AS matching FROM (SELECT id FROM ${sqlName(spec.name)} ${where} LIMIT ${Math.floor(most)})`;
      await filled();
      const counts = bound.map((values) => Number(file.get(sql, ...values)?.['matching']));
      const sum = counts.reduce((all, each) => all + each, 0);
      return shown(undefined, Math.min(most, sum));
    },
    remove: (id) => kept(id, () => file.run(`DELETE FROM ${sqlName(spec.name)} WHERE id = ?`, id) === 1),
  };
}

type RowForm<T> = ReturnType<typeof rowForm<T>>;

/** Converts values of one collection to rows and back. */
function rowForm<T>(spec: CollectionSpec<T>) {
  const derivations = [...Object.values(spec.indexes), ...Object.values(spec.unique ?? {})];
  return {
    read(row: SqlRow): Stored<T> {
      try {
        const [id, version, schema] = [String(row['id']), Number(row['version']), Number(row['schema'])];
        if (!Number.isSafeInteger(version)) throw new Error('Its version is not a number');
        const value: unknown = JSON.parse(String(row['body']));
        const current = schema < spec.schema && spec.upgrade ? spec.upgrade(value, schema) : (value as T);
        return { id, version, value: current };
      } catch (cause) {
        throw new DamagedRecordError(spec.name, legible(row['id']), { cause });
      }
    },
    /** Its schema, its body, and the derived values. */
    write: (value: T): SqlValue[] => [
      spec.schema,
      JSON.stringify(value),
      spec.expiresAt?.(value) ?? null,
      ...derivations.map((derive) => derive(value) ?? null),
    ],
  };
}

/** The rows of one table, read and changed synchronously; the version number protects against other processes. */
function openRows<T>(file: SqliteFile, spec: CollectionSpec<T>, read: RowForm<T>['read'], write: RowForm<T>['write']) {
  const table = sqlName(spec.name);
  const columns = ['version', 'schema', 'body', 'expiresAt', ...derivedColumns(spec)];
  const insertSql = `INSERT INTO ${table} (id, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')})`;
  const updateSql = `UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ? AND version = ?`;
  const getSql = `SELECT id, version, schema, body FROM ${table} WHERE id = ?`;

  function get(id: string): Stored<T> | undefined {
    const row = file.get(getSql, id);
    return row && read(row);
  }
  const asStored = (id: string, version: number, values: SqlValue[]): Stored<T> => ({
    id,
    version,
    value: JSON.parse(String(values[1])) as T,
  });
  function insert(id: string, value: T): Stored<T> {
    const values = write(value);
    file.run(insertSql, id, 1, ...values);
    return asStored(id, 1, values);
  }
  function replace({ id, version }: Stored<T>, value: T): Stored<T> | undefined {
    const values = write(value);
    const count = file.run(updateSql, version + 1, ...values, id, version);
    return count === 1 ? asStored(id, version + 1, values) : undefined;
  }
  return {
    get,
    insert,
    /** Undefined if another process was faster. */
    change(id: string, to: ChangeTo<T>): { record: Stored<T> | undefined; changed: boolean } | undefined {
      const before = get(id);
      const value = to(before?.value, before?.version ?? 0);
      if (value === undefined) return { record: before, changed: false };
      try {
        const record = before ? replace(before, value) : insert(id, value);
        return record && { record, changed: true };
      } catch (error) {
        // Another process created the record in between, or another record has a unique key.
        if (!before && error instanceof ConflictError && get(id)) return undefined;
        throw error;
      }
    },
  };
}

/** Knows which records aren't on disk yet, so that only their readers wait. */
function openWritten(file: SqliteFile) {
  const underway = new Map<string, number>();
  let last = 0;
  return {
    /** Changes a record together with other changes of the same moment; returns the result of `work` once it is on disk. */
    async kept<R>(id: string, work: () => R): Promise<R> {
      let change = 0;
      const result = await file.write(work, (number) => underway.set(id, (change = last = number)));
      await file.onDisk(change);
      if (underway.get(id) === change) underway.delete(id);
      return result;
    },
    /** Returns what was read once nothing in it can be lost anymore: one record, or the whole collection. */
    async shown<R>(id: string | undefined, result: R): Promise<R> {
      await file.mayBeTold(id === undefined ? last : (underway.get(id) ?? 0));
      return result;
    },
  };
}

/**
 * A query as statements: one for each combination of the given values, because only then is each a range of the index, in order. Each reads one row
 * more than the limit, to know whether there is a next page. Throws if the query isn't declared.
 */
export function findStatements<T>(
  spec: CollectionSpec<T>,
  query: Query,
): { readonly sql: string; readonly values: readonly SqlValue[] }[] {
  const { order, where, bound } = partsOf(spec, query);
  const direction = query.descending ? 'DESC' : 'ASC';
  const ordering = order ? `${order} ${direction}, id ${direction}` : `id ${direction}`;
  const sql = `SELECT id, version, schema, body, ${order ?? 'NULL'} AS "orderValue" FROM ${sqlName(spec.name)} ${where} ORDER BY ${ordering} LIMIT ${pageSize(query.limit) + 1}`;
  return bound.map((values) => ({ sql, values }));
}

/** The column of the order, the conditions, and the bound values of each statement. */
function partsOf<T>(spec: CollectionSpec<T>, query: Query) {
  const compared = declaredFor(spec, query).where ?? [];
  const order = query.orderBy === undefined ? undefined : sqlName(`i-${query.orderBy}`);
  const rest = restOf(query, order);
  const conditions = [...compared.map((name) => `${sqlName(`i-${name}`)} = ?`), ...rest.map(({ sql }) => sql)];
  const combinations = compared.reduce<SqlValue[][]>(
    (all, name) => all.flatMap((each) => valuesOf(query, name).map((value) => [...each, value])),
    [[]],
  );
  return {
    order,
    where: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
    bound: combinations.map((given) => [...given, ...rest.flatMap((each) => each.bound)]),
  };
}

function valuesOf(query: Query, name: string): readonly SqlValue[] {
  const condition = lookUp(query.where, name);
  if (condition === undefined || typeof condition !== 'object') return [condition ?? null];
  return 'in' in condition ? [...new Set(condition.in)] : [];
}

/** Further conditions besides the compared fields: the order's field exists, its range, and the cursor. */
function restOf(query: Query, order: string | undefined): { sql: string; bound: SqlValue[] }[] {
  const rest: { sql: string; bound: SqlValue[] }[] = order ? [{ sql: `${order} IS NOT NULL`, bound: [] }] : [];
  const range = lookUp(query.where, query.orderBy);
  if (order && range !== undefined && isRange(range)) {
    if (range.atLeast !== undefined) rest.push({ sql: `${order} >= ?`, bound: [range.atLeast] });
    if (range.atMost !== undefined) rest.push({ sql: `${order} <= ?`, bound: [range.atMost] });
  }
  if (query.cursor !== undefined) {
    const [at = null, id = null] = (placeAfter(query.cursor) as CursorPart[]).map((part) =>
      typeof part === 'object' && part !== null ? Buffer.from(String(part.bytes), 'base64') : part,
    );
    const than = query.descending ? '<' : '>';
    const [atSql, idSql] = [at, id].map((part) => (Buffer.isBuffer(part) ? 'CAST(? AS TEXT)' : '?'));
    rest.push(
      order
        ? { sql: `(${order}, id) ${than} (${atSql}, ${idSql})`, bound: [at, id] }
        : { sql: `id ${than} ${idSql}`, bound: [id] },
    );
  }
  return rest;
}

/** The rows of all statements in the order of the query, at most one more than the limit. */
function merged(found: readonly (readonly SqlRow[])[], query: Query): readonly SqlRow[] {
  const [only] = found;
  if (!only || found.length === 1) return only ?? [];
  const sign = query.descending ? -1 : 1;
  const all = found.flat();
  all.sort((a, b) => sign * (compared(a['orderValue'], b['orderValue']) || compared(a['id'], b['id'])));
  return all.slice(0, pageSize(query.limit) + 1);
}

/** Like SQLite's order: numbers, then text by its bytes. */
function compared(a: SqlRow[string] | undefined, b: SqlRow[string] | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  const bytes = (value: SqlRow[string] | undefined): Buffer =>
    value instanceof DamagedText ? value.bytes : Buffer.from(String(value));
  return Buffer.compare(bytes(a), bytes(b));
}

/** Removes the extra row and creates the cursor of the next page; `read` leaves out damaged rows. */
function pageOf<T>(rows: readonly SqlRow[], query: Query, read: (rows: readonly SqlRow[]) => Stored<T>[]): Page<T> {
  const limit = pageSize(query.limit);
  const items = read(rows.slice(0, limit));
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { items };
  return { items, cursor: cursorAfter(cursorPart(last['orderValue']), cursorPart(last['id'])) };
}

/** A page can end in a damaged key; the next one continues after its bytes. */
type CursorPart = string | number | null | { readonly bytes: string };

function cursorPart(value: SqlRow[string] | undefined): CursorPart {
  if (value instanceof DamagedText) return { bytes: value.bytes.toString('base64') };
  return typeof value === 'object' ? null : (value ?? null);
}
