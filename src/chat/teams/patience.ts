import { SendError } from '../sender';

/** For replies that somebody waits for: a few tries within seconds, never a third message. */

const mostTries = 4;
const longestWaitMs = 5_000;

/** Repeats what surely did nothing; what may have posted is repeated once. Any other failure is the caller's. */
export async function patiently<T>(send: () => Promise<T>): Promise<T> {
  let doubts = 0;
  for (let tries = 1; ; tries++)
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof SendError) || tries >= mostTries) throw error;
      if (error.kind === 'ambiguous' && ++doubts > 1) throw error;
      if (!['rate limited', 'retry', 'ambiguous'].includes(error.kind)) throw error;
      const waitMs = error.retryAfterMs ?? 200 * 2 ** tries;
      if (waitMs > longestWaitMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
}
