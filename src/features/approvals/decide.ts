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

/** A refusal may come with a change: approvals of what has changed since are forgotten. */
export type Verdict = { readonly next: Approval } | { readonly refusal: Refusal; readonly next?: Approval };

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
    return { next: end({ ...approval, ended }, 'rejected', now) };
  }
  if (context.boundTo === undefined) return { refusal: 'gone' };
  if (context.boundTo !== approval.request.boundTo) return { refusal: 'changed', next: forget(approval, now) };
  if (approval.approvals.some((each) => each.person.id === event.person.id)) return { refusal: 'twice' };
  return { next: approve(approval, event, now) };
}

function withdrawn(approval: Approval, event: ApprovalEvent & { kind: 'withdraw' }, now: number): Verdict {
  const ended = { person: event.person, at: now, note: event.reason.trim() };
  return { next: end({ ...approval, ended }, 'withdrawn', now) };
}

function approve(approval: Approval, event: ApprovalEvent & { kind: 'approve' }, now: number): Approval {
  const vote = { person: event.person, at: now, note: event.note.trim() };
  const approvals = [...approval.approvals, vote];
  const count = `${approvals.length} of ${approval.request.rule.required}`;
  const audit = auditEffect(`approve:${vote.person.id}:${now}`, 'approve', vote, count);
  const voted = follow({ ...approval, approvals }, now, [audit]);
  if (approvals.length >= approval.request.rule.required) return end(voted, 'approved', now);
  return follow(voted, now, [{ kind: 'publish', key: `publish:${approvals.length}` }]);
}

/** Nothing to forget: nothing changes. */
function forget(approval: Approval, now: number): Approval | undefined {
  if (approval.approvals.length === 0) return undefined;
  const outcome = `${approval.approvals.length} no longer count`;
  return follow({ ...approval, approvals: [] }, now, [
    auditEffect(`reset:${now}`, 'reset', { at: now, note: 'what was approved has changed' }, outcome),
    { kind: 'publish', key: `publish:reset:${now}` },
  ]);
}

const auditWords = { rejected: 'reject', expired: 'expire', withdrawn: 'withdraw' } as const;

function end(approval: Approval, state: Exclude<ApprovalState, 'waiting'>, now: number): Approval {
  const over: Approval = { ...approval, state, stateSince: now, wakeAt: undefined };
  const tell = state === 'withdrawn' ? [] : [{ kind: 'tell', key: `tell:${state}` }];
  const who = approval.ended ?? { at: now, note: '' };
  const audit = state === 'approved' ? [] : [auditEffect(state, auditWords[state], who, state)];
  return follow(over, now, [...audit, ...tell, { kind: 'publish', key: `publish:${state}` }]);
}

type NewEffect = Pick<PendingEffect, 'kind' | 'key' | 'detail'>;

/** Holds all that the entry says, so that it stays right whatever happens to the record before it is written. */
function auditEffect(
  key: string,
  what: string,
  { person, at, note }: { readonly person?: Person; readonly at: number; readonly note: string },
  outcome: string,
): NewEffect {
  const detail = { what: `approvals.${what}`, who: person?.id ?? 'gavel', at, outcome, note };
  return { kind: 'audit', key: `audit:${key}`, detail };
}

/** Adds effects behind those that are pending already. */
export function follow(approval: Approval, now: number, effects: readonly NewEffect[]): Approval {
  const added = effects
    .filter(({ key }) => !approval.pending.some((each) => each.key === key))
    .map((effect): PendingEffect => ({ ...effect, attempts: 0, dueAt: now }));
  return { ...approval, pending: [...approval.pending, ...added] };
}
