import Database from 'libsql/promise';

/**
 * SQLite moves its log into the file in the middle of some commit, and everybody waits for the disk. Here it is done on another connection, beside the event
 * loop.
 */
interface Checkpoints {
  /** Something was committed. */
  due(): void;
  /** Resolves when none is underway any more. */
  close(): Promise<void>;
}

/** What stands in the log so long is written into the file once, however often it changes. */
const pauseMs = 500;

/** What fails here is done by the next one or, when the log has grown long, by a commit. */
export function openCheckpoints(file: string): Checkpoints {
  let database: Database | undefined;
  let timer: NodeJS.Timeout | undefined;
  let underway: Promise<void> | undefined;
  let closed = false;

  async function checkpoint(): Promise<void> {
    database ??= new Database(file, {});
    const statement = await database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    await statement.all();
  }

  function begin(): void {
    timer = undefined;
    underway = checkpoint()
      .catch(() => undefined)
      .finally(() => (underway = undefined));
  }

  return {
    due() {
      if (timer || underway || closed) return;
      timer = setTimeout(begin, pauseMs).unref();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await underway;
      database?.close();
      database = undefined;
    },
  };
}
