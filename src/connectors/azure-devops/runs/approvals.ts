import type { Target } from '../../../core/catalog/rights';
import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { ApprovalSource, WaitingRun } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import { ifThere } from '../client';
import type { AzureClient } from '../client';
import type { AzureApproval } from '../schema';
import { isPending, stageNames } from './approving';
import type { AzureApprover } from './approving';
import { readBuildRunId, writePipelineName, writeBuildRunId } from './names';
import { attemptOf } from './reading';

/** The approvals that runs of bound and offered pipelines wait for. */

interface ApprovalParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: AzureClient;
  readonly approver: AzureApprover;
  readonly offered: readonly string[];
  readonly bound: () => readonly { readonly pipeline: string; readonly target: Target }[];
  /** What was known of a run counts no more. */
  readonly forget: (run: string) => void;
}

const maxComment = 1_000;

export function createAzureApprovals(parts: ApprovalParts): ApprovalSource {
  const { name, client, approver, offered, bound, forget } = parts;

  /** None for a run of a pipeline that is neither bound nor offered. */
  async function waitingRun(number: number, waiting: readonly AzureApproval[]): Promise<WaitingRun[]> {
    const build = await ifThere(client.build(number));
    if (!build || build.status === 'completed') return [];
    const pipeline = writePipelineName(build.definition);
    const own = bound().filter((each) => each.pipeline.toLowerCase() === pipeline.toLowerCase());
    if (own.length === 0 && !isOffered(offered, pipeline)) return [];
    const records = await client.timeline(number);
    const { _links: url, requestedFor, startTime, queueTime, buildNumber } = build;
    const approvals = waiting.map(async (each) => {
      const stages = stageNames(each, records);
      const target = own.length === 1 ? own[0]?.target : targetOf(stages, own);
      return { ...(await approver.pendingOf(each, stages, url)), ...(target && { target }) };
    });
    const startedAt = startTime ?? queueTime;
    return [
      {
        ...{ id: writeBuildRunId(number, attemptOf(records)), pipeline, approvals: await Promise.all(approvals) },
        title: cleanText(buildNumber, 120),
        ...(requestedFor && { startedBy: { name: cleanText(requestedFor.displayName, 80) } }),
        ...(startedAt !== undefined && { startedAt }),
        ...(url !== '' && { url }),
      },
    ];
  }

  async function find(id: string, approval: string): Promise<AzureApproval | undefined> {
    const called = readBuildRunId(id);
    if (!called) throw new ConnectorError(name, 'not found', 'no such run');
    const found = (await client.approvals([approval])).find((each) => each.id === approval);
    if (found && found.pipeline?.owner?.id !== called.build)
      throw new ConnectorError(name, 'refused', 'this approval is another run’s');
    return found && isPending(found) ? found : undefined;
  }

  return {
    async waiting() {
      const byRun = new Map<number, AzureApproval[]>();
      for (const each of await client.pendingApprovals()) {
        const run = each.pipeline?.owner?.id;
        if (run !== undefined) byRun.set(run, [...(byRun.get(run) ?? []), each]);
      }
      return (await Promise.all([...byRun].map(([run, waiting]) => waitingRun(run, waiting)))).flat();
    },

    async decide(id, approval, { approves, comment }) {
      forget(id);
      const waiting = await find(id, approval);
      if (!waiting) return 'already decided';
      const { whyNot } = await approver.pendingOf(waiting, [], '');
      if (whyNot !== undefined) throw new ConnectorError(name, 'refused', whyNot);
      try {
        await client.decide(approval, approves ? 'approved' : 'rejected', cleanText(comment, maxComment));
        return 'decided';
      } catch (error) {
        // Somebody was faster.
        const isRefused = error instanceof ConnectorError && error.isFinal;
        if (isRefused && (await find(id, approval)) === undefined) return 'already decided';
        throw error;
      }
    },
  };
}

/** Where a pipeline deploys to several environments, the stage of each has its name. */
function targetOf(stages: readonly string[], own: readonly { readonly target: Target }[]): Target | undefined {
  const names = stages.map((each) => each.toLowerCase());
  return own.find(({ target }) => names.includes(target.environment.toLowerCase()))?.target;
}
