import type { Person } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { describeReach } from '../../core/catalog/rights';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../workflows';
import type { ApprovalRequest, SubjectFacts, Withdrawal } from './contract';
import { withCopies } from './effects';
import { haveVoted, isPractice, recount, seatOf, standingOf } from './policy';
import type { Bar, Circumstances, Seat } from './policy';
import { approvalEffectFromOlder, approvalFromOlder, isLookDue, newApproval, nextWake, practiceAt } from './record';
import type { Approval, ApprovalState, Findings } from './record';

/** The workflow of an approval. Its subject chooses its id. */

export type ApprovalEvent =
  | {
      readonly type: 'open';
      readonly request: ApprovalRequest;
      readonly facts: SubjectFacts;
      /** Used if another request already has the subject's own label. */
      readonly label?: string;
    }
  | { readonly type: 'approve'; readonly person: Person; readonly note: string }
  | { readonly type: 'reject'; readonly person: Person; readonly reason: string }
  | ({ readonly type: 'withdraw'; readonly person: Person } & Omit<Withdrawal, 'by'>)
  | { readonly type: 'time' }
  /** Who can decide has changed; `key` ensures that this happens once. */
  | { readonly type: 'redraw'; readonly key: string }
  /** This personal copy didn't arrive. */
  | { readonly type: 'miss'; readonly copy: number };

export type ApprovalContext = Circumstances & Findings & Pick<Circumstance, 'now' | 'waiting'>;

export type ApprovalEffect =
  /** Publishes every copy of the card. */
  | { readonly kind: 'publish'; readonly key: string }
  /** Mentions the people whose decision is missing. */
  | { readonly kind: 'call'; readonly key: string; readonly why: 'reminded' | 'escalated' }
  /** Tells the subject the outcome. */
  | { readonly kind: 'tell'; readonly key: string };

export type Refusal = Bar | 'evidence' | 'over' | 'twice' | 'no reason' | 'changed' | 'lapsed' | 'gone';

/** A refusal can come with a change: a request that can't take effect anymore ends at the click that discovers it. */
interface ApprovalChange extends Change<Approval, ApprovalEffect> {
  readonly refusal?: Refusal | undefined;
}

/** Undefined: there is nothing to do. */
export type ApprovalVerdict = ApprovalChange | { readonly refusal: Refusal } | undefined;

/** The approval so far, with its effects. */
interface Draft {
  readonly approval: Approval;
  readonly effects: readonly (ApprovalEffect | AuditEffect)[];
}

/** Without a draft, nothing changes. */
interface Decided {
  readonly draft?: Draft;
  readonly refusal?: Refusal;
}

type Decision = Extract<ApprovalEvent, { readonly type: 'approve' | 'reject' | 'withdraw' | 'time' }>;

/** Who approves in practice. Ids from chat tools have another form, so nobody can have this one. */
const gavel: Person = { id: 'gavel', name: 'Gavel' };

export const approvalWorkflow = defineWorkflow({
  name: 'approvals',
  keyPrefix: 'approval',
  collection: {
    name: 'approvals',
    schema: 3,
    upgrade: approvalFromOlder,
    upgradeEffect: approvalEffectFromOlder,
    indexes: {
      state: (approval) => approval.state,
      label: (approval) => approval.label.toLowerCase(),
      requester: (approval) => approval.request.requester.id,
      askedAt: (approval) => approval.askedAt,
    },
    queries: [
      { where: ['state'], orderBy: 'askedAt' },
      { where: ['label'], orderBy: 'askedAt' },
    ],
    unique: { oneLabel: (approval) => approval.label.toLowerCase() },
    expiresAt: ({ state, stateSince }) =>
      state === 'waiting' ? undefined : stateSince + defaultRetentionMs('approvals'),
  },
  transition: approvalTransition,
  isOver: ({ state }) => state !== 'waiting',
});

/** The next state of an approval as it counts now: first the votes and the rule, then the event. */
export function approvalTransition(
  record: Approval | undefined,
  event: ApprovalEvent,
  context: ApprovalContext,
): ApprovalVerdict {
  if (event.type === 'open') return record ? undefined : open(event, context);
  if (record?.state !== 'waiting') return { refusal: 'over' };
  if (event.type === 'miss') return miss(record, event.copy, context);
  if (event.type === 'redraw') return changeOf({ approval: record, effects: [publish(event.key)] }, context);
  const counted = recounted(record, context);
  const { draft = counted, refusal } = decide(counted, event, context);
  return draft.approval === record ? { refusal: refusal ?? 'gone' } : changeOf(draft, context, refusal);
}

