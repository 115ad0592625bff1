import Database from 'libsql/promise';
import { closeSync, fdatasync, openSync } from 'node:fs';
import { StoreUnavailableError } from '../../../core/errors';

/**
 * When what was written is on the disk. SQLite appends each commit to its log without waiting; one flush of that log, beside the event loop, then makes all
 * commits durable that came before it. So thirty people who write at once wait for one flush instead of thirty, and nobody else waits at all.
 */
export interface Disk {
  /** Counts a commit. */
  committed(): number;
  /** Resolves when commit number `upTo` is on the disk; rejects with `StoreUnavailableError`. */
  holds(upTo: number): Promise<void>;
  /** Calls `work` when the flush that is underway has ended, soon when none is: whoever commits earlier waits for the same next flush. */
  afterFlush(work: () => void): void;
  close(): Promise<void>;
}

export type Flush = (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => void;

interface Waiting {
  readonly upTo: number;
  resolve(): void;
  reject(error: Error): void;
}

export function openDisk(logFile: string, flush: Flush = fdatasync): Disk {
  const descriptor = openSync(logFile, 'r+');
  let commits = 0;
  let durable = 0;
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let next: (() => void)[] = [];
  let broken: StoreUnavailableError | undefined;
  let closed = false;

  function goOn(): void {
    const begun = next;
    next = [];
    for (const work of begun) setImmediate(work);
  }

  async function flushAll(): Promise<void> {
    while (waiting.length > 0) {
      const covers = commits;
      const error = await new Promise<Error | null>((resolve) => flush(descriptor, resolve));
      // After a failed flush the system may forget what it could not write and call the next one good: only a restart finds out what is there.
      if (error)
        broken ??= new StoreUnavailableError('The embedded store could not write to its disk', { cause: error });
      else durable = covers;
      const told = waiting;
      waiting = [];
      goOn();
      for (const each of told) {
        if (broken) each.reject(broken);
        else if (each.upTo <= durable) each.resolve();
        else waiting.push(each);
      }
    }
  }

  return {
    committed: () => ++commits,
    async holds(upTo) {
      if (broken) throw broken;
      if (upTo <= durable) return;
      const told = new Promise<void>((resolve, reject) => waiting.push({ upTo, resolve, reject }));
      flushing ??= flushAll().finally(() => {
        flushing = undefined;
        goOn();
      });
      return told;
    },
    afterFlush(work) {
      if (flushing) next.push(work);
      else setImmediate(work);
    },
    async close() {
      await flushing;
      if (closed) return;
      closed = true;
      broken ??= new StoreUnavailableError('The embedded store is closed');
      closeSync(descriptor);
    },
  };
}

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
