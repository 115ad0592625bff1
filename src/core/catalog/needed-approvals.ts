import type { ApprovalRule, Catalog } from '.';
import { lookUp } from '../keys';
import { secondApprovalMark } from '../operations';
import { plural } from '../text';
import { describeSeat } from './rights';
import type { Target } from './rights';

/** The approvals that the catalog demands for what people request. Every promise about them on a card comes from here. Pure. */

export interface NeededApprovals {
  /** The second approval that holds the request itself; undefined if nothing marks it. */
  readonly before: ApprovalRule | undefined;
  /** The rule that the request then waits for; undefined if it needs no approval. */
  readonly rule: ApprovalRule | undefined;
}

/** What this operation needs there, whoever requests it. Nothing for an environment that the catalog doesn't have. */
export function neededApprovals(
  catalog: Catalog,
  operation: 'deploy' | 'rollback' | 'restart',
  target: Target,
): NeededApprovals {
  const rule = lookUp(catalog.environments, target.environment)?.[operation];
  const mark = secondApprovalMark(catalog, [{ operation, reach: target }]);
  return { before: mark?.approval, rule: rule && rule.required > 0 ? rule : undefined };
}

/** `The restart needs 1 approval from an approver other than you.`; empty if it needs none. `requester`: `you` if only the requester reads it. */
export function describeNeededApprovals(
  { before, rule }: NeededApprovals,
  what: 'deployment' | 'rollback' | 'restart' | 'change',
  requester: 'you' | 'the requester' = 'you',
): string {
  if (!before) return rule ? `The ${what} needs ${approvalsFrom(rule, requester)}.` : '';
  return rule
    ? `The ${what} first needs ${approvalsFrom(before, requester)}, then ${approvalsFrom(rule, requester)}.`
    : `The ${what} needs ${approvalsFrom(before, requester)}.`;
}

function approvalsFrom(rule: ApprovalRule, requester: string): string {
  const notTheirs = rule.requesterMayApprove ? '' : ` other than ${requester}`;
  return `${plural(rule.required, 'approval')} from ${describeSeat(rule, rule.required)}${notTheirs}`;
}
