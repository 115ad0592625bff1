import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { Circumstance } from '../../workflows';
import type { Deployment } from './contract';
import { auditFromFirstSchema } from './older';
import { isFinal, labelOf, occupies, targetKey } from './record';
import { runTransition } from './run/transitions';
import type { RunEvent } from './run/transitions';
import { requestTransition, startLife } from './transitions';
import type { DeploymentVerdict, RequestEvent } from './transitions';

/** The life of a deployment, from the request to its end. */

export type DeploymentEvent = RequestEvent | RunEvent;

export interface DeploymentContext {
  /** How often a run or a verification is checked. */
  readonly pollMs: number;
}

const slowestLookMs = 15_000;

/** How the store keeps deployments and what becomes of them. One that is under way holds its service and environment. */
export const deploymentWorkflow = defineWorkflow({
  name: 'deployments',
  keyPrefix: 'deployment',
  collection: {
    name: 'deployments',
    schema: 2,
    upgradeEffect: auditFromFirstSchema,
    indexes: {
      number: ({ number }) => number,
      requestedAt: ({ requestedAt }) => requestedAt,
      service: ({ service }) => service,
      environment: ({ environment }) => environment,
      target: targetKey,
      state: ({ state }) => state,
      commit: ({ commit }) => commit,
    },
    queries: [
      { where: ['number'] },
      { orderBy: 'requestedAt' },
      { where: ['service'], orderBy: 'requestedAt' },
      { where: ['environment'], orderBy: 'requestedAt' },
      { where: ['target'], orderBy: 'requestedAt' },
      { where: ['target', 'state'], orderBy: 'requestedAt' },
      { where: ['target', 'state', 'commit'] },
    ],
    // What is open stays.
    expiresAt: (deployment) =>
      isFinal(deployment) ? deployment.stateSince + defaultRetentionMs('deployments') : undefined,
    unique: { occupied: (deployment) => (occupies(deployment) ? targetKey(deployment) : undefined) },
  },
  transition: deploymentTransition,
  isOver: isFinal,
});

/** What becomes of a deployment by an event; a refusal says why nothing does. Pure. */
export function deploymentTransition(
  deployment: Deployment | undefined,
  event: DeploymentEvent,
  { now, pollMs }: DeploymentContext & Pick<Circumstance, 'now'>,
): DeploymentVerdict {
  const verdict = decide(deployment, event, now);
  if ('refused' in verdict) return verdict;
  return { ...verdict, record: { ...verdict.record, wakeAt: nextLookAt(verdict.record, now, pollMs) } };
}

function decide(deployment: Deployment | undefined, event: DeploymentEvent, now: number): DeploymentVerdict {
  if (event.type === 'requested')
    return deployment ? { refused: `${labelOf(deployment)} was requested already.` } : startLife(event.deployment);
  if (!deployment) return { refused: 'That deployment is no longer there. Write deployments to see the latest.' };
  switch (event.type) {
    case 'asked':
    case 'admitted':
    case 'decided':
    case 'cancel':
    case 'lapsed':
    case 'replaced':
      return requestTransition(deployment, event, now);
    default:
      return runTransition(deployment, event, now);
  }
}

/** No look lies further ahead. */
export function longestLookMs(pollMs: number): number {
  return Math.max(pollMs, slowestLookMs);
}

/** When a deployment is to be checked next; undefined: when something happens to it. Pure. */
export function nextLookAt(deployment: Deployment, now: number, pollMs: number): number | undefined {
  if (deployment.rollbackId !== undefined) return undefined;
  const { verifyUntil = 0, looksFailed = 0 } = deployment;
  const within = (waitMs: number): number => Math.max(pollMs, Math.min(slowestLookMs, waitMs));
  const patienceMs = within(pollMs * 2 ** Math.min(10, looksFailed));
  switch (deployment.state) {
    case 'approved':
      if (deployment.heldBy !== undefined) return now + within(pollMs * 10);
      return deployment.waitsFor === undefined ? undefined : now + patienceMs;
    case 'running':
      return deployment.runId === undefined ? undefined : now + patienceMs;
    case 'verifying':
      // The last look comes when the time is over, not a look later.
      return verifyUntil > now ? Math.min(verifyUntil, now + patienceMs) : now + patienceMs;
    case 'unclear':
      return now + within(pollMs * 15);
    default:
      return undefined;
  }
}
