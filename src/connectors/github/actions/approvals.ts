import type { Target } from '../../../core/catalog/rights';
import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { ApprovalSource, WaitingRun } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import type { GithubClient } from '../client';
import type { Run } from '../schema';
import type { Approver } from './approving';
import { readRunId, workflowAt, writeRunId, writeWorkflowName } from './names';
import type { BoundWorkflow } from './names';

/** The runs of bound and offered workflows that wait for an environment. */

interface ApprovalParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
  readonly approver: Approver;
  readonly offered: readonly string[];
  readonly repositories: () => readonly string[];
  /** What was known of a run counts no more. */
  readonly forget: (run: string) => void;
  readonly workflows: () => readonly (BoundWorkflow & { readonly target: Target })[];
}

export function createGithubApprovals(parts: ApprovalParts): ApprovalSource {
  const { name, client, approver, offered, repositories, workflows } = parts;

  /** Filtered lists can be out of date, and the newest runs aren’t all: both together, and each run is read by its number. */
  async function candidatesOf(repository: string): Promise<Run[]> {
    const [newest, waiting] = await Promise.all([
      client.repositoryRuns(repository),
      client.repositoryRuns(repository, 'waiting'),
    ]);
    const open = [...newest, ...waiting].filter(({ status }) => status === 'waiting' || status === 'in_progress');
    return [...new Map(open.map((run) => [run.id, run])).values()];
  }

  function pipelineOf(repository: string, { path }: Run): string | undefined {
    const called = workflowAt(repository, path.split('@')[0] ?? '');
    const pipeline = called && writeWorkflowName(called);
    const isOurs =
      pipeline !== undefined &&
      (isOffered(offered, pipeline) || workflows().some((each) => each.pipeline === pipeline));
    return isOurs ? pipeline : undefined;
  }

  async function waitingRun(repository: string, run: Run): Promise<WaitingRun[]> {
    const pipeline = pipelineOf(repository, run);
    const called = readRunId(writeRunId(repository, run.id, run.run_attempt));
    if (pipeline === undefined || !called) return [];
    const since = run.status === 'waiting' ? (run.updated_at ?? run.created_at) : undefined;
    const waiting = await approver.waiting(called, run, since);
    if (waiting.length === 0) return [];
    const approvals = waiting.map(({ approval, environment }) => {
      const bound = workflows().find(
        (each) => each.pipeline === pipeline && each.target.environment === environment.name,
      );
      return { ...approval, ...(bound && { target: bound.target }) };
    });
    const starter = run.triggering_actor?.login;
    const startedAt = run.run_started_at ?? run.created_at;
    return [
      {
        ...{ id: writeRunId(repository, run.id, run.run_attempt), pipeline, approvals },
        title: cleanText(run.display_title, 120),
        ...(starter !== undefined && { startedBy: { name: cleanText(starter, 80) } }),
        ...(startedAt !== undefined && { startedAt }),
        ...(run.html_url.startsWith('https://') && { url: run.html_url }),
      },
    ];
  }

  return {
    async waiting() {
      const found = repositories().map(async (repository) => {
        const runs = await candidatesOf(repository);
        return (await Promise.all(runs.map((run) => waitingRun(repository, run)))).flat();
      });
      return (await Promise.all(found)).flat();
    },

    async decide(id, approval, { approves, comment }) {
      const called = readRunId(id);
      if (!called) throw new ConnectorError(name, 'not found', 'no such run');
      parts.forget(id);
      const find = async () => {
        const run = await client.run(called.repository, called.run);
        return run.status === 'completed'
          ? undefined
          : (await approver.waiting(called, run, undefined)).find((each) => each.approval.id === approval);
      };
      const waiting = await find();
      if (!waiting) return 'already decided';
      if (waiting.approval.whyNot !== undefined) throw new ConnectorError(name, 'refused', waiting.approval.whyNot);
      try {
        await approver.decide(called, waiting, approves, comment);
        return 'decided';
      } catch (error) {
        // Somebody was faster.
        const isRefused = error instanceof ConnectorError && error.isFinal;
        if (isRefused && (await find()) === undefined) return 'already decided';
        throw error;
      }
    },
  };
}
