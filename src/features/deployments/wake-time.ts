import type { Deployment } from './contract';

const slowestLookMs = 15_000;

/** No look lies further ahead. */
export function longestWakeMs(pollMs: number): number {
  return Math.max(pollMs, slowestLookMs);
}

/** When a deployment wants to be looked at next; undefined: when something happens to it. Pure. */
export function nextWake(deployment: Deployment, now: number, pollMs: number): number | undefined {
  if (deployment.rollbackId !== undefined) return undefined;
  const { verifyUntil = 0 } = deployment;
  const patienceMs = Math.max(pollMs, Math.min(slowestLookMs, pollMs * 2 ** Math.min(10, deployment.looksFailed ?? 0)));
  switch (deployment.state) {
    case 'approved':
      if (deployment.heldBy !== undefined) return now + Math.max(pollMs, Math.min(slowestLookMs, pollMs * 10));
      return deployment.waitsFor === undefined ? undefined : now + patienceMs;
    case 'running':
      return deployment.runId === undefined ? undefined : now + patienceMs;
    case 'verifying':
      // The last look comes when the time is over, not a look later.
      return verifyUntil > now ? Math.min(verifyUntil, now + patienceMs) : now + patienceMs;
    case 'unclear':
      return now + Math.max(pollMs, Math.min(slowestLookMs, pollMs * 15));
    default:
      return undefined;
  }
}
