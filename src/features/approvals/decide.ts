import type { Person } from '../../chat/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { Approval, ApprovalState } from './record';

/** What becomes of an approval: pure, so that every case stands in a table. */

export type ApprovalEvent =
  | { readonly kind: 'approve'; readonly person: Person; readonly note: string }
  | { readonly kind: 'reject'; readonly person: Person; readonly reason: string }
  | { readonly kind: 'withdraw'; readonly person: Person; readonly reason: string }
  | { readonly kind: 'time' };

/** What must be known at the moment of the decision. */
export interface DecisionContext {
  readonly now: number;
  /** Whether the person holds the role of the rule there. */
  readonly mayDecide: boolean;
  /** What would happen now; undefined when the subject no longer waits. */
  readonly boundTo: string | undefined;
}

export type Refusal = 'own request' | 'not an approver' | 'over' | 'twice' | 'no reason' | 'changed' | 'gone';

export type Verdict = { readonly next: Approval } | { readonly refusal: Refusal };

/** The approval after the event, with the effects that follow, or why it stays as it is. */
export function decide(approval: Approval, event: ApprovalEvent, context: DecisionContext): Verdict {
  const { now } = context;
  if (approval.state !== 'waiting') return { refusal: 'over' };
  if (now >= approval.request.expiresAt)
    return event.kind === 'withdraw' ? withdrawn(approval, event, now) : { next: end(approval, 'expired', now) };
  if (event.kind === 'time') return { refusal: 'gone' };
  if (event.kind === 'withdraw') return withdrawn(approval, event, now);
  if (event.person.id === approval.request.requester.id && !approval.request.rule.requesterMayApprove)
    return { refusal: 'own request' };
  if (!context.mayDecide) return { refusal: 'not an approver' };
  if (event.kind === 'reject') {
    if (event.reason.trim() === '') return { refusal: 'no reason' };
    const ended = { person: event.person, at: now, note: event.reason.trim() };
    return { next: { ...end(approval, 'rejected', now), ended } };
  }
  if (context.boundTo === undefined) return { refusal: 'gone' };
  if (context.boundTo !== approval.request.boundTo) return { refusal: 'changed' };
  if (approval.approvals.some((each) => each.person.id === event.person.id)) return { refusal: 'twice' };
  return { next: approve(approval, event, now) };
}

function withdrawn(approval: Approval, event: ApprovalEvent & { kind: 'withdraw' }, now: number): Verdict {
  return {
    next: { ...end(approval, 'withdrawn', now), ended: { person: event.person, at: now, note: event.reason.trim() } },
  };
}

function approve(approval: Approval, event: ApprovalEvent & { kind: 'approve' }, now: number): Approval {
  const approvals = [...approval.approvals, { person: event.person, at: now, note: event.note.trim() }];
  const voted = follow({ ...approval, approvals }, now, [{ kind: 'audit', key: `audit:approve:${event.person.id}` }]);
  if (approvals.length >= approval.request.rule.required) return end(voted, 'approved', now);
  return follow(voted, now, [{ kind: 'publish', key: `publish:${approvals.length}` }]);
}

function end(approval: Approval, state: ApprovalState, now: number): Approval {
  const over: Approval = { ...approval, state, stateSince: now, wakeAt: undefined };
  const tell = state === 'withdrawn' ? [] : [{ kind: 'tell', key: `tell:${state}` }];
  const audit = state === 'approved' ? [] : [{ kind: 'audit', key: `audit:${state}` }];
  return follow(over, now, [...audit, ...tell, { kind: 'publish', key: `publish:${state}` }]);
}

/** Adds effects behind those that are pending already. */
export function follow(approval: Approval, now: number, effects: readonly { kind: string; key: string }[]): Approval {
  const added = effects
    .filter(({ key }) => !approval.pending.some((each) => each.key === key))
    .map(({ kind, key }): PendingEffect => ({ kind, key, attempts: 0, dueAt: now }));
  return { ...approval, pending: [...approval.pending, ...added] };
}
