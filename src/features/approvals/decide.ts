import type { Person } from '../../chat/contract';
import type { PendingEffect } from '../../jobs/contract';
import { nextWake, practiceAt } from './record';
import type { Approval, ApprovalState } from './record';
import { haveVoted, standingOf } from './stage';

/** What becomes of an approval: pure, so that every case stands in a table. */

export type ApprovalEvent =
  | { readonly kind: 'approve'; readonly person: Person; readonly note: string }
  | { readonly kind: 'reject'; readonly person: Person; readonly reason: string }
  | { readonly kind: 'withdraw'; readonly person: Person; readonly reason: string }
  | { readonly kind: 'time' };

/** What must be known at the moment of the decision. */
export interface DecisionContext {
  readonly now: number;
  /** By what right: their own, or the say of somebody who gave it to them; undefined: none at this stage. */
  readonly seat: Seat | undefined;
  /** Whether they have a say at a later stage. */
  readonly laterSeat: boolean;
  /** What is required and does not hold. */
  readonly lacking: readonly string[];
  /** What would happen now; undefined when the subject no longer waits. */
  readonly boundTo: string | undefined;
  /** Whether Gavel may play the approver: asked for as practice, and the catalog says so still. */
  readonly practice?: boolean;
}

/** Who approves in practice. Chat tools make ids of another form, so nobody can be it. */
const gavel: Person = { id: 'gavel', name: 'Gavel' };

export type Seat = { readonly onBehalfOf: Person | undefined };

export type Refusal =
  | 'own request'
  | 'committer'
  | 'not an approver'
  | 'later stage'
  | 'evidence'
  | 'over'
  | 'twice'
  | 'no reason'
  | 'changed'
  | 'gone';

/** A refusal may come with a change: approvals of what has changed since are forgotten. */
export type Verdict = { readonly next: Approval } | { readonly refusal: Refusal; readonly next?: Approval };

/** The approval after the event, with the effects that follow, or why it stays as it is. */
export function decide(approval: Approval, event: ApprovalEvent, context: DecisionContext): Verdict {
  const { now } = context;
  if (approval.state !== 'waiting') return { refusal: 'over' };
  if (now >= approval.request.expiresAt)
    return event.kind === 'withdraw' ? withdrawn(approval, event, now) : { next: end(approval, 'expired', now) };
  if (event.kind === 'time') return approval.request.practice ? practised(approval, context) : timed(approval, now);
  if (event.kind === 'withdraw') return withdrawn(approval, event, now);
  const barred = whyBarred(approval, event.person.id, context);
  if (barred) return { refusal: barred };
  const { seat } = context;
  if (!seat) return { refusal: 'not an approver' };
  if (event.kind === 'reject') {
    if (event.reason.trim() === '') return { refusal: 'no reason' };
    const ended = { person: event.person, at: now, note: event.reason.trim() };
    return { next: end({ ...approval, ended }, 'rejected', now) };
  }
  if (context.boundTo === undefined) return { refusal: 'gone' };
  if (context.boundTo !== approval.request.boundTo) return { refusal: 'changed', next: forget(approval, now) };
  if (haveVoted(approval).has(event.person.id)) return { refusal: 'twice' };
  if (context.lacking.length > 0) return { refusal: 'evidence' };
  return { next: approve(approval, event, seat, now) };
}

/** Why this person may not decide, whatever they say with it; undefined when they may. */
export function whyBarred(
  { request }: Pick<Approval, 'request'>,
  personId: string,
  { seat, laterSeat }: Pick<DecisionContext, 'seat' | 'laterSeat'>,
): Refusal | undefined {
  if (personId === request.requester.id && !request.rule.requesterMayApprove) return 'own request';
  if (request.committerIds?.includes(personId)) return 'committer';
  if (seat) return undefined;
  return laterSeat ? 'later stage' : 'not an approver';
}

/** What is no practice any more waits for people like everything else. */
function practised(approval: Approval, { now, boundTo, practice }: DecisionContext): Verdict {
  const { practice: _practice, ...request } = approval.request;
  const open = { ...approval, request };
  if (!practice)
    return { next: follow({ ...open, wakeAt: nextWake(open) }, now, [{ kind: 'publish', key: 'publish:asked' }]) };
  if (now < practiceAt(approval)) return { refusal: 'gone' };
  if (boundTo !== approval.request.boundTo)
    return { next: end({ ...approval, ended: { person: gavel, at: now, note: 'it has changed' } }, 'expired', now) };
  const note = 'practice, so I play the approver';
  return { next: approve(approval, { kind: 'approve', person: gavel, note }, { onBehalfOf: undefined }, now) };
}

function withdrawn(approval: Approval, event: ApprovalEvent & { kind: 'withdraw' }, now: number): Verdict {
  const ended = { person: event.person, at: now, note: event.reason.trim() };
  return { next: end({ ...approval, ended }, 'withdrawn', now) };
}

function approve(
  approval: Approval,
  event: ApprovalEvent & { kind: 'approve' },
  { onBehalfOf }: Seat,
  now: number,
): Approval {
  const { index } = standingOf(approval);
  const vote = {
    person: event.person,
    at: now,
    note: event.note.trim(),
    stage: index,
    ...(onBehalfOf && { onBehalfOf }),
  };
  const approvals = [...approval.approvals, vote];
  const count = `${approvals.length} of ${approval.request.rule.required}`;
  const outcome = onBehalfOf ? `${count}, for ${onBehalfOf.id}` : count;
  const voted = follow({ ...approval, approvals }, now, [
    auditEffect(`approve:${vote.person.id}:${now}`, 'approve', vote, outcome),
  ]);
  if (standingOf(voted).stage === undefined) return end(voted, 'approved', now);
  return follow(voted, now, [{ kind: 'publish', key: `publish:${approvals.length}` }]);
}

/** A reminder and an escalation each happen once. */
function timed(approval: Approval, now: number): Verdict {
  const { askedAt, request, remindedAt, escalatedAt } = approval;
  const { remindAfterSeconds, escalateAfterSeconds } = request.rule;
  const isDue = (after: number | undefined, done: number | undefined): boolean =>
    after !== undefined && done === undefined && now >= askedAt + after * 1000;
  if (isDue(escalateAfterSeconds, escalatedAt)) {
    const next = { ...approval, escalatedAt: now, remindedAt: remindedAt ?? now };
    return {
      next: follow({ ...next, wakeAt: nextWake(next) }, now, [
        auditEffect('escalate', 'escalate', { at: now, note: '' }, 'escalated'),
        { kind: 'publish', key: 'publish:escalated' },
        { kind: 'call', key: 'call:escalated' },
      ]),
    };
  }
  if (!isDue(remindAfterSeconds, remindedAt)) return { refusal: 'gone' };
  const next = { ...approval, remindedAt: now };
  return { next: follow({ ...next, wakeAt: nextWake(next) }, now, [{ kind: 'call', key: 'call:reminded' }]) };
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
