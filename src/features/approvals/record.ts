import type { Person } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import { stagesOf } from '../../core/catalog/rights';
import type { Query, Stored } from '../../store/contract';
import type { StoredEffect } from '../../workflows';
import type { ApprovalRequest, EvidenceFact, SubjectFacts } from './contract';

/** One approval with its whole life and its next check. Pure. */

/** `lapsed`: what was requested can't take effect anymore, or not for this requester. */
export type ApprovalState = 'waiting' | 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'lapsed';

export interface Vote {
  readonly person: Person;
  readonly at: number;
  readonly note: string;
  /** The stage that it counts for, from 0. */
  readonly stage?: number;
  /** Whose seat was used, if somebody decided for another person. */
  readonly onBehalfOf?: Person;
  /** When the delegation that was used ends. */
  readonly delegatedUntil?: number;
}

/** A vote that counted once and no longer does. */
interface LapsedVote extends Vote {
  readonly lapsedAt: number;
  /** Part of a sentence, in outside text. */
  readonly why: string;
}

export interface Approval {
  readonly request: ApprovalRequest;
  /** What people type: `D-1042`. */
  readonly label: string;
  readonly askedAt: number;
  readonly state: ApprovalState;
  readonly stateSince: number;
  /** The votes that count. */
  readonly approvals: readonly Vote[];
  readonly lapsed?: readonly LapsedVote[];
  /** The current rule, if it has changed since the request; then both have to be satisfied. */
  readonly ruleNow?: ApprovalRule;
  /** Who rejected or withdrew it, and why. */
  readonly ended?: Vote;
  /** The label of the request that took its place. */
  readonly supersededBy?: string;
  /** Who got a personal copy, in order. */
  readonly personalCopies: readonly Person[];
  readonly notReached: readonly string[];
  readonly remindedAt?: number;
  /** Since then, others can decide, too. */
  readonly escalatedAt?: number;
  /** The facts at the request: shown while the outside systems don't answer. */
  readonly askedFacts?: SubjectFacts;
  /** The facts at the decision; while it waits, they are read again each time. */
  readonly decidedFacts?: SubjectFacts;
  readonly wakeAt?: number | undefined;
}

/** An approval with its id. */
export type Identified = Pick<Stored<Approval>, 'id' | 'value'>;

/** The topic of its cards. */
export const approvalTopic = (id: string): string => `approval:${id}`;

/** The newest with this label: `D-1042`, `d1042` or `1042`. */
export function labeled(typed: string): Query {
  const label = /^\d+$/.test(typed) ? `d-${typed}` : typed.toLowerCase().replace(/^d(\d)/, 'd-$1');
  return { where: { label }, orderBy: 'askedAt', descending: true, limit: 1 };
}

/** What only the subject and the outside systems know, read right before the decision. */
export interface Findings {
  /** Required evidence that doesn't hold. */
  readonly lacking: readonly string[];
  /** What would happen now; undefined if the subject no longer waits. */
  readonly boundTo?: string | undefined;
  /** Why it can't take effect anymore, whoever approves it: a complete sentence of outside text. */
  readonly ground?: string | undefined;
  /** What the card shows from the decision on. */
  readonly facts?: SubjectFacts | undefined;
}

/** A new request: waiting, with nobody told yet. */
export function newApproval(request: ApprovalRequest, facts: SubjectFacts, now: number): Approval {
  return {
    request,
    label: facts.label,
    askedAt: now,
    state: 'waiting',
    stateSince: now,
    approvals: [],
    personalCopies: [],
    notReached: [],
    askedFacts: facts,
    wakeAt: nextWake({ request, askedAt: now }, now),
  };
}

/** How often Gavel checks whether it can still take effect. */
const lookEveryMs = 15_000;

/** When to check it next: to remind, to escalate, to expire, or because it may no longer be able to take effect. */
export function nextWake(
  { request, askedAt, remindedAt, escalatedAt }: Pick<Approval, 'request' | 'askedAt' | 'remindedAt' | 'escalatedAt'>,
  now: number,
): number {
  const { remindAfterSeconds, escalateAfterSeconds } = request.rule;
  const moments = [
    now + lookEveryMs,
    request.expiresAt,
    ...(request.practice ? [practiceAt({ askedAt })] : []),
    ...(remindAfterSeconds === undefined || remindedAt !== undefined ? [] : [askedAt + remindAfterSeconds * 1000]),
    ...(escalateAfterSeconds === undefined || escalatedAt !== undefined ? [] : [askedAt + escalateAfterSeconds * 1000]),
  ];
  return Math.min(...moments);
}

