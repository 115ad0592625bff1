import Database from 'libsql';
import { ConflictError, StoreUnavailableError } from '../../core/errors';
import { openCheckpoints } from './disk/checkpoints';
import { openDisk } from './disk';
import type { Flush } from './disk';
import { bytesOnly, decodeRow } from './stored-text';
import type { SqlRow, SqlValue } from './stored-text';
import { openWrites } from './writes';
import type { Writes } from './writes';

export type { SqlRow, SqlValue } from './stored-text';

/**
 * The one open file: statements are prepared once, every failure becomes an error of the store's contract. What a call here changed is seen by everybody at
 * once
 * and on the disk a moment later: nobody may be told of it before `onDisk` or `mayBeTold` has resolved.
 */
export interface SqliteFile {
  exec(sql: string): void;
  /** Text whose bytes aren't UTF-8 comes as `DamagedText`; the statement begins with SELECT. */
  all(sql: string, ...values: SqlValue[]): SqlRow[];
  get(sql: string, ...values: SqlValue[]): SqlRow | undefined;
  /** How many rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** What may go into one transaction with other writes of the same moment. */
  readonly writes: Writes;
  /** All of `work` or nothing; waits for other writers. */
  transaction<T>(work: () => T): T;
  /** The number of the last change made here. */
  lastChange(): number;
  /** Resolves when this change is on the disk. */
  onDisk(change: number): Promise<void>;
  /** For what was just read: resolves when this change, and whatever other processes have written, is on the disk. */
  mayBeTold(change: number): Promise<void>;
  close(): Promise<void>;
}

const busyTimeoutMs = 5_000;
/** 64 MiB of log. */
const logPages = 16_000;

/** Opens or makes the file: write-ahead log, waiting for other processes instead of failing. */
export function openSqliteFile(file: string, flush?: Flush): SqliteFile {
  const database = guarded(() => new Database(file, { timeout: busyTimeoutMs }));
  guarded(() => {
    // Counts for a file that is begun now; before its first table.
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    // Checkpoints are flushed by SQLite, commits by `disk`.
    database.pragma('synchronous = NORMAL');
    // Only where `checkpoints` could not keep up.
    database.pragma(`wal_autocheckpoint = ${logPages}`);
    // The first read makes the log, and while this connection is open nobody removes it.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  });
  const disk = guarded(() => openDisk(`${file}-wal`, flush));
  const checkpoints = openCheckpoints(file);
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement => {
    let statement = statements.get(sql);
    if (!statement) statements.set(sql, (statement = database.prepare(bytesOnly(sql))));
    return statement;
  };
  // A process that died may have left something that is not on the disk yet.
  let last = disk.committed();
  let othersAt = last;
  let othersVersion: unknown;

  function committed(): void {
    last = disk.committed();
    checkpoints.due();
  }

  /** Another connection has committed since this was asked last. */
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
    exec(sql) {
      guarded(() => database.exec(sql));
      committed();
    },
    all: (sql, ...values) => guarded(() => (prepared(sql).all(values) as SqlRow[]).map(decodeRow)),
    get: (sql, ...values) =>
      guarded(() => {
        const row = prepared(sql).get(values) as SqlRow | undefined;
        return row && decodeRow(row);
      }),
    run(sql, ...values) {
      const { changes } = guarded(() => prepared(sql).run(values));
      if (changes > 0) committed();
      return changes;
    },
    transaction,
    writes,
    lastChange: () => last,
    onDisk: (change) => disk.holds(change),
    async mayBeTold(change) {
      lookForOthers();
      await disk.holds(Math.max(change, othersAt));
    },
    async close() {
      writes.finish();
      await checkpoints.close();
      await disk.close();
      database.close();
    },
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
