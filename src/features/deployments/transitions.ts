import type { Person } from '../../chat/contract';
import type { AuditEffect, Change } from '../../workflows';
import type { ApprovalOutcome } from '../approvals';
import type { Deployment, DeploymentState } from './contract';
import { gavel, isAutomatic, labelOf } from './record';

/** The life of a deployment up to its approval, and the steps that its whole life is made of. Pure. */

export type RequestEvent =
  /** It comes into being, as it was requested. */
  | { readonly type: 'requested'; readonly deployment: Deployment }
  /** Its approval is open. */
  | { readonly type: 'asked' }
  /** No approval is needed. */
  | { readonly type: 'admitted' }
  | { readonly type: 'decided'; readonly outcome: ApprovalOutcome }
  | { readonly type: 'cancel'; readonly by: Person }
  /** It can't take effect any more; `reason` is a whole sentence in outside text. */
  | { readonly type: 'lapsed'; readonly reason: string }
  /** Somebody asked for another release there meanwhile. */
  | { readonly type: 'replaced'; readonly by: Successor };

type Successor = Pick<Deployment, 'number' | 'version' | 'requester'>;

/** What must follow from a change of a deployment, beside a line of the audit log. */
interface DeploymentEffect {
  readonly kind:
    | 'ask'
    | 'supersede'
    | 'review'
    | 'withdraw'
    | 'begin'
    | 'start'
    | 'stop'
    | 'card'
    | 'reply'
    | 'health'
    | 'roll back'
    | 'tell original';
}

export type DeploymentChange = Change<Deployment, DeploymentEffect>;

/** Why an event changes nothing, in a sentence that can be shown. */
interface DeploymentRefusal {
  readonly refused: string;
}

export type DeploymentVerdict = DeploymentChange | DeploymentRefusal;

/** The part of a deployment's life before anything runs. */
export function requestTransition(
  deployment: Deployment,
  event: Exclude<RequestEvent, { type: 'requested' }>,
  now: number,
): DeploymentVerdict {
  switch (event.type) {
    case 'asked':
      return deployment.state === 'requested'
        ? { record: enter(deployment, 'awaiting approval', now) }
        : tooLate(deployment);
    case 'admitted':
      return deployment.state === 'requested' ? approve(deployment, [], now, now) : tooLate(deployment);
    case 'decided':
      return decide(deployment, event.outcome, now);
    case 'cancel':
      return cancel(deployment, event.by, now);
    case 'replaced':
      return replace(deployment, event.by, now);
    case 'lapsed':
      return lapse(deployment, event.reason, now);
  }
}

/** A new deployment. What Gavel starts to restore a release takes the place of no request. */
export function startLife(deployment: Deployment): DeploymentChange {
  return advance(
    deployment,
    audit(deployment, 'requested'),
    { kind: 'ask' },
    ...(isAutomatic(deployment) ? [] : [{ kind: 'supersede' } as const]),
    ...(deployment.emergency ? [{ kind: 'review' } as const] : []),
  );
}

/** The decision may come before this record knows that its approval is open. */
function decide(deployment: Deployment, outcome: ApprovalOutcome, now: number): DeploymentVerdict {
  if (!isWaiting(deployment)) return tooLate(deployment);
  if (outcome.state === 'approved') return approve(deployment, outcome.by, outcome.at, now);
  if (outcome.state === 'lapsed') return lapse(deployment, outcome.reason, now);
  if (outcome.state === 'rejected') return end(deployment, 'rejected', now, { by: outcome.by, reason: outcome.reason });
  return end(deployment, 'expired', now, { reason: 'nobody decided in time' });
}

function approve(deployment: Deployment, by: readonly Person[], approvedAt: number, now: number): DeploymentChange {
  const approved = { ...enter(deployment, 'approved', now), approvedBy: by, approvedAt };
  return advance(approved, { kind: 'card' }, { kind: 'begin' });
}

/** What has not begun ends, and its requester is told. It doesn't begin later, even if the reason goes away. */
function lapse(deployment: Deployment, reason: string, now: number): DeploymentVerdict {
  if (!isWaiting(deployment) && deployment.state !== 'approved') return tooLate(deployment);
  const ended = end(deployment, 'cancelled', now, { reason });
  return deployment.state === 'awaiting approval' ? andThen(ended, { kind: 'withdraw' }) : ended;
}

function isWaiting({ state }: Deployment): boolean {
  return state === 'requested' || state === 'awaiting approval';
}

/** A newer request takes the place of one that nobody has approved. Ending more than that is for those who may cancel it. */
function replace(deployment: Deployment, by: Successor, now: number): DeploymentVerdict {
  if (!isWaiting(deployment) || deployment.emergency || isAutomatic(deployment)) return tooLate(deployment);
  const reason = `${labelOf(by)} asks for ${by.version} instead`;
  return andThen(end(deployment, 'superseded', now, { by: by.requester, reason }), { kind: 'withdraw' });
}