/** Whether it's time to check it. A check further ahead than any interval was set by a clock that was ahead, so it's due. */
export function isLookDue({ wakeAt }: Pick<Approval, 'wakeAt'>, now: number): boolean {
  return wakeAt !== undefined && (wakeAt <= now || wakeAt > now + lookEveryMs);
}

const practiceAfterMs = 5_000;

/** When Gavel approves in practice: late enough that people see it waiting, as elsewhere. */
export function practiceAt({ askedAt }: Pick<Approval, 'askedAt'>): number {
  return askedAt + practiceAfterMs;
}

/** The rules that an approval has to meet: the one at the time of the request and the current one; one rule if they are the same. */
export function applicableRules(then: ApprovalRule, now: ApprovalRule): readonly ApprovalRule[] {
  return demandsOf(then) === demandsOf(now) ? [now] : [now, then];
}

/** The requirements of a rule, for comparing two rules. */
function demandsOf(rule: ApprovalRule): string {
  const { requesterMayApprove, committersMayApprove = true, authorsUnknown = 'strict', escalateTo } = rule;
  const seats = stagesOf(rule).map(({ required, role, group, right }) => [required, role, group, right]);
  const barred = [requesterMayApprove, committersMayApprove, committersMayApprove ? '' : authorsUnknown];
  return JSON.stringify([seats, barred, escalateTo?.role, escalateTo?.group]);
}

/** With one more approval in its last stage; a rule without approvals stays as it is. */
export function withOneMore(rule: ApprovalRule): ApprovalRule {
  const { stages, required } = rule;
  if (required === 0) return rule;
  const last = (stages?.length ?? 0) - 1;
  return {
    ...rule,
    required: required + 1,
    ...(stages && {
      stages: stages.map((stage, index) => (index === last ? { ...stage, required: stage.required + 1 } : stage)),
    }),
  };
}

/** Why authors may be missing from the list; undefined if it is complete or the request has no authors. */
export function authorsGap({ authors, committerIds }: Pick<ApprovalRequest, 'authors' | 'committerIds'>) {
  if (authors) return authors.gap;
  // Requests of earlier versions stored the authors of at most 20 commits.
  return committerIds ? 'the list was cut at 20 commits' : undefined;
}

/** Earlier schemas told only in words of the note that another request took its place. */
export function approvalFromOlder(value: unknown): Approval {
  const approval = value as Approval;
  const supersededBy = /^(D-\d+) asks for .+ instead$/.exec(approval.ended?.note ?? '')?.[1];
  return approval.state === 'withdrawn' && supersededBy !== undefined ? { ...approval, supersededBy } : approval;
}

/** For an audit line, the first schema stored only what the record didn't say, and for a mention only its key. */
export function approvalEffectFromOlder(
  effect: StoredEffect,
  { label, request, state, stateSince }: Approval,
  fromSchema: number,
): StoredEffect {
  if (fromSchema > 1) return effect;
  if (effect.kind === 'call')
    return { ...effect, detail: { why: effect.key.endsWith('escalated') ? 'escalated' : 'reminded' } };
  if (effect.kind !== 'audit') return effect;
  const { note, ...line } = effect.detail ?? {};
  const usual = { at: stateSince, who: 'gavel', what: 'approvals.decide', outcome: state };
  const rest = { target: label, from: request.placeId, correlationId: request.correlationId };
  const detail = typeof note === 'string' && note !== '' && { detail: { note } };
  return { ...effect, detail: { ...usual, ...line, ...rest, ...detail } };
}

/** The evidence that holds, without what a card says anyway under this title. */
export const passedEvidence = (evidence: readonly EvidenceFact[], known: string): readonly EvidenceFact[] =>
  evidence.filter(({ holds, title }) => holds && title !== known);
