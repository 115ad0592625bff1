import type { Person } from '../../chat/contract';
import { applicableRules, holdsSeat, stagesOf, withOneMore } from '../../core/catalog/rights';
import type { ApprovalRule, ApprovalSeat, ApprovalStage, Catalog } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import type { ApprovalRequest, SubjectFacts } from './contract';

/** One approval with its whole life, and where it stands among its stages under every rule that counts. Pure. */

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

/** Whether Gavel may play the approver: the catalog still says that nothing there matters. */
export function isPractice(catalog: Catalog, { request: { practice, target } }: Pick<Approval, 'request'>): boolean {
  return practice === true && lookUp(catalog.environments, target.environment)?.practice === true;
}

export interface Standing {
  /** The first rule that is not satisfied yet; when all are, the one that holds now. */
  readonly rule: ApprovalRule;
  readonly stages: readonly ApprovalStage[];
  /** From 0; the number of stages when all are done. */
  readonly index: number;
  /** Undefined: every rule is satisfied. */
  readonly stage: ApprovalStage | undefined;
  /** Whose word counts now: those of the open stage of each rule, and after the escalation those it went to. */
  readonly seats: readonly ApprovalSeat[];
  /** How many approvals are still missing. */
  readonly missing: number;
}

/** The rules that this approval has to satisfy, the one that holds now first. */
export function rulesOf({ request, ruleNow }: Pick<Approval, 'request' | 'ruleNow'>): readonly ApprovalRule[] {
  return applicableRules(request.rule, ruleNow ?? request.rule).map((rule) =>
    needsOneMore(rule, request) ? withOneMore(rule) : rule,
  );
}

/** The authors are barred but can't all be known, and the rule wants one more approval then. */
function needsOneMore(rule: ApprovalRule, request: Approval['request']): boolean {
  if (rule.committersMayApprove !== false || authorsGap(request) === undefined) return false;
  return rule.authorsUnknown === undefined || rule.authorsUnknown === 'strict';
}

/** Why the list of authors may lack somebody; undefined when it is complete or the request has no authors. */
export function authorsGap({ authors, committerIds }: Approval['request']): string | undefined {
  if (authors) return authors.gap;
  // Requests of earlier versions kept the authors of at most 20 commits.
  return committerIds ? 'the list was cut at 20 commits' : undefined;
}

/** Where it stands now: which stage is open, who may decide, how much is missing. */
export function standingOf(catalog: Catalog, approval: Approval): Standing {
  const all = rulesOf(approval).map((rule) => standingUnder(catalog, approval, rule));
  const open = all.filter(({ stage }) => stage !== undefined);
  const [first = all[0]] = open;
  if (!first) throw new Error('An approval has at least one rule');
  return {
    ...first,
    seats: open.flatMap(({ seats }) => seats),
    missing: Math.max(...all.map(({ missing }) => missing)),
  };
}

function standingUnder(catalog: Catalog, approval: Approval, rule: ApprovalRule): Standing {
  const { request, approvals, escalatedAt } = approval;
  const stages = stagesOf(rule);
  const escalated = escalatedAt !== undefined && rule.escalateTo ? [rule.escalateTo] : [];
  const slots = stages.flatMap((stage) => Array.from({ length: stage.required }, () => [stage, ...escalated]));
  const played = isPractice(catalog, approval);
  const fits = (vote: Vote, seats: readonly ApprovalSeat[]): boolean =>
    played || seats.some((seat) => holdsSeat(catalog, voiceOf(vote), seat, request.target));
  const filled = filledSlots(slots, approvals, fits);
  const index = stages.findIndex((_, at) => filled < requiredUntil(stages, at));
  const stage = stages[index];
  return {
    rule,
    stages,
    index: index === -1 ? stages.length : index,
    stage,
    seats: stage ? [stage, ...escalated] : [],
    missing: slots.length - filled,
  };
}

/** Whose seat a vote used. */
export function voiceOf({ person, onBehalfOf }: Vote): string {
  return onBehalfOf?.id ?? person.id;
}

function requiredUntil(stages: readonly ApprovalStage[], last: number): number {
  return stages.slice(0, last + 1).reduce((sum, { required }) => sum + required, 0);
}

/** How many slots, from the first on, the votes can fill, each vote used once: a vote moves to another slot to make room. */
export function filledSlots<Slot, Given>(
  slots: readonly Slot[],
  votes: readonly Given[],
  fits: (vote: Given, slot: Slot) => boolean,
): number {
  const slotOf = new Map<Given, number>();
  function fill(at: number, tried: Set<Given>): boolean {
    const slot = slots[at];
    return votes.some((vote) => {
      if (slot === undefined || tried.has(vote) || !fits(vote, slot)) return false;
      tried.add(vote);
      const other = slotOf.get(vote);
      if (other !== undefined && !fill(other, tried)) return false;
      slotOf.set(vote, at);
      return true;
    });
  }
  const open = slots.findIndex((_, at) => !fill(at, new Set()));
  return open === -1 ? slots.length : open;
}

/** Everybody who has voted, in their own name or through somebody else. One person has one vote over all stages. */
export function haveVoted({ approvals }: Pick<Approval, 'approvals'>): ReadonlySet<string> {
  return new Set(approvals.flatMap(({ person, onBehalfOf }) => [person.id, ...(onBehalfOf ? [onBehalfOf.id] : [])]));
}
