import type { ApprovalRule, Catalog } from '../../core/catalog';
import { contributorIds } from '../../core/catalog/authors';
import { pipelineAddress } from '../../core/catalog/pipelines';
import type { Reach } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import type { RunDecision, RunStatus } from '../../connectors/contract';
import type { RunApproval, StepStanding } from './contract';

/** Whose decision counts, and what the tool says of it. Pure. */

/** The tool says how long it waits, so the rule doesn't. */
const longestSeconds = 31_536_000;

/**
 * The rule of the step's environment, as for a deployment to it; without one, one approval by anybody with the right to approve. Whoever started the run never
 * approves it.
 */
export function ruleFor(catalog: Catalog, { target }: Pick<RunApproval, 'target'>): ApprovalRule {
  const own = lookUp(catalog.environments, target?.environment)?.deploy;
  const always = { requesterMayApprove: false, expiresAfterSeconds: longestSeconds };
  if (!own || own.required === 0)
    return { ...always, required: 1, role: 'approver', stages: [{ name: '', required: 1, right: 'approve' }] };
  const { evidence: _, committersMayApprove: _committers, authorsUnknown: _authors, ...rule } = own;
  return { ...rule, ...always };
}

/** What the approvers need their roles for. */
export function runApprovalReach({
  target,
  connection,
  pipeline,
}: Pick<RunApproval, 'target' | 'connection' | 'pipeline'>): Reach {
  return target ?? { pipeline: pipelineAddress(connection, pipeline) };
}

/** Whether this person may have started the run in the tool itself. */
export function mayHaveStarted(
  catalog: Catalog,
  personId: string,
  { startedBy }: Pick<RunApproval, 'startedBy'>,
): boolean {
  return startedBy !== undefined && contributorIds(catalog, [startedBy]).includes(personId);
}

/** `status` is undefined if the tool no longer has the run. `label` is in the comment of a decision that Gavel sent. */
export function standingOf(status: RunStatus | undefined, step: string, label: string): StepStanding {
  if (!status) return { is: 'over', reason: 'the tool no longer has the run' };
  const { decisions = [], approvals = [], state, reason } = status;
  const decided = decisions.filter(({ approval }) => approval === step);
  const told = ({ approves, by, at, comment }: RunDecision, isOurs: boolean): StepStanding => ({
    ...{ is: 'decided', isOurs, isTold: true, approves, by, at, comment },
  });
  const ours = decided.findLast(({ comment }) => comment?.includes(`(${label})`));
  if (ours) return told(ours, true);
  // Others may have decided an earlier attempt, or the tool wants more than one of them.
  if (approvals.some(({ id }) => id === step)) return { is: 'waiting' };
  const last = decided.at(-1);
  if (last) return told(last, false);
  if (state === 'succeeded' || state === 'failed' || state === 'canceled' || state === 'superseded')
    return { is: 'over', reason: reason === undefined || reason === '' ? `it is ${state}` : reason };
  return { is: 'decided', isOurs: false, isTold: false };
}
