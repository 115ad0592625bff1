import { ConflictError, StoreUnavailableError } from '../../core/errors';

// What the driver's errors mean. They are told apart by their names and codes: the driver is loaded only when it is asked for.

interface DriverError extends Error {
  readonly code?: number | string;
  readonly errorLabels?: readonly string[];
}

const unclearNames = /Network|BulkWrite|WriteConcern|ServerSelection|PoolCleared|WaitQueue|ServerClosed|Topology/;

/**
 * Whether a unique key is taken. Not which one: MongoDB decorates the error with `keyPattern`, compatible engines such as
 * Azure DocumentDB don't, so whoever needs to know looks the record up.
 */
export function isDuplicateKey(error: unknown): boolean {
  return isDriverError(error) && error.code === 11000;
}

/** After this failure nobody knows whether the write was executed. */
export function isUnclear(error: unknown): boolean {
  if (!isDriverError(error)) return false;
  return unclearNames.test(error.name) || (error.errorLabels ?? []).includes('RetryableWriteError');
}

/** The error of the store's contract that this one is; what is not the driver's passes as it is. */
export function storeError(error: unknown): unknown {
  if (!isDriverError(error)) return error;
  if (isDuplicateKey(error)) return new ConflictError('Another record holds this key', { cause: error });
  return new StoreUnavailableError('MongoDB refused the operation', { cause: error });
}

function isDriverError(error: unknown): error is DriverError {
  return error instanceof Error && /^(Mongo|BSON)/.test(error.name);
}

/** One call on the store, from its first attempt to its answer. */
export interface Call {
  /** Waits a little before the next attempt, longer each time and never the same; rejects when the time of the call is over. */
  pause(): Promise<void>;
  /** Throws when the time of the call is over. */
  check(): void;
}

const firstPauseMs = 5;
const longestPauseMs = 400;

/** Answers within the limit, come what may: the person who clicked is waiting. */
export async function withinLimit<T>(limitMs: number, work: (call: Call) => Promise<T>): Promise<T> {
  let isOver = false;
  let pauseMs = firstPauseMs;
  const tooLate = new StoreUnavailableError(`MongoDB didn’t answer within ${limitMs} ms`);
  const call: Call = {
    async pause() {
      call.check();
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      call.check();
    },
    check() {
      if (isOver) throw tooLate;
    },
  };
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isOver = true;
      reject(tooLate);
    }, limitMs);
  });
  try {
    return await Promise.race([work(call), end]);
  } catch (error) {
    throw storeError(error);
  } finally {
    clearTimeout(timer);
  }
}

interface Turn<T> {
  /** The record at a moment after this call began, when an earlier turn learnt it. */
  readonly known: T | undefined;
  /** Performs a read or write and remembers its outcome for those who wait; `undefined` makes them look for themselves. */
  learn<R extends T | undefined>(look: () => Promise<R>): Promise<R>;
}

interface Queue<T> {
  last: Promise<unknown>;
  waiting: number;
  /** What was learnt, by an exchange with the server that began at that moment. */
  learnt: { readonly record: T; readonly begunAt: number } | undefined;
}

/**
 * The calls of this process on one record take turns, and each hands on what it learnt: a thousand clicks on one card cost the server one
 * read and one write. Other processes are kept apart by the version number.
 */
export function createTurns<T>() {
  const queues = new Map<string, Queue<T>>();
  // Counts up with everything that begins: tells what began after what, without a clock.
  let moment = 0;

  return {
    async take<R>(id: string, work: (turn: Turn<T>) => Promise<R>): Promise<R> {
      const calledAt = ++moment;
      const queue = queues.get(id) ?? { last: Promise.resolve(), waiting: 0, learnt: undefined };
      queues.set(id, queue);
      queue.waiting += 1;
      const turn = (): Promise<R> => {
        const learnt = queue.learnt && queue.learnt.begunAt > calledAt ? queue.learnt.record : undefined;
        return work({
          known: learnt,
          async learn(look) {
            const begunAt = ++moment;
            queue.learnt = undefined;
            const record = await look();
            queue.learnt = record === undefined ? undefined : { record, begunAt };
            return record;
          },
        });
      };
      const mine = queue.last.then(turn, turn);
      queue.last = mine;
      try {
        return await mine;
      } finally {
        queue.waiting -= 1;
        if (queue.waiting === 0) queues.delete(id);
      }
    },
  };
}
