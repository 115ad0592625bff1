import { stagesOf } from '../../core/approval-rule';
import type { ApprovalSeat, ApprovalStage } from '../../core/catalog';
import type { Approval, Decision } from './record';

/** Where an approval stands among its stages. Pure. */

export interface Standing {
  /** From 0; the number of stages when all are done. */
  readonly index: number;
  readonly stage: ApprovalStage | undefined;
  readonly stages: readonly ApprovalStage[];
  /** The votes that count for it. */
  readonly votes: readonly Decision[];
  /** Whose word counts now: those of the stage, and after the escalation those it went to. */
  readonly seats: readonly ApprovalSeat[];
}

export function standingOf({ request, approvals, escalatedAt }: Approval): Standing {
  const stages = stagesOf(request.rule);
  const votesOf = (index: number): Decision[] => approvals.filter((vote) => (vote.stage ?? 0) === index);
  const at = stages.findIndex((stage, index) => votesOf(index).length < stage.required);
  const index = at === -1 ? stages.length : at;
  const stage = stages[index];
  const escalated = escalatedAt !== undefined && request.rule.escalateTo ? [request.rule.escalateTo] : [];
  return { index, stage, stages, votes: votesOf(index), seats: stage ? [stage, ...escalated] : [] };
}

/** Everybody who has used their say, in their own name or by somebody else's hand. One person has one say over all stages. */
export function haveVoted({ approvals }: Pick<Approval, 'approvals'>): ReadonlySet<string> {
  return new Set(approvals.flatMap(({ person, onBehalfOf }) => [person.id, ...(onBehalfOf ? [onBehalfOf.id] : [])]));
}
