import type { Person } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import type { Stored } from '../../store/contract';
import type { StoredEffect } from '../../workflows';
import type { ApprovalRequest, SubjectFacts } from './contract';

/** One approval with its whole life and when it wants to be looked at. Pure. */

/** `lapsed`: what was requested can't take effect any more, or not for this requester. */
export type ApprovalState = 'waiting' | 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'lapsed';

export interface Vote {
  readonly person: Person;
  readonly at: number;
  readonly note: string;
  /** Which stage it counts for, from 0. */
  readonly stage?: number;
  /** Whose seat was used, where somebody decides for another. */
  readonly onBehalfOf?: Person;
  /** When the delegation that was used runs out. */
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
  /** The rule as it is now, where it has changed since the request; both have to be satisfied then. */
  readonly ruleNow?: ApprovalRule;
  /** Who rejected or withdrew it, and why. */
  readonly ended?: Vote;
  /** The label of the request that took its place. */
  readonly supersededBy?: string;
  /** Who got a copy in their personal chat, in order. */
  readonly personalCopies: readonly Person[];
  readonly notReached: readonly string[];
  readonly remindedAt?: number;
  /** Since then others may decide too. */
  readonly escalatedAt?: number;
  /** The facts as requested: shown while the outside systems don't answer. */
  readonly askedFacts?: SubjectFacts;
  /** The facts as decided; while it waits they are read anew. */
  readonly decidedFacts?: SubjectFacts;
  readonly wakeAt?: number | undefined;
}

/** An approval with its id. */
export type Identified = Pick<Stored<Approval>, 'id' | 'value'>;

/** What its cards are about. */
export const approvalTopic = (id: string): string => `approval:${id}`;

/** What only the subject and the outside systems can say, read right before the decision. */
export interface Findings {
  /** What is required and does not hold. */
  readonly lacking: readonly string[];
  /** What would happen now; undefined when the subject no longer waits. */
  readonly boundTo?: string | undefined;
  /** Why it can't take effect any more, whoever approves it: a whole sentence in outside text. */
  readonly ground?: string | undefined;
  /** What the card says from the decision on. */
  readonly facts?: SubjectFacts | undefined;
}

/** A request as it begins: waiting, nobody told yet. */
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

/** How often it is looked at whether it can still take effect. */
const lookEveryMs = 15_000;

/** When it wants to be looked at next: to remind, to escalate, to expire, or to find out that it can't take effect any more. */
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

/** Whether it's time to look at it. A look further ahead than one ever is was set by a clock that was ahead, and has come. */
export function isLookDue({ wakeAt }: Pick<Approval, 'wakeAt'>, now: number): boolean {
  return wakeAt !== undefined && (wakeAt <= now || wakeAt > now + lookEveryMs);
}

const practiceAfterMs = 5_000;

/** When Gavel decides in practice: late enough to be seen waiting, as it is elsewhere. */
export function practiceAt({ askedAt }: Pick<Approval, 'askedAt'>): number {
  return askedAt + practiceAfterMs;
}

/** Earlier schemas told only in words of the note that another request took its place. */
export function approvalFromOlder(value: unknown): Approval {
  const approval = value as Approval;
  const supersededBy = /^(D-\d+) asks for .+ instead$/.exec(approval.ended?.note ?? '')?.[1];
  return approval.state === 'withdrawn' && supersededBy !== undefined ? { ...approval, supersededBy } : approval;
}

/** The first schema kept of an audit line only what the record didn't say, and of a call only its key. */
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
