import { isUtf8 } from 'node:buffer';

// libsql aborts the whole process when it turns stored text into a string and the bytes aren't UTF-8. So no text ever leaves SQLite as text:
// every SELECT hands it over as bytes, and they are decoded here.

/** Bytes are bound only where damaged text is compared with itself. */
export type SqlValue = string | number | null | Buffer;

/** Stored text whose bytes aren't UTF-8. Using it as text throws. */
export class DamagedText {
  constructor(readonly bytes: Buffer) {}

  toString(): string {
    throw new Error('Stored text is not valid UTF-8');
  }
}

export type SqlRow = Readonly<Record<string, SqlValue | DamagedText>>;

/** The same query with every text column as bytes; anything but a SELECT is left as it is. */
export function bytesOnly(sql: string): string {
  if (!/^\s*SELECT\b/i.test(sql)) return sql;
  const columns = columnNames(sql).map(
    (name) => `CASE typeof("${name}") WHEN 'text' THEN CAST("${name}" AS BLOB) ELSE "${name}" END AS "${name}"`,
  );
  return `SELECT ${columns.join(', ')} FROM (${sql})`;
}

/** The names of the columns by the words of the query: libsql itself can't be asked, for it takes the schema for undamaged text as well. */
function columnNames(sql: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let last = '';
  const end = (): void => {
    if (!/^("[^"]+"|\w+)$/.test(last)) throw new Error(`Every column of a query needs a name: ${sql}`);
    names.push(last.replaceAll('"', ''));
  };
  for (const [token] of sql.replace(/^\s*SELECT\s+(DISTINCT\s+)?/i, '').matchAll(/"[^"]*"|'[^']*'|\w+|\s+|./gs)) {
    if (depth === 0 && /^FROM$/i.test(token)) break;
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0 && token === ',') end();
    if (token.trim() !== '') last = token;
  }
  end();
  return names;
}

/** The row with its text decoded. Gavel stores no bytes of its own, so whatever comes as bytes is text. */
export function decodeRow(raw: Readonly<Record<string, unknown>>): SqlRow {
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, decodeValue(value)]));
}

function decodeValue(value: unknown): SqlValue | DamagedText {
  if (!(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)) return value as SqlValue;
  const bytes = ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
  return isUtf8(bytes) ? bytes.toString('utf8') : new DamagedText(bytes);
}
