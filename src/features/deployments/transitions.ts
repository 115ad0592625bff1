import type { Person } from '../../chat/contract';
import { lookUp } from '../../core/keys';
import type { AuditEffect, Change } from '../../workflows';
import type { ApprovalOutcome } from '../approvals';
import type { Deployment, DeploymentState, Successor } from './contract';
import type { RunEvent } from './run/transitions';
import { describeState, gavel, isAutomatic, isWaiting, labelOf, waitsForApproval } from './store';

/** A deployment's life up to its approval, and the steps of its whole life. Pure. */

type RequestEvent =
  /** Its approval is open. */
  | { readonly type: 'asked' }
  /** No approval is needed. */
  | { readonly type: 'admitted' }
  | { readonly type: 'decided'; readonly outcome: ApprovalOutcome }
  | { readonly type: 'cancel'; readonly by: Person; readonly reason?: string }
  /** It can't take effect anymore; `reason` is a complete sentence of outside text. */
  | { readonly type: 'lapsed'; readonly reason: string }
  /** Somebody requested another release there in the meantime. */
  | { readonly type: 'replaced'; readonly by: NewerRequest }
  /** Its approval, or one that its run waits for, has changed: a vote, a reminder, another approver. */
  | { readonly type: 'approval changed' }
  /** The ticket about it has changed. */
  | { readonly type: 'ticket changed' }
  /** Its release is no longer live. */
  | { readonly type: 'outlived'; readonly by: NonNullable<Deployment['replacedBy']> };

/** The events of an existing deployment. */
export type StepEvent = RequestEvent | RunEvent;

export type DeploymentEvent =
  /** It is created as requested. */
  { readonly type: 'requested'; readonly deployment: Deployment } | StepEvent;

type NewerRequest = Successor & Pick<Deployment, 'requester'>;

type RequestEffect = 'ask' | 'supersede' | 'review' | 'withdraw' | 'begin' | 'retire';
type RunEffect = 'start' | 'stop' | 'roll back' | 'tell original';
type MessageEffect = 'card' | 'reply' | 'health';
/** What must follow from a change of a deployment, besides a line in the audit log. */
type EffectKind = RequestEffect | RunEffect | MessageEffect;

export type DeploymentChange = Change<Deployment, { readonly kind: EffectKind }>;

/** A change, or why an event changes nothing, in a sentence for people. */
export type DeploymentVerdict = DeploymentChange | { readonly refused: string };

/** The next state of a deployment after one kind of event. */
export type LifeStep<Event> = (deployment: Deployment, event: Event, now: number) => DeploymentVerdict;
export type LifeSteps<Event extends StepEvent> = {
  readonly [Type in Event['type']]: LifeStep<Extract<Event, { readonly type: Type }>>;
};

/** The part of a deployment's life before anything runs. */
export const requestSteps: LifeSteps<RequestEvent> = {
  asked: (deployment, _event, now) =>
    deployment.state === 'requested' ? { record: enter(deployment, 'awaiting approval', now) } : tooLate(deployment),
  admitted: (deployment, _event, now) =>
    deployment.state === 'requested' ? approve(deployment, [], now, now) : tooLate(deployment),
  decided: decide,
  cancel,
  replaced: replace,
  lapsed: lapse,
  'approval changed': (deployment) =>
    isWaiting(deployment) || waitsForApproval(deployment) ? advance(deployment, 'card') : tooLate(deployment),
  'ticket changed': (deployment) => advance(deployment, 'card'),
  outlived: (deployment, { by }) =>
    isLive(deployment) ? advance({ ...deployment, replacedBy: by }, 'card') : tooLate(deployment),
};

/** Whether its release was still live when it ended, as far as is known. */
export function isLive({ state, version, left, replacedBy }: Deployment): boolean {
  if (replacedBy !== undefined) return false;
  return state === 'succeeded' || (state === 'failed' && left?.version === version);
}

/** A new deployment. What Gavel starts to restore a release replaces no request. */
export function startLife(deployment: Deployment): DeploymentChange {
  const others = !isAutomatic(deployment) && 'supersede';
  return advance(deployment, audit(deployment, 'requested'), 'ask', others, deployment.emergency && 'review');
}

/** The decision can come before this record knows that its approval is open. */
function decide(deployment: Deployment, { outcome }: { outcome: ApprovalOutcome }, now: number): DeploymentVerdict {
  if (!isWaiting(deployment)) return tooLate(deployment);
  if (outcome.state === 'approved') return approve(deployment, outcome.by, outcome.at, now);
  if (outcome.state === 'lapsed') return lapse(deployment, outcome, now);
  if (outcome.state === 'rejected') return end(deployment, 'rejected', now, { by: outcome.by, reason: outcome.reason });
  return end(deployment, 'expired', now, { reason: 'it wasn’t approved in time' });
}

function approve(deployment: Deployment, by: readonly Person[], approvedAt: number, now: number): DeploymentChange {
  const approved = { ...enter(deployment, 'approved', now), approvedBy: by, approvedAt };
  return advance(approved, 'card', 'begin');
}

/** A deployment that hasn't started ends, and its requester is told. It doesn't start later, even if the reason goes away. */
function lapse(deployment: Deployment, { reason }: { reason: string }, now: number): DeploymentVerdict {
  if (!isWaiting(deployment) && deployment.state !== 'approved') return tooLate(deployment);
  return end(deployment, 'cancelled', now, { reason }, deployment.state === 'awaiting approval' && 'withdraw');
}

