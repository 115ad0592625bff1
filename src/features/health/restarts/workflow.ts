import type { Person } from '../../../chat/contract';
import { defaultRetentionMs } from '../../../core/catalog/retention';
import { defineWorkflow } from '../../../workflows';
import type { AuditEffect, Change, Circumstance, StoredEffect } from '../../../workflows';
import type { ApprovalOutcome } from '../../approvals';
import { targetId } from '../parse';

/** The life of one restart: `awaiting approval -> approved -> restarted`, or how else it ended. Pure. */

type RestartState =
  'awaiting approval' | 'approved' | 'restarted' | 'failed' | 'unclear' | 'superseded' | 'rejected' | 'expired';

export interface Restart {
  readonly service: string;
  readonly environment: string;
  /** What was live at the request; the approval is bound to it. */
  readonly version: string;
  readonly commit: string;
  readonly requester: Person;
  /** Raw text from the requester. */
  readonly reason: string;
  readonly requestedAt: number;
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly state: RestartState;
  readonly stateSince: number;
  readonly approvedBy: readonly Person[];
  readonly processId?: number;
  /** Set before the connector is first asked to restart; from then on, only the outcome counts. */
  readonly triedAt?: number;
  /** Why it wasn't done after all: a complete sentence of outside text. */
  readonly why?: string;
}

export interface FoundRestart {
  readonly id: string;
  readonly restart: Restart;
}

export type RestartRequest = Pick<
  Restart,
  'service' | 'environment' | 'version' | 'commit' | 'requester' | 'reason' | 'placeId' | 'thread' | 'correlationId'
>;

export type RestartResult =
  | { readonly state: 'restarted'; readonly processId?: number }
  | { readonly state: 'failed' | 'unclear' }
  | { readonly state: 'superseded'; readonly why: string };

export type RestartEvent =
  | { readonly type: 'request'; readonly request: RestartRequest; readonly needsApproval: boolean }
  | { readonly type: 'decide'; readonly outcome: ApprovalOutcome }
  /** It can't take effect anymore, and its requester is told. */
  | { readonly type: 'lapse'; readonly why: string }
  | { readonly type: 'try' }
  | { readonly type: 'end'; readonly result: RestartResult };

type RestartEffect = { readonly kind: 'approval' | 'message' | 'restart' };
export type RestartChange = Change<Restart, RestartEffect>;
type Context = Pick<Circumstance, 'now'>;

export const restartWorkflow = defineWorkflow({
  name: 'restart',
  collection: {
    name: 'restarts',
    schema: 2,
    upgradeEffect: effectFromFirstSchema,
    indexes: { target: targetId, requestedAt: ({ requestedAt }) => requestedAt },
    queries: [{ where: ['target'], orderBy: 'requestedAt' }],
    unique: { open: (restart) => (isOpen(restart) ? targetId(restart) : undefined) },
    expiresAt: (restart) => (isOpen(restart) ? undefined : restart.stateSince + defaultRetentionMs('restarts')),
  },
  transition: restartTransition,
  isOver: (restart) => !isOpen(restart),
});

/** Whether it can still happen; one restart of a service in an environment at a time. */
export function isOpen({ state }: Restart): boolean {
  return state === 'awaiting approval' || state === 'approved';
}

/** Undefined if it changes nothing: it was decided, or has already ended. */
function restartTransition(
  restart: Restart | undefined,
  event: RestartEvent,
  { now }: Context,
): RestartChange | undefined {
  if (event.type === 'request') return restart ? undefined : requested(event.request, event.needsApproval, now);
  if (!restart || !isOpen(restart)) return undefined;
  switch (event.type) {
    case 'decide':
      return restart.state === 'awaiting approval' ? decided(restart, event.outcome, now) : undefined;
    case 'lapse':
      return ended(restart, { state: 'superseded', why: event.why }, now);
    case 'try':
      return restart.triedAt === undefined ? { record: { ...restart, triedAt: now } } : undefined;
    case 'end':
      return restart.state === 'approved' ? ended(restart, event.result, now) : undefined;
  }
}

function requested(request: RestartRequest, needsApproval: boolean, now: number): RestartChange {
  const record: Restart = {
    ...request,
    requestedAt: now,
    state: needsApproval ? 'awaiting approval' : 'approved',
    stateSince: now,
    approvedBy: [],
  };
  const audit = auditLine(record, 'asked');
  return {
    record,
    effects: needsApproval ? [audit, { kind: 'approval' }] : [audit, { kind: 'message' }, { kind: 'restart' }],
  };
}

function decided(restart: Restart, outcome: ApprovalOutcome, now: number): RestartChange {
  if (outcome.state === 'lapsed') return ended(restart, { state: 'superseded', why: outcome.reason }, now);
  const record = { ...restart, state: outcome.state, stateSince: now };
  if (outcome.state !== 'approved') return { record };
  return { record: { ...record, approvedBy: outcome.by }, effects: [{ kind: 'message' }, { kind: 'restart' }] };
}

function ended(restart: Restart, result: RestartResult, now: number): RestartChange {
  const record = { ...restart, ...result, stateSince: now };
  return { record, effects: [auditLine(record, 'ended'), { kind: 'message' }] };
}

/** The step is the key, so the same line is written once, whichever version of Gavel began it. */
function auditLine(restart: Restart, step: 'asked' | 'ended'): AuditEffect {
  const { service, environment, reason, version, correlationId } = restart;
  const isAsked = step === 'asked';
  return {
    kind: 'audit',
    key: step,
    at: isAsked ? restart.requestedAt : restart.stateSince,
    who: isAsked ? restart.requester.id : 'gavel',
    what: 'health.restart',
    target: `${service} in ${environment}`,
    from: restart.placeId,
    outcome: isAsked ? 'asked' : restart.state,
    detail: { reason, version },
    correlationId,
  };
}

/** The first schema stored only the step of an audit line. */
function effectFromFirstSchema(effect: StoredEffect, restart: Restart): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { kind, key = '', ...detail } = auditLine(restart, effect.detail?.['step'] === 'asked' ? 'asked' : 'ended');
  return { ...effect, kind, key, detail };
}