function changeOf({ approval, effects }: Draft, context: ApprovalContext, refusal?: Refusal): ApprovalChange {
  const { facts } = context;
  const known = approval.state !== 'waiting' && facts ? { ...approval, decidedFacts: facts } : approval;
  return { record: withCopies(known, context), effects, ...(refusal && { refusal }) };
}

function open(
  { request, facts, label = facts.label }: Extract<ApprovalEvent, { type: 'open' }>,
  context: ApprovalContext,
): ApprovalChange {
  const approval = { ...newApproval(request, facts, context.now), label };
  return changeOf({ approval, effects: [publish('open')] }, context);
}

function miss(approval: Approval, copy: number, { waiting }: ApprovalContext): ApprovalVerdict {
  const name = approval.personalCopies[copy]?.name;
  if (name === undefined || approval.notReached.includes(name)) return undefined;
  return {
    record: { ...approval, notReached: [...approval.notReached, name] },
    // A publication that hasn't started yet, behind the effect in progress, will show this, too.
    effects: waiting.includes('publish') ? [] : [publish(`missed:${copy}`)],
  };
}

/** Lapsed votes are written to the audit log, and the card shows the change. */
function recounted(record: Approval, context: ApprovalContext): Draft {
  const { now } = context;
  const approval = recount(record, context, now);
  if (approval === record) return { approval, effects: [] };
  const lapsing = (approval.lapsed ?? []).slice(record.lapsed?.length ?? 0).map(({ person, why }) => {
    const who = { person, at: now, note: why };
    return auditLine(approval, `void:${person.id}:${now}`, 'void', who, 'no longer counts');
  });
  return { approval, effects: [...lapsing, publish(`reckoned:${now}`)] };
}

function decide(draft: Draft, event: Decision, context: ApprovalContext): Decided {
  const { approval } = draft;
  const { now } = context;
  if (event.type === 'withdraw') return { draft: endBy(draft, 'withdrawn', event, now) };
  if (now >= approval.request.expiresAt)
    return { draft: end(draft, 'expired', now), ...(event.type !== 'time' && { refusal: 'over' }) };
  if (event.type === 'time') {
    const over = lapse(draft, context);
    if (over) return { draft: over };
    return approval.request.practice ? practice(draft, context) : pass(draft, context);
  }
  const seat = seatOf(approval, event.person.id, context);
  if (typeof seat === 'string') return { refusal: seat };
  if (event.type === 'reject') {
    if (event.reason.trim() === '') return { refusal: 'no reason' };
    return { draft: endBy(draft, 'rejected', event, now) };
  }
  if (context.boundTo === undefined && context.ground === undefined) return { refusal: 'gone' };
  const over = lapse(draft, context);
  if (over) return { refusal: context.ground === undefined ? 'changed' : 'lapsed', draft: over };
  if (haveVoted(approval).has(event.person.id)) return { refusal: 'twice' };
  if (context.lacking.length > 0) return { refusal: 'evidence' };
  return { draft: approve(draft, event, seat, context) };
}

/** Ended because it can't take effect anymore; undefined while it can. */
function lapse(draft: Draft, { ground, boundTo, now }: ApprovalContext): Draft | undefined {
  const { label, request } = draft.approval;
  const changed = boundTo !== undefined && boundTo !== request.boundTo;
  const why = ground ?? (changed ? `${label} would now do something different from what was requested.` : undefined);
  return why === undefined ? undefined : endBy(draft, 'lapsed', { person: gavel, reason: why }, now);
}

/** If the environment is no longer for practice, it waits for people like any other request. */
function practice(draft: Draft, context: ApprovalContext): Decided {
  const { approval } = draft;
  const { catalog, now, boundTo } = context;
  if (!isPractice(catalog, approval)) {
    const { practice: _practice, ...request } = approval.request;
    return { draft: moved(draft, { request, wakeAt: nextWake({ ...approval, request }, now) }, publish('asked')) };
  }
  if (now < practiceAt(approval) || boundTo === undefined) return later(draft, now);
  const vote = { person: gavel, note: 'approved by Gavel for practice' };
  return { draft: approve(draft, vote, { onBehalfOf: undefined }, context) };
}

