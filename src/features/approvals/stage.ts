import { holdsSeat, applicableRules, stagesOf, withOneMore } from '../../core/catalog/approval-rule';
import type { ApprovalRule, ApprovalSeat, ApprovalStage, Catalog } from '../../core/catalog';
import { isPractice } from './practice';
import type { Approval, Decision } from './record';

/** Where an approval stands among its stages, under every rule that counts. Pure. */

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
  const fits = (vote: Decision, seats: readonly ApprovalSeat[]): boolean =>
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
export function voiceOf({ person, onBehalfOf }: Decision): string {
  return onBehalfOf?.id ?? person.id;
}

function requiredUntil(stages: readonly ApprovalStage[], last: number): number {
  return stages.slice(0, last + 1).reduce((sum, { required }) => sum + required, 0);
}

/** How many slots, from the first on, the votes can fill, each vote used once: a vote moves to another slot to make room. */
export function filledSlots<Slot, Vote>(
  slots: readonly Slot[],
  votes: readonly Vote[],
  fits: (vote: Vote, slot: Slot) => boolean,
): number {
  const slotOf = new Map<Vote, number>();
  function fill(at: number, tried: Set<Vote>): boolean {
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

/** Everybody who has used their say, in their own name or by somebody else's hand. One person has one say over all stages. */
export function haveVoted({ approvals }: Pick<Approval, 'approvals'>): ReadonlySet<string> {
  return new Set(approvals.flatMap(({ person, onBehalfOf }) => [person.id, ...(onBehalfOf ? [onBehalfOf.id] : [])]));
}
