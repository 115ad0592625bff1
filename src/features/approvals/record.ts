import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Person } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import type { ApprovalRequest, SubjectFacts } from './contract';

/** One decision in the store, with its whole life. */

/** `lapsed`: what it was asked for can't take effect any more, or not for this requester. */
export type ApprovalState = 'waiting' | 'approved' | 'rejected' | 'expired' | 'withdrawn' | 'lapsed';

export interface Decision {
  readonly person: Person;
  readonly at: number;
  readonly note: string;
  /** Which stage it counts for, from 0. */
  readonly stage?: number;
  /** Whose say was used, where somebody decides for another. */
  readonly onBehalfOf?: Person;
  /** When the delegation that was used runs out by itself. */
  readonly delegatedUntil?: number;
}

/** A vote that counted once and does no more. */
export interface LapsedDecision extends Decision {
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
  readonly approvals: readonly Decision[];
  readonly lapsed?: readonly LapsedDecision[];
  /** The rule as it is now, where it has changed since the request; both have to be satisfied then. */
  readonly ruleNow?: ApprovalRule;
  /** Who rejected or withdrew it, and why. */
  readonly ended?: Decision;
  /** Who got a copy in their personal chat, in order. */
  readonly personalCopies: readonly Person[];
  readonly notReached: readonly string[];
  readonly remindedAt?: number;
  /** Since then others may decide too. */
  readonly escalatedAt?: number;
  /** The facts as asked for: shown while the outside systems do not answer. */
  readonly askedFacts?: SubjectFacts;
  /** The facts as decided; while it waits they are read anew. */
  readonly decidedFacts?: SubjectFacts;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

export const approvalsSpec: CollectionSpec<Approval> = {
  name: 'approvals',
  schema: 1,
  indexes: {
    dueAt,
    state: (approval) => approval.state,
    label: (approval) => approval.label.toLowerCase(),
    requester: (approval) => approval.request.requester.id,
    askedAt: (approval) => approval.askedAt,
  },
  queries: [{ orderBy: 'dueAt' }, { where: ['state'], orderBy: 'askedAt' }, { where: ['label'], orderBy: 'askedAt' }],
  unique: { oneLabel: (approval) => approval.label.toLowerCase() },
  expiresAt: (approval) =>
    approval.state === 'waiting' || approval.pending.length > 0
      ? undefined
      : approval.stateSince + defaultRetentionMs('approvals'),
};

/** A request as it begins: waiting, its cards to be published. */
export function newApproval(
  request: ApprovalRequest,
  facts: SubjectFacts,
  personalCopies: readonly Person[],
  now: number,
): Approval {
  return {
    request,
    label: facts.label,
    askedAt: now,
    state: 'waiting',
    stateSince: now,
    approvals: [],
    personalCopies,
    notReached: [],
    askedFacts: facts,
    pending: [{ kind: 'publish', key: 'publish:open', attempts: 0, dueAt: now }],
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

const practiceAfterMs = 5_000;

/** When Gavel decides in practice: late enough to be seen waiting, as it is elsewhere. */
export function practiceAt({ askedAt }: Pick<Approval, 'askedAt'>): number {
  return askedAt + practiceAfterMs;
}
