import { withTimeLimit } from '../core/concurrency';
import type { Logger } from '../core/telemetry/logger';

/**
 * A part of the process, by when it is to have ended, counted from the beginning of the end in milliseconds, and how it ends. One that needs longer is
 * left behind: what matters stands in the store, and others go on with it.
 */
export type StopStep = readonly [what: string, byMs: number, end: () => Promise<unknown>];

const minMs = 50;

/** Ends the parts one after the other. One that fails or hangs keeps none of the others from ending; the first failure is told at the end. */
export async function stopInOrder(logger: Logger, endings: readonly StopStep[]): Promise<void> {
  const begun = performance.now();
  const failures: unknown[] = [];
  for (const [what, byMs, end] of endings) {
    const ended = end().then(
      () => true,
      (error: unknown) => {
        logger.error({ error, what }, 'A part did not stop cleanly');
        failures.push(error);
        return true;
      },
    );
    const leftMs = Math.max(minMs, byMs - (performance.now() - begun));
    if (!(await withTimeLimit(ended, leftMs)))
      logger.warn({ what, byMs }, 'A part did not stop in time and is left behind');
  }
  if (failures.length > 0) throw failures[0];
}
