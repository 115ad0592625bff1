import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import type { PendingEffect } from '../../jobs/contract';
import { barOf } from './deciders';
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
  readonly catalog: Catalog;
  /** By what right: their own, or the say of somebody who gave it to them; undefined: none at this stage. */
  readonly seat: Seat | undefined;
  /** Whether they have a say at a later stage. */
  readonly laterSeat: boolean;
  /** What is required and does not hold. */
  readonly lacking: readonly string[];
  /** What would happen now; undefined when the subject no longer waits. */
  readonly boundTo: string | undefined;
  /** Why it can't take effect any more, whoever approves it: a whole sentence in outside text. */
  readonly ground?: string | undefined;
  /** Whether Gavel may play the approver: asked for as practice, and the catalog says so still. */
  readonly practice?: boolean;
}

/** Who approves in practice. Chat tools make ids of another form, so nobody can be it. */
const gavel: Person = { id: 'gavel', name: 'Gavel' };

export type Seat = {
  readonly onBehalfOf: Person | undefined;
  /** When the delegation that gives the seat runs out. */
  readonly until?: number;
};

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
  | 'lapsed'
  | 'gone';

/** A refusal may come with a change: what can't take effect any more ends at the click that finds it out. */
export type Verdict = { readonly next: Approval } | { readonly refusal: Refusal; readonly next?: Approval };

/** The approval after the event, with the effects that follow, or why it stays as it is. */
export function decide(approval: Approval, event: ApprovalEvent, context: DecisionContext): Verdict {
  const { now } = context;
  if (approval.state !== 'waiting') return { refusal: 'over' };
  if (now >= approval.request.expiresAt)
    return event.kind === 'withdraw' ? withdrawn(approval, event, now) : { next: end(approval, 'expired', now) };
  if (event.kind === 'withdraw') return withdrawn(approval, event, now);
  if (event.kind === 'time') {
    const over = lapsing(approval, context);
    if (over) return { next: over };
    return approval.request.practice ? practised(approval, context) : timed(approval, context);
  }
  const barred = whyBarred(approval, event.person.id, context);
  if (barred) return { refusal: barred };
  const { seat } = context;
  if (!seat) return { refusal: 'not an approver' };
  if (event.kind === 'reject') {
    if (event.reason.trim() === '') return { refusal: 'no reason' };
    const ended = { person: event.person, at: now, note: event.reason.trim() };
    return { next: end({ ...approval, ended }, 'rejected', now) };
  }
  if (context.boundTo === undefined && context.ground === undefined) return { refusal: 'gone' };
  const over = lapsing(approval, context);
  if (over) return { refusal: context.ground === undefined ? 'changed' : 'lapsed', next: over };
  if (haveVoted(approval).has(event.person.id)) return { refusal: 'twice' };
  if (context.lacking.length > 0) return { refusal: 'evidence' };
  return { next: approve(approval, event, seat, context) };
}

/** Why this person may not decide, whatever they say with it; undefined when they may. */
export function whyBarred(
  approval: Approval,
  personId: string,
  { catalog, seat, laterSeat }: Pick<DecisionContext, 'catalog' | 'seat' | 'laterSeat'>,
): Refusal | undefined {
  const bar = barOf(catalog, approval, personId);
  if (bar || seat) return bar;
  return laterSeat ? 'later stage' : 'not an approver';
}

/** Ended because it can't take effect any more; undefined while it can. */
function lapsing(approval: Approval, { ground, boundTo, now }: DecisionContext): Approval | undefined {
  const changed = boundTo !== undefined && boundTo !== approval.request.boundTo;
  const why = ground ?? (changed ? `What ${approval.label} would do has changed since it was requested.` : undefined);
  if (why === undefined) return undefined;
  return end({ ...approval, ended: { person: gavel, at: now, note: why } }, 'lapsed', now);
}

/** What is no practice any more waits for people like everything else. */
function practised(approval: Approval, context: DecisionContext): Verdict {
  const { now, boundTo, practice } = context;
  const { practice: _practice, ...request } = approval.request;
  const open = { ...approval, request };
  if (!practice)
    return { next: follow({ ...open, wakeAt: nextWake(open, now) }, now, [{ kind: 'publish', key: 'publish:asked' }]) };
  if (now < practiceAt(approval) || boundTo === undefined) return later(approval, now);
  const note = 'practice, so I play the approver';
  return { next: approve(approval, { kind: 'approve', person: gavel, note }, { onBehalfOf: undefined }, context) };
}

