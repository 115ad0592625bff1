import { withTimeLimit } from '../core/concurrency';
import type { Logger } from '../core/telemetry/logger';

/**
 * A part of the process, its deadline in milliseconds after the stop began, and how it stops. A part that needs longer is abandoned: everything
 * important is in the store, and another process continues it.
 */
export type StopStep = readonly [what: string, byMs: number, end: () => Promise<unknown>];

const minMs = 50;

/** Stops the parts one after another. If one fails or hangs, the others still stop; the first failure is thrown at the end. */
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
