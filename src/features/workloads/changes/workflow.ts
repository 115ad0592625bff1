import type { Person } from '../../../chat/contract';
import { defaultRetentionMs } from '../../../core/catalog/retention';
import { defineWorkflow } from '../../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../../workflows';
import type { ApprovalOutcome } from '../../approvals';
import { targetId } from '../../health';

/** The life of one change of a workload: `awaiting approval -> approved -> done`, or how else it ended. Pure. */

/** What is done, and what was there when somebody asked. Texts are outside text. */
export type WorkloadAct =
  | { readonly kind: 'scale'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'undo';
      readonly liveRevision: number;
      readonly liveVersion: string;
      readonly revision: number;
      readonly version: string;
    }
  | { readonly kind: 'evict'; readonly pod: string; readonly podId: string };

/** `refused`: the system said no, and nothing changed. `superseded`: it could no longer take effect. */
type ChangeState =
  'awaiting approval' | 'approved' | 'done' | 'refused' | 'failed' | 'unclear' | 'superseded' | 'rejected' | 'expired';

/** One change as the store keeps it. Moments are in milliseconds since 1970. */
export interface WorkloadChange {
  readonly service: string;
  readonly environment: string;
  readonly act: WorkloadAct;
  readonly requester: Person;
  /** Raw text from the requester. */
  readonly reason: string;
  readonly requestedAt: number;
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly state: ChangeState;
  readonly stateSince: number;
  readonly approvedBy: readonly Person[];
  /** Set before the system is first asked; from then on, only the outcome counts. */
  readonly triedAt?: number;
  /** Why it wasn't done after all: a complete sentence of outside text. */
  readonly why?: string;
}

export interface FoundChange {
  readonly id: string;
  readonly change: WorkloadChange;
}

export type ChangeRequest = Pick<
  WorkloadChange,
  'service' | 'environment' | 'act' | 'requester' | 'reason' | 'placeId' | 'thread' | 'correlationId'
>;

export type ChangeResult =
  | { readonly state: 'done' | 'failed' | 'unclear' }
  | { readonly state: 'refused' | 'superseded'; readonly why: string };

export type ChangeEvent =
  | { readonly type: 'request'; readonly request: ChangeRequest; readonly needsApproval: boolean }
  | { readonly type: 'decide'; readonly outcome: ApprovalOutcome }
  /** It can't take effect anymore, and its requester is told. */
  | { readonly type: 'lapse'; readonly why: string }
  | { readonly type: 'try' }
  | { readonly type: 'end'; readonly result: ChangeResult };

type ChangeEffect = { readonly kind: 'approval' | 'message' | 'act' };
export type WorkloadTransition = Change<WorkloadChange, ChangeEffect>;
type Context = Pick<Circumstance, 'now'>;

export const workloadWorkflow = defineWorkflow({
  name: 'workload-change',
  collection: {
    name: 'workload-changes',
    schema: 1,
    indexes: { target: targetId, requestedAt: ({ requestedAt }) => requestedAt },
    queries: [{ where: ['target'], orderBy: 'requestedAt' }],
    unique: { open: (change) => (isOpenChange(change) ? targetId(change) : undefined) },
    expiresAt: (change) => (isOpenChange(change) ? undefined : change.stateSince + defaultRetentionMs('restarts')),
  },
  transition: changeTransition,
  isOver: (change) => !isOpenChange(change),
});

/** Whether it can still happen; one change of a service in an environment at a time. */
export function isOpenChange({ state }: WorkloadChange): boolean {
  return state === 'awaiting approval' || state === 'approved';
}

/** Undefined if it changes nothing: it was decided, or has already ended. */
function changeTransition(
  change: WorkloadChange | undefined,
  event: ChangeEvent,
  { now }: Context,
): WorkloadTransition | undefined {
  if (event.type === 'request') return change ? undefined : requested(event.request, event.needsApproval, now);
  if (!change || !isOpenChange(change)) return undefined;
  switch (event.type) {
    case 'decide':
      return change.state === 'awaiting approval' ? decided(change, event.outcome, now) : undefined;
    case 'lapse':
      return ended(change, { state: 'superseded', why: event.why }, now);
    case 'try':
      return change.triedAt === undefined ? { record: { ...change, triedAt: now } } : undefined;
    case 'end':
      return change.state === 'approved' ? ended(change, event.result, now) : undefined;
  }
}

const message = { kind: 'message' } as const;
const act = { kind: 'act' } as const;

function requested(request: ChangeRequest, needsApproval: boolean, now: number): WorkloadTransition {
  const state = needsApproval ? 'awaiting approval' : 'approved';
  const record: WorkloadChange = { ...request, requestedAt: now, state, stateSince: now, approvedBy: [] };
  const audit = auditLine(record, 'asked');
  return { record, effects: needsApproval ? [audit, { kind: 'approval' }] : [audit, message, act] };
}

function decided(change: WorkloadChange, outcome: ApprovalOutcome, now: number): WorkloadTransition {
  if (outcome.state === 'lapsed') return ended(change, { state: 'superseded', why: outcome.reason }, now);
  const record = { ...change, state: outcome.state, stateSince: now };
  if (outcome.state !== 'approved') return { record };
  return { record: { ...record, approvedBy: outcome.by }, effects: [message, act] };
}

function ended(change: WorkloadChange, result: ChangeResult, now: number): WorkloadTransition {
  const record = { ...change, ...result, stateSince: now };
  return { record, effects: [auditLine(record, 'ended'), message] };
}

function auditLine(change: WorkloadChange, step: 'asked' | 'ended'): AuditEffect {
  const { service, environment, reason, correlationId, act: done } = change;
  const isAsked = step === 'asked';
  return {
    kind: 'audit',
    key: step,
    at: isAsked ? change.requestedAt : change.stateSince,
    who: isAsked ? change.requester.id : 'gavel',
    what: `workloads.${done.kind}`,
    target: `${service} in ${environment}`,
    from: change.placeId,
    outcome: isAsked ? 'asked' : change.state,
    detail: { reason, ...done },
    correlationId,
  };
}
