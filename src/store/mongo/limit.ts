import { StoreUnavailableError } from '../../core/errors';
import { storeError } from './failures';

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
  const tooLate = new StoreUnavailableError(`MongoDB did not answer in ${limitMs} ms`);
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
