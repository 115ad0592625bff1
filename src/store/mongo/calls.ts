import { ConflictError, StoreUnavailableError } from '../../core/errors';

// The meaning of the driver's errors, by their names and codes, because the driver is loaded only when it is needed.

interface DriverError extends Error {
  readonly code?: number | string;
  readonly errorLabels?: readonly string[];
}

const unclearNames = /Network|BulkWrite|WriteConcern|ServerSelection|PoolCleared|WaitQueue|ServerClosed|Topology/;

/**
 * Whether a unique key is taken. Not which one: MongoDB adds `keyPattern` to the error, but compatible engines such as Azure DocumentDB don't, so
 * callers who need to know look up the record.
 */
export function isDuplicateKey(error: unknown): boolean {
  return isDriverError(error) && error.code === 11000;
}

/** After this failure, nobody knows whether the write was executed. */
export function isUnclear(error: unknown): boolean {
  if (!isDriverError(error)) return false;
  return unclearNames.test(error.name) || (error.errorLabels ?? []).includes('RetryableWriteError');
}

/** The corresponding error of the store's contract; errors that aren't the driver's stay as they are. */
export function storeError(error: unknown): unknown {
  if (!isDriverError(error)) return error;
  if (isDuplicateKey(error)) return new ConflictError('Another record holds this key', { cause: error });
  return new StoreUnavailableError('MongoDB refused the operation', { cause: error });
}

function isDriverError(error: unknown): error is DriverError {
  return error instanceof Error && /^(Mongo|BSON)/.test(error.name);
}

/** One call to the store, from its first attempt to its answer. */
export interface Call {
  /** Waits before the next attempt, longer each time and with jitter; rejects when the time of the call is over. */
  pause(): Promise<void>;
  /** Throws when the time of the call is over. */
  check(): void;
}

const firstPauseMs = 5;
const longestPauseMs = 400;

/** Answers within the limit in any case: the person who clicked is waiting. */
export async function withinLimit<T>(limitMs: number, work: (call: Call) => Promise<T>): Promise<T> {
  let isOver = false;
  let pauseMs = firstPauseMs;
  const tooLate = new StoreUnavailableError(`MongoDB didn’t respond within ${limitMs} ms`);
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
  /** The record at a moment after this call began, if an earlier call read it. */
  readonly known: T | undefined;
  /** Performs a read or write and remembers its result for the calls that wait; `undefined` makes them read again. */
  learn<R extends T | undefined>(look: () => Promise<R>): Promise<R>;
}

interface Queue<T> {
  last: Promise<unknown>;
  waiting: number;
  /** What was read, by an exchange with the server that began at that moment. */
  learnt: { readonly record: T; readonly begunAt: number } | undefined;
}

/**
 * The calls of this process on one record take turns, and each passes on what it read: a thousand clicks on one card cost the server one read and one
 * write. The version number protects against other processes.
 */
export function createTurns<T>() {
  const queues = new Map<string, Queue<T>>();
  // Counts everything that begins, to tell without a clock what began after what.
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
