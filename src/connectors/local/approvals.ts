import type { Target } from '../../core/catalog/rights';
import type { Clock } from '../../core/time/clock';
import type { ApprovalSource, WaitingRun, WaitingStep } from '../contract';
import { requireRunFolder } from '../machine/pipelines';
import { openRunFolder, unfinishedRuns } from '../machine/run-folder';
import type { RunFolder } from '../machine/run-folder';
import { localKind } from './records';

/** What the pipelines of the sandbox wait for: a question in the folder of a run, and its answer beside it, written once. */

interface LocalApprovalsOptions {
  /** The folder of the runs. */
  readonly runs: string;
  readonly pipelines: readonly {
    readonly id: string;
    readonly title: string;
    readonly waitsFor?: Target | undefined;
  }[];
  readonly claimOf: (id: string) =>
    | {
        readonly pipeline: string;
        readonly claimedAt: number;
        readonly by?: { readonly name: string } | undefined;
      }
    | undefined;
  readonly targets: () => readonly Target[];
  readonly clock: Clock;
}

export function createLocalApprovals(options: LocalApprovalsOptions): ApprovalSource {
  const { runs, pipelines, claimOf, targets, clock } = options;

  /** Whose decision it is, as the catalog has it at the moment. */
  function targetOf(waitsFor: Target | undefined): Target | undefined {
    return targets().find(
      ({ service, environment }) => service === waitsFor?.service && environment === waitsFor.environment,
    );
  }

  function waitingRun(id: string): WaitingRun | undefined {
    const claim = claimOf(id);
    const step = waitsIn(openRunFolder(runs, id));
    if (!claim || !step) return undefined;
    const { pipeline, claimedAt: startedAt, by: startedBy } = claim;
    const { title = pipeline, waitsFor } = pipelines.find((each) => each.id === pipeline) ?? {};
    const target = targetOf(waitsFor);
    const approvals = [{ ...step, ...(target && { target }) }];
    return { id, pipeline, title, startedAt, approvals, ...(startedBy && { startedBy }) };
  }

  return {
    waiting: async () => unfinishedRuns(runs).flatMap((id) => waitingRun(id) ?? []),
    async decide(run, approval, decision, _by, key) {
      const folder = requireRunFolder(localKind, runs, run);
      if (folder.decision()?.key === key) return 'decided';
      if (waitsIn(folder)?.id !== approval) return 'already decided';
      return folder.decide({ ...decision, by: 'Gavel', at: clock.now(), key }) ? 'decided' : 'already decided';
    },
  };
}

/** What the run waits for now. */
export function waitsIn(folder: RunFolder): WaitingStep | undefined {
  const isOver = folder.result() !== undefined || folder.cancelledAt() !== undefined || folder.decision() !== undefined;
  const asked = isOver ? undefined : folder.approval();
  if (!asked) return undefined;
  const { since: waitingSince, ...rest } = asked;
  return { ...rest, waitingSince };
}