function approve(
  draft: Draft,
  { person, note }: { readonly person: Person; readonly note: string },
  { onBehalfOf, until }: Seat,
  { catalog, now }: ApprovalContext,
): Draft {
  const { approval } = draft;
  const vote = {
    person,
    at: now,
    note: note.trim(),
    stage: standingOf(catalog, approval).index,
    ...(onBehalfOf && { onBehalfOf }),
    ...(until !== undefined && { delegatedUntil: until }),
  };
  const approvals = [...approval.approvals, vote];
  const after = standingOf(catalog, { ...approval, approvals });
  const count = `${approvals.length} of ${approvals.length + after.missing}`;
  const outcome = onBehalfOf ? `${count}, for ${onBehalfOf.id}` : count;
  const voted = moved(
    draft,
    { approvals },
    auditLine(approval, `approve:${person.id}:${now}`, 'approve', vote, outcome),
  );
  return after.stage === undefined ? end(voted, 'approved', now) : moved(voted, {}, publish(`${approvals.length}`));
}

/** Nothing is due yet; the next check comes later. */
function later(draft: Draft, now: number): Decided {
  if (!isLookDue(draft.approval, now)) return { refusal: 'gone' };
  return { draft: moved(draft, { wakeAt: nextWake(draft.approval, now) }) };
}

/** A reminder and an escalation each happen once; if the rule was relaxed in the meantime and the votes are enough, it is approved. */
function pass(draft: Draft, { catalog, boundTo, lacking, now }: ApprovalContext): Decided {
  const { approval } = draft;
  const { askedAt, request, remindedAt, escalatedAt } = approval;
  const { remindAfterSeconds, escalateAfterSeconds } = request.rule;
  const isDue = (after: number | undefined, done: number | undefined): boolean =>
    after !== undefined && done === undefined && now >= askedAt + after * 1000;
  const call = (why: 'reminded' | 'escalated') => ({ kind: 'call', key: `call:${why}`, why }) as const;
  if (isDue(escalateAfterSeconds, escalatedAt)) {
    const marks = { escalatedAt: now, remindedAt: remindedAt ?? now };
    const wakeAt = nextWake({ ...approval, ...marks }, now);
    const audit = auditLine(approval, 'escalate', 'escalate', { at: now, note: '' }, 'escalated');
    return { draft: moved(draft, { ...marks, wakeAt }, audit, publish('escalated'), call('escalated')) };
  }
  if (isDue(remindAfterSeconds, remindedAt)) {
    const wakeAt = nextWake({ ...approval, remindedAt: now }, now);
    return { draft: moved(draft, { remindedAt: now, wakeAt }, call('reminded')) };
  }
  const isEnough = approval.approvals.length > 0 && standingOf(catalog, approval).stage === undefined;
  return isEnough && boundTo !== undefined && lacking.length === 0
    ? { draft: end(draft, 'approved', now) }
    : later(draft, now);
}

const auditWhats = { rejected: 'reject', expired: 'expire', withdrawn: 'withdraw', lapsed: 'lapse' } as const;

function endBy(
  draft: Draft,
  state: 'rejected' | 'withdrawn' | 'lapsed',
  { person, reason, successor }: { readonly person: Person } & Omit<Withdrawal, 'by'>,
  now: number,
): Draft {
  const ended = { person, at: now, note: reason.trim() };
  return end(moved(draft, { ended, ...(successor !== undefined && { supersededBy: successor }) }), state, now);
}

function end(draft: Draft, state: Exclude<ApprovalState, 'waiting'>, now: number): Draft {
  const { ended = { at: now, note: '' } } = draft.approval;
  return moved(
    draft,
    { state, stateSince: now, wakeAt: undefined },
    ...(state === 'approved' ? [] : [auditLine(draft.approval, state, auditWhats[state], ended, state)]),
    ...(state === 'withdrawn' ? [] : [{ kind: 'tell', key: `tell:${state}` } as const]),
    publish(state),
  );
}

function auditLine(
  { label, request }: Approval,
  key: string,
  what: string,
  { person = gavel, at, note }: { readonly person?: Person; readonly at: number; readonly note: string },
  outcome: string,
): AuditEffect {
  return {
    kind: 'audit',
    key: `audit:${key}`,
    at,
    who: person.id,
    what: `approvals.${what}`,
    target: `${label} ${describeReach(request.target)}`.trim(),
    from: request.placeId,
    outcome,
    ...(note !== '' && { detail: { note } }),
    correlationId: request.correlationId,
  };
}

function publish(key: string): ApprovalEffect {
  return { kind: 'publish', key: `publish:${key}` };
}

function moved({ approval, effects }: Draft, to: Partial<Approval>, ...more: Draft['effects']): Draft {
  return { approval: { ...approval, ...to }, effects: [...effects, ...more] };
}
