import { lookUp } from '../../core/keys';
import type { CollectionSpec, Page, Query, Stored } from '../contract';
import { declaredFor, isRange } from '../collections';
import { DamagedText, sqlName } from './database';
import type { SqlRow, SqlValue } from './database';

type CursorPart = string | number | null | { readonly bytes: string };

const defaultLimit = 100;
const highestLimit = 1_000;

interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * The statements a query becomes: one for each combination of the given values, for only then is each of them a stretch of the index, in order. Each asks
 * for one row more than the
 * limit, to know whether there is a next page. Throws when the query isn't declared.
 */
export function findStatements<T>(spec: CollectionSpec<T>, query: Query): Statement[] {
  const { order, where, bound } = partsOf(spec, query);
  const direction = query.descending ? 'DESC' : 'ASC';
  const ordering = order ? `${order} ${direction}, id ${direction}` : `id ${direction}`;
  const sql = `SELECT id, version, schema, body, ${order ?? 'NULL'} AS "orderValue" FROM ${sqlName(spec.name)} ${where} ORDER BY ${ordering} LIMIT ${limitOf(query) + 1}`;
  return bound.map((values) => ({ sql, values }));
}

/** The statements that count what a query matches, each up to `most`. */
export function countStatements<T>(spec: CollectionSpec<T>, query: Query, most: number): Statement[] {
  const { where, bound } = partsOf(spec, query);
  const sql = `SELECT count(*) AS matching FROM (SELECT id FROM ${sqlName(spec.name)} ${where} LIMIT ${Math.floor(most)})`;
  return bound.map((values) => ({ sql, values }));
}

/** The column of the order, the conditions, and what is bound in each statement. */
function partsOf<T>(
  spec: CollectionSpec<T>,
  query: Query,
): { order: string | undefined; where: string; bound: SqlValue[][] } {
  const declared = declaredFor(spec, query);
  const compared = (declared.where ?? []).map((name) => ({ name, values: valuesOf(query, name) }));
  const order = query.orderBy === undefined ? undefined : sqlName(`i-${query.orderBy}`);
  const rest = restOf(query, order);
  const conditions = [...compared.map(({ name }) => `${sqlName(`i-${name}`)} = ?`), ...rest.map(({ sql }) => sql)];
  const restBound = rest.flatMap((each) => each.bound);
  return {
    order,
    where: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
    bound: combinations(compared.map(({ values }) => values)).map((given) => [...given, ...restBound]),
  };
}

/** The rows of all statements in the order of the query, one more than the limit at most. */
export function merged(found: readonly (readonly SqlRow[])[], query: Query): readonly SqlRow[] {
  const [only] = found;
  if (!only || found.length === 1) return only ?? [];
  const sign = query.descending ? -1 : 1;
  const all = found.flat();
  all.sort((a, b) => sign * (compared(a['orderValue'], b['orderValue']) || compared(a['id'], b['id'])));
  return all.slice(0, limitOf(query) + 1);
}

/** As SQLite orders them: numbers, then text by its bytes. */
function compared(a: SqlRow[string] | undefined, b: SqlRow[string] | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  const bytes = (value: SqlRow[string] | undefined): Buffer =>
    value instanceof DamagedText ? value.bytes : Buffer.from(String(value));
  return Buffer.compare(bytes(a), bytes(b));
}

function valuesOf(query: Query, name: string): readonly SqlValue[] {
  const condition = lookUp(query.where, name);
  if (condition === undefined || typeof condition !== 'object') return [condition ?? null];
  return 'in' in condition ? [...new Set(condition.in)] : [];
}

function combinations(given: readonly (readonly SqlValue[])[]): SqlValue[][] {
  return given.reduce<SqlValue[][]>(
    (all, values) => all.flatMap((each) => values.map((value) => [...each, value])),
    [[]],
  );
}

/** What holds beside the compared fields: the order is there, its range, and after the cursor. */
function restOf(query: Query, order: string | undefined): { sql: string; bound: SqlValue[] }[] {
  const rest: { sql: string; bound: SqlValue[] }[] = order ? [{ sql: `${order} IS NOT NULL`, bound: [] }] : [];
  const range = query.orderBy === undefined ? undefined : lookUp(query.where, query.orderBy);
  if (order && range !== undefined && isRange(range)) {
    if (range.atLeast !== undefined) rest.push({ sql: `${order} >= ?`, bound: [range.atLeast] });
    if (range.atMost !== undefined) rest.push({ sql: `${order} <= ?`, bound: [range.atMost] });
  }
  if (query.cursor !== undefined) {
    const { at, id } = readCursor(query.cursor);
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

/** Cuts the extra row off and makes the cursor of the next page; `read` leaves damaged rows out. */
export function pageOf<T>(
  rows: readonly SqlRow[],
  query: Query,
  read: (rows: readonly SqlRow[]) => Stored<T>[],
): Page<T> {
  const limit = limitOf(query);
  const items = read(rows.slice(0, limit));
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { items };
  const cursor = JSON.stringify([cursorPart(last['orderValue']), cursorPart(last['id'])]);
  return { items, cursor: Buffer.from(cursor).toString('base64url') };
}

/** A page may end in a damaged key; the next one goes on after its bytes. */
function cursorPart(value: SqlRow[string] | undefined): CursorPart {
  if (value instanceof DamagedText) return { bytes: value.bytes.toString('base64') };
  return typeof value === 'object' ? null : (value ?? null);
}

function limitOf(query: Query): number {
  return Math.min(highestLimit, Math.max(1, Math.floor(query.limit ?? defaultLimit)));
}

function readCursor(cursor: string): { at: SqlValue; id: SqlValue } {
  const part = (value: CursorPart): SqlValue =>
    typeof value === 'object' && value !== null ? Buffer.from(String(value.bytes), 'base64') : value;
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [CursorPart, CursorPart];
    return { at: part(at), id: part(id) };
  } catch (cause) {
    throw new Error('Not a cursor of this collection', { cause });
  }
}
