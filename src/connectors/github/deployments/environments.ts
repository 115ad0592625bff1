import { parse } from 'yaml';
import { z } from 'zod';
import { unlessMissing } from '../actions/offering';
import { pathOf, readWorkflowName, workflowAt } from '../actions/names';
import type { BoundWorkflow, WorkflowName } from '../actions/names';
import type { GithubClient } from '../client';

/** Which deployments a workflow records itself: GitHub makes one for each job that names an environment. */

const Environment = z
  .union([
    z.string().transform((name) => ({ name, deployment: true as boolean | string })),
    z.object({ name: z.string(), deployment: z.union([z.boolean(), z.string()]).default(true) }),
  ])
  .optional()
  .catch(undefined);
const Job = z.object({ environment: Environment, uses: z.string().optional().catch(undefined) });
const File = z.object({ jobs: z.record(z.string(), Job.catch({})).catch({}) });

interface JobsOfWorkflow {
  /** The environments that its own jobs deploy to, as they stand in the file. */
  readonly environments: readonly string[];
  /** The workflows that its jobs call. */
  readonly calls: readonly string[];
}

/** Pure. Nothing for a file that isn't a workflow. */
function readJobs(text: string): JobsOfWorkflow {
  const jobs = Object.values(contentOf(text).jobs);
  return {
    environments: jobs.flatMap(({ environment }) =>
      environment && environment.deployment !== false ? [environment.name] : [],
    ),
    calls: jobs.flatMap(({ uses }) => uses ?? []),
  };
}

function contentOf(text: string): z.output<typeof File> {
  try {
    return File.safeParse(parse(text, { maxAliasCount: 100 })).data ?? { jobs: {} };
  } catch {
    return { jobs: {} };
  }
}

/** GitHub lets workflows call each other ten levels deep. */
const maxCalls = 10;

/**
 * Whether a run of this workflow makes a deployment in this environment. A name that only the run knows, such as `${{ inputs.environment }}`, can be this one.
 * Environments are told apart without regard to case: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments
 */
export async function recordsItself(
  client: GithubClient,
  { pipeline, ref }: BoundWorkflow,
  environment: string,
): Promise<boolean> {
  const seen = new Set<string>();
  async function deploysIn(called: WorkflowName | undefined, at: string | undefined, left: number): Promise<boolean> {
    const address = called && `${called.repository}/${called.file}@${at ?? ''}`;
    if (!called || address === undefined || seen.has(address) || left === 0) return false;
    seen.add(address);
    const text = await unlessMissing(client.file(called.repository, pathOf(called), at));
    const { environments, calls } = readJobs(text ?? '');
    if (environments.some((name) => name.includes('${{') || name.toLowerCase() === environment.toLowerCase()))
      return true;
    for (const each of calls) {
      const next = calledBy(called.repository, at, each);
      if (await deploysIn(next?.workflow, next?.at, left - 1)) return true;
    }
    return false;
  }
  return deploysIn(readWorkflowName(pipeline), ref, maxCalls);
}

/** `./.github/workflows/deploy.yml`, or `acme/tools/.github/workflows/deploy.yml@v1`. */
function calledBy(repository: string, at: string | undefined, uses: string) {
  if (uses.startsWith('./')) return { workflow: workflowAt(repository, uses.slice(2)), at };
  const [, other = '', path = '', ref] = /^([^/]+\/[^/]+)\/([^@]+)@(.+)$/.exec(uses) ?? [];
  return { workflow: workflowAt(other, path), at: ref };
}
