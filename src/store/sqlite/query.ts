import type { Condition, Page, Query, Stored } from '../contract';
import { sqlName } from './database';
import type { Row, SqlValue } from './database';

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
    conditions.push(order ? `(${order}, id) ${than} (?, ?)` : `id ${than} ?`);
    values.push(...(order ? [after.at, after.id] : [after.id]));
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const ordering = order ? `${order} ${direction}, id ${direction}` : `id ${direction}`;
  const sql = `SELECT id, version, schema, body, ${order ?? 'NULL'} AS "orderValue" FROM ${table} ${where} ORDER BY ${ordering} LIMIT ${limitOf(query) + 1}`;
  return { sql, values };
}

/** Cuts the extra row off and makes the cursor of the next page. */
export function pageOf<T>(rows: readonly { row: Row; record: Stored<T> }[], query: Query): Page<T> {
  const limit = limitOf(query);
  const items = rows.slice(0, limit).map(({ record }) => record);
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { items };
  const cursor = JSON.stringify([last.row['orderValue'] ?? null, last.record.id]);
  return { items, cursor: Buffer.from(cursor).toString('base64url') };
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

function readCursor(cursor: string): { at: SqlValue; id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [SqlValue, string];
    return { at, id: String(id) };
  } catch (cause) {
    throw new Error('Not a cursor of this collection', { cause });
  }
}
