import type { Person } from '../../chat/contract';
import type { ApprovalOutcome } from '../approvals';
import type { Deployment } from './contract';
import { end, enter, follow } from './effects';
import { runLife } from './life-run';
import type { RunEvent } from './life-run';
import { isAutomatic, labelOf } from './record';
import { over } from './refusal';
import type { Refusal } from './refusal';

/** The life of a deployment: (record, event, now) -> record | refusal. Pure; everything it causes is in `pending`. */

export type DeploymentEvent =
  /** Its approval is open. */
  | { readonly type: 'asked' }
  /** No approval is needed. */
  | { readonly type: 'admitted' }
  | { readonly type: 'decided'; readonly outcome: ApprovalOutcome }
  | { readonly type: 'cancel'; readonly by: Person }
  /** It can't take effect any more; `reason` is a whole sentence in outside text. */
  | { readonly type: 'lapsed'; readonly reason: string }
  /** Somebody asked for another release there meanwhile. */
  | { readonly type: 'replaced'; readonly by: Pick<Deployment, 'number' | 'version' | 'requester'> }
  | RunEvent;

/** What becomes of a deployment by an event; a refusal says why nothing does. */
export function next(deployment: Deployment, event: DeploymentEvent, now: number): Deployment | Refusal {
  switch (event.type) {
    case 'asked':
      return deployment.state === 'requested' ? enter(deployment, 'awaiting approval', now) : over(deployment);
    case 'admitted':
      return deployment.state === 'requested' ? approve(deployment, [], now, now) : over(deployment);
    case 'decided':
      return decide(deployment, event.outcome, now);
    case 'cancel':
      return cancel(deployment, event.by, now);
    case 'replaced':
      return replaced(deployment, event.by, now);
    case 'lapsed':
      return lapse(deployment, event.reason, now);
    default:
      return runLife(deployment, event, now);
  }
}

/** The decision may come before this record knows that its approval is open. */
function decide(deployment: Deployment, outcome: ApprovalOutcome, now: number): Deployment | Refusal {
  if (deployment.state !== 'requested' && deployment.state !== 'awaiting approval') return over(deployment);
  if (outcome.state === 'approved') return approve(deployment, outcome.by, outcome.at, now);
  if (outcome.state === 'lapsed') return lapse(deployment, outcome.reason, now);
  if (outcome.state === 'rejected') return end(deployment, 'rejected', now, { by: outcome.by, reason: outcome.reason });
  return end(deployment, 'expired', now, { reason: 'nobody decided in time' });
}

function approve(deployment: Deployment, by: readonly Person[], approvedAt: number, now: number): Deployment {
  const approved = { ...enter(deployment, 'approved', now), approvedBy: by, approvedAt };
  return follow(approved, now, { kind: 'card' }, { kind: 'begin' });
}

/** What has not begun ends, and its requester is told; nothing begins by itself if things are as they were again. */
function lapse(deployment: Deployment, reason: string, now: number): Deployment | Refusal {
  if (!isWaiting(deployment) && deployment.state !== 'approved') return over(deployment);
  const ended = end(deployment, 'cancelled', now, { reason });
  return deployment.state === 'awaiting approval' ? follow(ended, now, { kind: 'withdraw' }) : ended;
}

function isWaiting({ state }: Deployment): boolean {
  return state === 'requested' || state === 'awaiting approval';
}

/** A newer request takes the place of one that nobody has approved. Ending more than that is for those who may cancel it. */
function replaced(
  deployment: Deployment,
  by: Pick<Deployment, 'number' | 'version' | 'requester'>,
  now: number,
): Deployment | Refusal {
  if (!isWaiting(deployment) || deployment.emergency || isAutomatic(deployment)) return over(deployment);
  const reason = `${labelOf(by)} asks for ${by.version} instead`;
  return follow(end(deployment, 'superseded', now, { by: by.requester, reason }), now, { kind: 'withdraw' });
}

function cancel(deployment: Deployment, by: Person, now: number): Deployment | Refusal {
  const label = labelOf(deployment);
  switch (deployment.state) {
    case 'requested':
    case 'awaiting approval':
      return follow(end(deployment, 'cancelled', now, { by, reason: '' }), now, { kind: 'withdraw' });
    case 'approved':
      return end(deployment, 'cancelled', now, { by, reason: '' });
    case 'running':
      if (deployment.rollbackId)
        return { refused: `${label} has failed and is being put back, so there is nothing left to cancel.` };
      if (deployment.cancelRequestedBy)
        return { refused: `${label} is being cancelled already. Its card says how far it is.` };
      return follow(
        { ...deployment, cancelRequestedBy: by },
        now,
        { kind: 'audit', step: 'cancel asked', who: by.id, at: now },
        ...(deployment.runId === undefined ? [] : [{ kind: 'stop' } as const]),
        { kind: 'card' },
      );
    case 'verifying':
      return {
        refused: `${label} serves already, so it can not be cancelled. Roll back instead: rollback ${deployment.service} in ${deployment.environment}.`,
      };
    case 'unclear':
      return {
        refused: `Nobody knows yet whether ${label} ran. Say on its card what became of it, then it can be ended.`,
      };
    default:
      return over(deployment);
  }
}
