import Database from 'libsql';
import { ConflictError, StoreUnavailableError } from '../../core/errors';

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** The one open file: statements are prepared once, every failure becomes an error of the store's contract. */
export interface SqliteFile {
  exec(sql: string): void;
  all(sql: string, ...values: SqlValue[]): Row[];
  get(sql: string, ...values: SqlValue[]): Row | undefined;
  /** How many rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** All of `work` or nothing; waits for other writers. */
  transaction<T>(work: () => T): T;
  close(): void;
}

const busyTimeoutMs = 5_000;

/** Opens or makes the file: write-ahead log, full sync, waiting for other processes instead of failing. */
export function openSqliteFile(file: string): SqliteFile {
  const database = guarded(() => new Database(file, { timeout: busyTimeoutMs }));
  guarded(() => {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
  });
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = database.prepare(sql)));
    return statement;
  };
  return {
    exec: (sql) => void guarded(() => database.exec(sql)),
    all: (sql, ...values) => guarded(() => prepared(sql).all(...values) as Row[]),
    get: (sql, ...values) => guarded(() => prepared(sql).get(...values) as Row | undefined),
    run: (sql, ...values) => guarded(() => prepared(sql).run(...values).changes),
    transaction: (work) => {
      guarded(() => database.exec('BEGIN IMMEDIATE'));
      try {
        const result = work();
        guarded(() => database.exec('COMMIT'));
        return result;
      } catch (error) {
        if (database.inTransaction) guarded(() => database.exec('ROLLBACK'));
        throw error;
      }
    },
    close: () => void database.close(),
  };
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE')
      throw new ConflictError('Another record holds this key', { cause: error });
    throw new StoreUnavailableError('The embedded store did not answer', { cause: error });
  }
}

/** A table or column name made of declared words only. */
export function sqlName(word: string): string {
  if (!/^[a-z][a-zA-Z0-9-]{0,60}$/.test(word)) throw new Error(`No name for a collection or index: ${word}`);
  return `"${word}"`;
}
