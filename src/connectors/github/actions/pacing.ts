import type { Clock } from '../../../core/time/clock';
import type { RunStatus } from '../../contract';

/**
 * Answers with what was last read of a run until it's due again: Gavel looks at runs every second, and GitHub allows some thousand calls in an hour.
 */

const maxKept = 500;
const steps: readonly (readonly [untilMs: number, everyMs: number])[] = [
  [30_000, 2_000],
  [300_000, 5_000],
];
const slowestMs = 15_000;

/** How long an answer counts, by how long the run has been going. */
function pauseOf(ageMs: number): number {
  return steps.find(([untilMs]) => ageMs < untilMs)?.[1] ?? slowestMs;
}

export function createPacing(clock: Clock) {
  const kept = new Map<string, { readonly dueAt: number; readonly status: RunStatus }>();
  return {
    /** The next one is read, whenever that is. */
    forget: (id: string): void => void kept.delete(id),
    async read(id: string, read: () => Promise<RunStatus | undefined>): Promise<RunStatus | undefined> {
      const known = kept.get(id);
      if (known && clock.elapsed() < known.dueAt) return known.status;
      kept.delete(id);
      const status = await read();
      if (!status || status.endedAt !== undefined) return status;
      kept.set(id, { status, dueAt: clock.elapsed() + pauseOf(clock.now() - status.startedAt) });
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - maxKept))) kept.delete(oldest);
      return status;
    },
  };
}