/** A newer request replaces one that nobody has approved. Ending more than that is up to people who can cancel it. */
function replace(deployment: Deployment, { by }: { by: NewerRequest }, now: number): DeploymentVerdict {
  if (!isWaiting(deployment) || deployment.emergency || isAutomatic(deployment)) return tooLate(deployment);
  const { number, version, requester } = by;
  const ending = { by: requester, reason: `superseded by ${labelOf(by)}`, successor: { number, version } };
  return end(deployment, 'superseded', now, ending, 'withdraw');
}

function cancel(
  deployment: Deployment,
  { by, reason = '' }: { by: Person; reason?: string },
  now: number,
): DeploymentVerdict {
  const { state, kind, service, environment, version, runId } = deployment;
  const label = labelOf(deployment);
  if (isWaiting(deployment)) return end(deployment, 'cancelled', now, { by, reason }, 'withdraw');
  if (state === 'approved') return end(deployment, 'cancelled', now, { by, reason });
  if (state === 'verifying' && kind === 'rollback')
    return {
      refused: `${version} is already live again in ${environment}, so ${label} can’t be canceled. To see what’s available, type “rollback ${service} in ${environment}”.`,
    };
  if (state === 'unclear')
    return {
      refused: `Gavel can’t tell whether ${label} ran. Nothing was canceled. Answer the question on its card first.`,
    };
  if (state !== 'running' && state !== 'verifying') return tooLate(deployment);
  if (deployment.rollbackId)
    return { refused: `${label} is already being rolled back, so there is nothing left to cancel.` };
  if (deployment.cancelRequestedBy)
    return { refused: `${label} is already being canceled. Its card shows the progress.` };
  return advance(
    { ...deployment, cancelRequestedBy: by, ...(reason !== '' && { cancelReason: reason }) },
    audit(deployment, 'cancel asked', { who: by.id, at: now, why: reason }),
    state === 'running' && runId !== undefined && 'stop',
    'card',
  );
}

/** The record with its effects, in this order; false ones are skipped. */
export function advance(
  record: Deployment,
  ...effects: readonly (EffectKind | AuditEffect | false | undefined)[]
): DeploymentChange {
  return { record, effects: effects.flatMap((each) => (typeof each === 'string' ? { kind: each } : each || [])) };
}

/** Enters another state now. */
export function enter(deployment: Deployment, state: DeploymentState, now: number): Deployment {
  return { ...deployment, state, stateSince: now, looksFailed: 0 };
}

type Ending = Pick<NonNullable<Deployment['ended']>, 'reason' | 'successor' | 'neverRan'> & {
  readonly by?: Person | undefined;
};

/** Ended for good, with every message that must follow: each once, and from one deployment only. */
export function end(
  deployment: Deployment,
  state: DeploymentState,
  now: number,
  { by, reason, ...facts }: Ending,
  ...more: readonly (EffectKind | false)[]
): DeploymentChange {
  const { runId, requester } = deployment;
  const early = deployment.state === 'requested' && ({ early: true } as const);
  const isDropped = state === 'cancelled' || state === 'superseded';
  const isOwnDoing = isDropped && by?.id === requester.id && runId === undefined;
  const hasRun = runId !== undefined && !isDropped;
  const messages = [!isOwnDoing && 'reply', hasRun && 'health'] as const;
  const ended = { ...enter(deployment, state, now), ended: { by, reason, at: now, ...facts, ...early } };
  return advance(
    ended,
    audit(deployment, 'ended', {
      ...{ who: by?.id ?? gavel.id, outcome: state, at: now },
      why: by && state === 'cancelled' ? reason : '',
    }),
    'card',
    ...(isAutomatic(deployment) ? (['tell original'] as const) : messages),
    deployment.emergency && 'review',
    !isAutomatic(deployment) && isLive(ended) && 'retire',
    ...more,
  );
}

const endings: Readonly<Record<string, string>> = {
  succeeded: 'has already succeeded',
  failed: 'has already failed',
  expired: 'has already expired',
  cancelled: 'was already canceled',
  rejected: 'was already rejected',
  'rolled back': 'was already rolled back',
  superseded: 'was already superseded',
};

/** The event came too late or too early. */
export function tooLate(deployment: Deployment): DeploymentVerdict {
  const { state, ended } = deployment;
  const who = ended?.successor ? labelOf(ended.successor) : ended?.by?.name;
  const by = who === undefined ? '' : ` by ${who}`;
  const already = lookUp(endings, state) ?? `is already ${describeState(state)}`;
  return { refused: `${labelOf(deployment)} ${already}${by}. Nothing was changed.` };
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

/** The line in the audit log about one step, by Gavel unless somebody is named. A request is recorded as it was made, whatever happened to it since. */
export function audit(
  deployment: Deployment,
  step: AuditStep,
  {
    at = deployment.stateSince,
    who = gavel.id,
    outcome = step,
    why = '',
  }: Partial<Pick<AuditEffect, 'at' | 'who' | 'outcome'>> & { readonly why?: string } = {},
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
    detail: { kind, version, ...(why !== '' && { reason: why }) },
    correlationId,
  } as const;
  if (step !== 'requested') return line;
  const detail = { ...line.detail, ...(reason !== '' && { reason }) };
  return { ...line, at: requestedAt, who: requester.id, detail };
}