function cancel(deployment: Deployment, by: Person, now: number): DeploymentVerdict {
  const label = labelOf(deployment);
  switch (deployment.state) {
    case 'requested':
    case 'awaiting approval':
      return andThen(end(deployment, 'cancelled', now, { by, reason: '' }), { kind: 'withdraw' });
    case 'approved':
      return end(deployment, 'cancelled', now, { by, reason: '' });
    case 'running':
      if (deployment.rollbackId)
        return { refused: `${label} has failed and is being put back, so there is nothing left to cancel.` };
      if (deployment.cancelRequestedBy)
        return { refused: `${label} is being cancelled already. Its card says how far it is.` };
      return advance(
        { ...deployment, cancelRequestedBy: by },
        audit(deployment, 'cancel asked', { who: by.id, at: now }),
        ...(deployment.runId === undefined ? [] : [{ kind: 'stop' } as const]),
        { kind: 'card' },
      );
    case 'verifying':
      return {
        refused: `${label} serves already, so it can't be cancelled. Roll back instead: rollback ${deployment.service} in ${deployment.environment}.`,
      };
    case 'unclear':
      return {
        refused: `Nobody knows yet whether ${label} ran. Say on its card what became of it, then it can be ended.`,
      };
    default:
      return tooLate(deployment);
  }
}

/** The record with what follows, in this order. */
export function advance(record: Deployment, ...effects: readonly (DeploymentEffect | AuditEffect)[]): DeploymentChange {
  return { record, effects };
}

/** The same change, with more that follows from it. */
function andThen({ record, effects = [] }: DeploymentChange, ...more: DeploymentEffect[]): DeploymentChange {
  return { record, effects: [...effects, ...more] };
}

/** In another state since now. */
export function enter(deployment: Deployment, state: DeploymentState, now: number): Deployment {
  return { ...deployment, state, stateSince: now, looksFailed: 0 };
}

/** Ended for good, with every message that must follow: each once, and from one deployment only. */
export function end(
  deployment: Deployment,
  state: DeploymentState,
  now: number,
  { by, reason }: { readonly by?: Person | undefined; readonly reason: string },
): DeploymentChange {
  const early = deployment.state === 'requested' && ({ early: true } as const);
  const over = { ...enter(deployment, state, now), ended: { by, reason, at: now, ...early } };
  const ended = advance(
    over,
    audit(deployment, 'ended', { who: by?.id ?? gavel.id, outcome: state, at: now }),
    ...(deployment.approvedAt === undefined ? [] : [{ kind: 'card' } as const]),
  );
  if (isAutomatic(deployment)) return andThen(ended, { kind: 'tell original' });
  const isOwnDoing = state === 'cancelled' && by?.id === deployment.requester.id && deployment.runId === undefined;
  return andThen(
    ended,
    ...(isOwnDoing ? [] : [{ kind: 'reply' } as const]),
    ...(deployment.runId !== undefined && state !== 'cancelled' ? [{ kind: 'health' } as const] : []),
  );
}

/** The event came too late, or before its time. */
export function tooLate(deployment: Deployment): DeploymentRefusal {
  const { state, ended } = deployment;
  const by = ended?.by ? ` by ${ended.by.name}` : '';
  return { refused: `${labelOf(deployment)} is ${state}${by} already, so nothing was changed.` };
}

const auditedAs = {
  requested: 'deployments.request',
  started: 'deployments.start',
  'cancel asked': 'deployments.cancel',
  unclear: 'deployments.unclear',
  settled: 'deployments.settle',
  rollback: 'deployments.rollback',
  ended: 'deployments.end',
} as const;

export type AuditStep = keyof typeof auditedAs;

interface StepTaken {
  readonly at?: number;
  /** A person id; Gavel by default. */
  readonly who?: string;
  /** The step itself by default. */
  readonly outcome?: string;
}

/** The line of the audit log about one step. A request is recorded as it was made, whatever became of it since. */
export function audit(
  deployment: Deployment,
  step: AuditStep,
  { at = deployment.stateSince, who = gavel.id, outcome = step }: StepTaken = {},
): AuditEffect {
  const { service, environment, version, kind, requester, requestedAt, placeId, correlationId, reason } = deployment;
  const line = {
    kind: 'audit',
    at,
    who,
    what: auditedAs[step],
    target: `${labelOf(deployment)} ${service} in ${environment}`,
    from: placeId,
    outcome,
    detail: { kind, version },
    correlationId,
  } as const;
  if (step !== 'requested') return line;
  const detail = { ...line.detail, ...(reason !== '' && { reason }) };
  return { ...line, at: requestedAt, who: requester.id, detail };
}
