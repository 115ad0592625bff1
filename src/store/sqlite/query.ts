import type { Condition, Page, Query, Stored } from '../contract';
import { sqlName } from './database';
import type { Row, SqlValue } from './database';
import { DamagedText } from './stored-text';

type CursorPart = string | number | null | { readonly bytes: string };

const defaultLimit = 100;
const highestLimit = 1_000;

/** The one statement a query becomes; asks for one row more than the limit, to know whether there is a next page. */
export function findSql(
  table: string,
  query: Query,
  indexNames: readonly string[],
): { sql: string; values: SqlValue[] } {
  const known = (name: string): string => {
    if (!indexNames.includes(name)) throw new Error(`${table} has no index ${name}`);
    return sqlName(`i-${name}`);
  };
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const [name, condition] of Object.entries(query.where ?? {})) {
    const { sql, bound } = conditionSql(known(name), condition);
    conditions.push(sql);
    values.push(...bound);
  }
  const order = query.orderBy === undefined ? undefined : known(query.orderBy);
  const direction = query.descending ? 'DESC' : 'ASC';
  if (order) conditions.push(`${order} IS NOT NULL`);
  if (query.cursor !== undefined) {
    const after = readCursor(query.cursor);
    const than = query.descending ? '<' : '>';
    const [at, id] = [after.at, after.id].map((part) => (Buffer.isBuffer(part) ? 'CAST(? AS TEXT)' : '?'));
    conditions.push(order ? `(${order}, id) ${than} (${at}, ${id})` : `id ${than} ${id}`);
    values.push(...(order ? [after.at, after.id] : [after.id]));
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const ordering = order ? `${order} ${direction}, id ${direction}` : `id ${direction}`;
  const sql = `SELECT id, version, schema, body, ${order ?? 'NULL'} AS "orderValue" FROM ${table} ${where} ORDER BY ${ordering} LIMIT ${limitOf(query) + 1}`;
  return { sql, values };
}

/** Cuts the extra row off and makes the cursor of the next page; `read` leaves damaged rows out. */
export function pageOf<T>(rows: readonly Row[], query: Query, read: (rows: readonly Row[]) => Stored<T>[]): Page<T> {
  const limit = limitOf(query);
  const items = read(rows.slice(0, limit));
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { items };
  const cursor = JSON.stringify([cursorPart(last['orderValue']), cursorPart(last['id'])]);
  return { items, cursor: Buffer.from(cursor).toString('base64url') };
}

/** A page may end in a damaged key; the next one goes on after its bytes. */
function cursorPart(value: Row[string] | undefined): CursorPart {
  if (value instanceof DamagedText) return { bytes: value.bytes.toString('base64') };
  return typeof value === 'object' ? null : (value ?? null);
}

function conditionSql(column: string, condition: Condition): { sql: string; bound: SqlValue[] } {
  if (typeof condition !== 'object') return { sql: `${column} = ?`, bound: [condition] };
  if ('in' in condition) {
    if (condition.in.length === 0) return { sql: '0', bound: [] };
    return { sql: `${column} IN (${condition.in.map(() => '?').join(', ')})`, bound: [...condition.in] };
  }
  const parts: string[] = [`${column} IS NOT NULL`];
  const bound: SqlValue[] = [];
  for (const [sign, value] of [
    ['>=', condition.atLeast],
    ['<=', condition.atMost],
  ] as const) {
    if (value === undefined) continue;
    parts.push(`${column} ${sign} ?`);
    bound.push(value);
  }
  return { sql: `(${parts.join(' AND ')})`, bound };
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
