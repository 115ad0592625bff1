import { keepRecent } from '../../../core/keys';
import type { RunDecision } from '../../contract';
import type { Build, PendingInput } from '../schema';
import { approversIn, rejectionIn } from './reading';

/**
 * Jenkins lists who has approved input steps of a build, in order, but not which ones. That follows from which steps no longer wait. Where it doesn't follow
 * for sure, nothing is said.
 */

interface SeenRun {
  /** How many approvals the build had before Gavel saw one of its steps wait. */
  readonly approvalsBefore: number;
  /** Each step that was seen waiting, and what became of it. */
  readonly steps: Map<string, RunDecision | undefined>;
}

const maxKept = 500;

export function createSeenDecisions() {
  const seen = new Map<string, SeenRun>();
  return {
    /** What was decided so far of what was seen waiting. */
    learn(id: string, build: Build, inputs: readonly PendingInput[]): RunDecision[] {
      const approvers = approversIn(build);
      const { approvalsBefore, steps } = seen.get(id) ?? { approvalsBefore: approvers.length, steps: new Map() };
      for (const input of inputs) if (!steps.has(input.id)) steps.set(input.id, undefined);
      if (steps.size === 0) return [];
      keepRecent(seen, id, { approvalsBefore, steps }, maxKept);
      const gone = [...steps].flatMap(([step, decision]) =>
        decision || inputs.some((input) => input.id === step) ? [] : [step],
      );
      const told = [...steps.values()].filter((decision) => decision?.approves).length;
      const approvals = approvers.slice(approvalsBefore + told);
      const rejection = rejectionIn(build);
      const [one] = gone;
      if (gone.length === approvals.length) {
        const [by] = gone.length === 1 ? approvals : [];
        for (const approval of gone) steps.set(approval, { approval, approves: true, ...(by && { by }) });
      } else if (one !== undefined && gone.length === 1 && approvals.length === 0 && rejection)
        steps.set(one, { approval: one, ...rejection });
      return [...steps.values()].flatMap((decision) => decision ?? []);
    },
  };
}
