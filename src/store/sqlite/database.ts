import { isUtf8 } from 'node:buffer';
import Database from 'libsql';
import { ConflictError, StoreUnavailableError } from '../../core/errors';
import { openCheckpoints, openDisk, openWrites } from './disk';
import type { Flush } from './disk';

export type SqliteFile = ReturnType<typeof openSqliteFile>;

const busyTimeoutMs = 5_000;
/** 64 MiB of log. */
const logPages = 16_000;

/**
 * Opens or creates the file: with a write-ahead log, and waiting for other processes instead of failing. Statements are prepared once, and every
 * failure becomes an error of the store's contract. Everybody sees a change made here at once, and it is on disk a moment later: nobody may be told
 * about it before `onDisk` or `mayBeTold` has resolved.
 */
export function openSqliteFile(file: string, flush?: Flush) {
  const database = guarded(() => openDatabase(file));
  const disk = guarded(() => openDisk(`${file}-wal`, flush));
  const checkpoints = openCheckpoints(file);
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = database.prepare(bytesOnly(sql))));
    return statement;
  };
  // A process that died may have left something that isn't on disk yet.
  let last = disk.committed();
  let othersAt = last;
  let othersVersion: unknown;

  function committed(): void {
    last = disk.committed();
    checkpoints.due();
  }

  /** Notes whether another connection has committed since the last call. */
  function lookForOthers(): void {
    const version = guarded(() => prepared('PRAGMA data_version').get() as SqlRow)['data_version'];
    if (version === othersVersion) return;
    othersVersion = version;
    othersAt = disk.committed();
  }

  function transaction<T>(work: () => T): T {
    guarded(() => prepared('BEGIN IMMEDIATE').run());
    try {
      const result = work();
      guarded(() => prepared('COMMIT').run());
      committed();
      return result;
    } catch (error) {
      if (database.inTransaction) guarded(() => database.exec('ROLLBACK'));
      throw error;
    }
  }

  const writes = openWrites({ transaction, lastChange: () => last }, disk);

  return {
    exec(sql: string): void {
      guarded(() => database.exec(sql));
      committed();
    },
    /** Text whose bytes aren't UTF-8 is returned as `DamagedText`; the statement begins with SELECT. */
    all: (sql: string, ...values: readonly SqlValue[]): SqlRow[] =>
      guarded(() => (prepared(sql).all(values) as SqlRow[]).map(decodeRow)),
    get: (sql: string, ...values: readonly SqlValue[]): SqlRow | undefined =>
      guarded(() => {
        const row = prepared(sql).get(values) as SqlRow | undefined;
        return row && decodeRow(row);
      }),
    /** The number of changed rows. */
    run(sql: string, ...values: readonly SqlValue[]): number {
      const { changes } = guarded(() => prepared(sql).run(values));
      if (changes > 0) committed();
      return changes;
    },
    /** Does all of `work` or nothing; waits for other writers. */
    transaction,
    write: writes.add,
    /** The number of the last change made here. */
    lastChange: () => last,
    /** Resolves when this change is on disk. */
    onDisk: (change: number) => disk.holds(change),
    /** For what was just read: resolves when this change, and everything that other processes have written, is on disk. */
    async mayBeTold(change: number): Promise<void> {
      lookForOthers();
      await disk.holds(Math.max(change, othersAt));
    },
    async close(): Promise<void> {
      writes.finish();
      await checkpoints.close();
      await disk.close();
      database.close();
    },
  };
}

function openDatabase(file: string): Database.Database {
  const database = new Database(file, { timeout: busyTimeoutMs });
  // Applies to a new file, before its first table.
  database.pragma('auto_vacuum = INCREMENTAL');
  database.pragma('journal_mode = WAL');
  // SQLite flushes checkpoints, and `disk` flushes commits.
  database.pragma('synchronous = NORMAL');
  // Only if `checkpoints` can't keep up.
  database.pragma(`wal_autocheckpoint = ${logPages}`);
  // The first read creates the log, and while this connection is open, nobody removes it.
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  return database;
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE')
      throw new ConflictError('Another record holds this key', { cause: error });
    throw new StoreUnavailableError('The embedded store didn’t respond', { cause: error });
  }
}

/** A table or column name made only of declared words. */
export function sqlName(word: string): string {
  if (!/^[a-z][a-zA-Z0-9-]{0,60}$/.test(word)) throw new Error(`No name for a collection or index: ${word}`);
  return `"${word}"`;
}

// libsql aborts the whole process if it converts stored text to a string and the bytes aren't UTF-8. So SQLite never returns text as text:
// every SELECT returns it as bytes, which are decoded here.

/** Bytes are bound only to compare damaged text with itself. */
export type SqlValue = string | number | null | Buffer;

/** Stored text whose bytes aren't UTF-8. Using it as text throws. */
export class DamagedText {
  constructor(readonly bytes: Buffer) {}

  toString(): string {
    throw new Error('Stored text is not valid UTF-8');
  }
}

export type SqlRow = Readonly<Record<string, SqlValue | DamagedText>>;

/** The text, or the beginning of its bytes if it's damaged: for naming it. */
export function legible(value: SqlRow[string] | undefined): string {
  return value instanceof DamagedText ? `0x${value.bytes.toString('hex').slice(0, 80)}` : String(value);
}

/** The same query with every text column as bytes; anything but a SELECT stays as it is. */
function bytesOnly(sql: string): string {
  if (!/^\s*SELECT\b/i.test(sql)) return sql;
  const columns = columnNames(sql).map(
    (name) => `CASE typeof("${name}") WHEN 'text' THEN CAST("${name}" AS BLOB) ELSE "${name}" END AS "${name}"`,
  );
  return `SELECT ${columns.join(', ')} FROM (${sql})`;
}

/** The names of the columns, from the text of the query: libsql itself can't be asked, because it assumes that the schema isn't damaged, either. */
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

/** The same value for binding in a query. */
export function bindable(value: SqlRow[string] | undefined): SqlValue {
  return value instanceof DamagedText ? value.bytes : (value ?? null);
}

/** The row with its text decoded. Gavel stores no bytes of its own, so all bytes are text. */
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