function withdrawn(approval: Approval, event: ApprovalEvent & { kind: 'withdraw' }, now: number): Verdict {
  const ended = { person: event.person, at: now, note: event.reason.trim() };
  return { next: end({ ...approval, ended }, 'withdrawn', now) };
}

function approve(
  approval: Approval,
  event: ApprovalEvent & { kind: 'approve' },
  { onBehalfOf, until }: Seat,
  { catalog, now }: DecisionContext,
): Approval {
  const { index } = standingOf(catalog, approval);
  const vote = {
    person: event.person,
    at: now,
    note: event.note.trim(),
    stage: index,
    ...(onBehalfOf && { onBehalfOf }),
    ...(until !== undefined && { delegatedUntil: until }),
  };
  const approvals = [...approval.approvals, vote];
  const after = standingOf(catalog, { ...approval, approvals });
  const count = `${approvals.length} of ${approvals.length + after.missing}`;
  const outcome = onBehalfOf ? `${count}, for ${onBehalfOf.id}` : count;
  const voted = follow({ ...approval, approvals }, now, [
    auditEffect(`approve:${vote.person.id}:${now}`, 'approve', vote, outcome),
  ]);
  if (after.stage === undefined) return end(voted, 'approved', now);
  return follow(voted, now, [{ kind: 'publish', key: `publish:${approvals.length}` }]);
}

/** Nothing is due yet; it wants to be looked at again in a while. */
function later(approval: Approval, now: number): Verdict {
  if (approval.wakeAt === undefined || now < approval.wakeAt) return { refusal: 'gone' };
  return { next: { ...approval, wakeAt: nextWake(approval, now) } };
}

/** A reminder and an escalation each happen once; votes that are enough under a rule that was eased meanwhile approve it. */
function timed(approval: Approval, { catalog, boundTo, lacking, now }: DecisionContext): Verdict {
  const { askedAt, request, remindedAt, escalatedAt } = approval;
  const { remindAfterSeconds, escalateAfterSeconds } = request.rule;
  const isDue = (after: number | undefined, done: number | undefined): boolean =>
    after !== undefined && done === undefined && now >= askedAt + after * 1000;
  if (isDue(escalateAfterSeconds, escalatedAt)) {
    const next = { ...approval, escalatedAt: now, remindedAt: remindedAt ?? now };
    return {
      next: follow({ ...next, wakeAt: nextWake(next, now) }, now, [
        auditEffect('escalate', 'escalate', { at: now, note: '' }, 'escalated'),
        { kind: 'publish', key: 'publish:escalated' },
        { kind: 'call', key: 'call:escalated' },
      ]),
    };
  }
  if (!isDue(remindAfterSeconds, remindedAt)) {
    const enough = approval.approvals.length > 0 && standingOf(catalog, approval).stage === undefined;
    return enough && boundTo !== undefined && lacking.length === 0
      ? { next: end(approval, 'approved', now) }
      : later(approval, now);
  }
  const next = { ...approval, remindedAt: now };
  return { next: follow({ ...next, wakeAt: nextWake(next, now) }, now, [{ kind: 'call', key: 'call:reminded' }]) };
}

const auditWords = { rejected: 'reject', expired: 'expire', withdrawn: 'withdraw', lapsed: 'lapse' } as const;

function end(approval: Approval, state: Exclude<ApprovalState, 'waiting'>, now: number): Approval {
  const over: Approval = { ...approval, state, stateSince: now, wakeAt: undefined };
  const tell = state === 'withdrawn' ? [] : [{ kind: 'tell', key: `tell:${state}` }];
  const who = approval.ended ?? { at: now, note: '' };
  const audit = state === 'approved' ? [] : [auditEffect(state, auditWords[state], who, state)];
  return follow(over, now, [...audit, ...tell, { kind: 'publish', key: `publish:${state}` }]);
}

type NewEffect = Pick<PendingEffect, 'kind' | 'key' | 'detail'>;

/** Holds all that the entry says, so that it stays right whatever happens to the record before it is written. */
export function auditEffect(
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
