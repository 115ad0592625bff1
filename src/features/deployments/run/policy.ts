import type { Clock } from '../../../core/time/clock';
import type { Deployment } from '../contract';

/** Runs that are processes of one machine belong to the instance there. */

/** How long a run that nobody follows is left to its own instance before another one asks people what became of it. */
const strandedMs = 5 * 60_000;

/** Why nobody knows what became of such a run. */
export const strandedReason = 'the instance of Gavel that runs it has been silent for five minutes';

/** Whether the run is a process of another instance's machine, where this one can neither find nor follow nor stop it. */
export function isElsewhere({ executor }: Pick<Deployment, 'executor'>, own: string | undefined): boolean {
  return executor !== undefined && executor !== own;
}

/**
 * Tells whether this instance works on a deployment now: its own and everybody's at any time, another one's only once that has let the same
 * moment pass for five minutes. Counted on this instance's own steady clock, so a clock that jumps strands nothing.
 */
export function createOwnership(
  executorOf: (service: string) => string | undefined,
  clock: Pick<Clock, 'elapsed'>,
): (deployment: Deployment, dueAt: number | undefined) => boolean {
  const passed = new Map<number, { readonly dueAt: number | undefined; readonly since: number }>();
  return (deployment, dueAt) => {
    const { number, service, state } = deployment;
    if (state !== 'running' || !isElsewhere(deployment, executorOf(service))) {
      passed.delete(number);
      return true;
    }
    const now = clock.elapsed();
    const known = passed.get(number);
    if (known && known.dueAt === dueAt) return now - known.since > strandedMs;
    passed.set(number, { dueAt, since: now });
    return false;
  };
}
