import { SendError } from '../../sender';

/** For what somebody waits for: a few tries within seconds, then the outbox has the time. */

const maxTries = 4;
const longestWaitMs = 5_000;

/** Repeats what surely did nothing. Any other failure is the caller's, a post of unknown outcome too: it's repeated only once Teams is known to be back. */
export async function retryBriefly<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof SendError) || error.kind !== 'retry' || tries >= maxTries) throw error;
      const waitMs = error.retryAfterMs ?? 200 * 2 ** tries;
      if (waitMs > longestWaitMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
}
