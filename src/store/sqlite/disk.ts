import { closeSync, fdatasync, openSync } from 'node:fs';
import Database from 'libsql/promise';
import { StoreUnavailableError } from '../../core/errors';

export type Flush = (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => void;

/**
 * Knows when writes are on disk. SQLite appends each commit to its log without waiting; one flush of that log, off the event loop, then makes all
 * earlier commits durable. So thirty people who write at once wait for one flush instead of thirty, and nobody else waits at all.
 */
export function openDisk(logFile: string, flush: Flush = fdatasync) {
  const descriptor = openSync(logFile, 'r+');
  let commits = 0;
  let durable = 0;
  let waiting: { readonly upTo: number; resolve(): void; reject(error: Error): void }[] = [];
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
      // After a failed flush, the system may forget what it couldn't write and report success for the next one: only a restart finds out what is there.
      if (error)
        broken ??= new StoreUnavailableError('The embedded store couldn’t write to its disk', { cause: error });
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
    /** Counts a commit. */
    committed: () => ++commits,
    /** Resolves when commit number `upTo` is on the disk; rejects with `StoreUnavailableError`. */
    async holds(upTo: number): Promise<void> {
      if (broken) throw broken;
      if (upTo <= durable) return;
      const told = new Promise<void>((resolve, reject) => waiting.push({ upTo, resolve, reject }));
      flushing ??= flushAll().finally(() => {
        flushing = undefined;
        goOn();
      });
      return told;
    },
    /** Calls `work` when the current flush has ended, or soon if there is none: everything committed before then waits for the same next flush. */
    afterFlush(work: () => void): void {
      if (flushing) next.push(work);
      else setImmediate(work);
    },
    async close(): Promise<void> {
      await flushing;
      if (closed) return;
      closed = true;
      broken ??= new StoreUnavailableError('The embedded store is closed');
      closeSync(descriptor);
    },
  };
}

/** Pages that stay in the log for this long are written to the file once, however often they change. */
const pauseMs = 500;

/**
 * SQLite would move its log into the file in the middle of some commit, and everybody would wait for the disk. This does it on another connection,
 * off the event loop. After a failure, the next one does it, or a commit if the log has grown long.
 */
export function openCheckpoints(file: string) {
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
    /** Something was committed. */
    due(): void {
      if (timer || underway || closed) return;
      timer = setTimeout(begin, pauseMs).unref();
    },
    /** Resolves when none is in progress anymore. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await underway;
      database?.close();
      database = undefined;
    },
  };
}

/** Puts writes of the same moment into one transaction: separately, each would cost a commit and whole pages of the log. */
export function openWrites(
  file: { transaction<T>(work: () => T): T; lastChange(): number },
  disk: Pick<ReturnType<typeof openDisk>, 'afterFlush'>,
) {
  /** Each returns how to report its outcome once everything is committed. */
  let waiting: { carryOut(): (change: number) => void; reject(error: unknown): void }[] = [];

  /** Carries out what is still waiting. */
  function finish(): void {
    const group = waiting;
    waiting = [];
    const [only] = group;
    if (!only) return;
    try {
      const carryOutAll = (): ((change: number) => void)[] => group.map((each) => each.carryOut());
      const outcomes = group.length === 1 ? carryOutAll() : file.transaction(carryOutAll);
      const change = file.lastChange();
      for (const tell of outcomes) tell(change);
    } catch (error) {
      for (const each of group) each.reject(error);
    }
  }

  return {
    /**
     * Carries out `work`, at most one changing statement, soon. Resolves with its result once that is committed, and rejects with what it throws, which
     * undoes nothing else. `committed` gets the number of the change before anybody else can read it.
     */
    add: <T>(work: () => T, committed: (change: number) => void): Promise<T> =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) disk.afterFlush(finish);
        waiting.push({
          reject,
          carryOut() {
            try {
              const result = work();
              return (change) => {
                committed(change);
                resolve(result);
              };
            } catch (error) {
              // A failure of the store itself affects all of them.
              if (error instanceof StoreUnavailableError) throw error;
              return () => reject(error as Error);
            }
          },
        });
      }),
    finish,
  };
}
