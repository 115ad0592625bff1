import { closeSync, fdatasync, openSync } from 'node:fs';
import Database from 'libsql/promise';
import { StoreUnavailableError } from '../../core/errors';

export type Flush = (descriptor: number, done: (error: NodeJS.ErrnoException | null) => void) => void;

/**
 * When what was written is on the disk. SQLite appends each commit to its log without waiting; one flush of that log, beside the event loop, then
 * makes all commits durable that came before it. So thirty people who write at once wait for one flush instead of thirty, and nobody else waits at
 * all.
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
      // After a failed flush the system may forget what it could not write and call the next one good: only a restart finds out what is there.
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
    /** Calls `work` when the flush that is underway has ended, soon when none is: whoever commits earlier waits for the same next flush. */
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

/** What stands in the log so long is written into the file once, however often it changes. */
const pauseMs = 500;

/**
 * SQLite moves its log into the file in the middle of some commit, and everybody waits for the disk. Here it is done on another connection, beside
 * the event loop. What fails is done by the next one or, when the log has grown long, by a commit.
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
    /** Resolves when none is underway any more. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await underway;
      database?.close();
      database = undefined;
    },
  };
}

/** Puts writes of the same moment into one transaction: each one alone costs a commit and whole pages of the log. */
export function openWrites(
  file: { transaction<T>(work: () => T): T; lastChange(): number },
  disk: Pick<ReturnType<typeof openDisk>, 'afterFlush'>,
) {
  /** Each gives back how its outcome is told once everything is committed. */
  let waiting: { carryOut(): (change: number) => void; reject(error: unknown): void }[] = [];

  /** Carries out what still waits. */
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
     * Carries out `work`, at most one changing statement, soon; resolves with what it gives when that is committed, rejects with what it throws,
     * which undoes nothing else. `committed` hears the number of the change before anybody else can read it.
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
              // What the store itself could not do concerns all of them.
              if (error instanceof StoreUnavailableError) throw error;
              return () => reject(error as Error);
            }
          },
        });
      }),
    finish,
  };
}
