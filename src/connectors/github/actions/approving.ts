import { cleanText } from '../../../core/text';
import type { PendingApproval, RunDecision } from '../../contract';
import type { GithubClient } from '../client';
import type { Job, PendingDeployment, Run } from '../schema';
import type { RunName } from './names';

/** The environments that a run waits for: what Gavel may decide there, and what was decided. */

export type Approver = ReturnType<typeof createApprover>;

interface ApproverParts {
  readonly client: GithubClient;
  /** The App that Gavel is; undefined with a token. */
  readonly app: (() => Promise<{ readonly id: number }>) | undefined;
}

/** An environment that waits, and its approval. */
interface Waiting {
  readonly environment: PendingDeployment['environment'];
  readonly approval: PendingApproval;
}

const maxKept = 500;
/** GitHub cuts nothing, and refuses more. */
const maxComment = 1_000;

export function createApprover({ client, app }: ApproverParts) {
  /** What Gavel has decided as an App: the environment can go on waiting for reviewers. */
  const decided = new Set<string>();
  const markOf = ({ repository, run }: RunName, approval: string): string => `${repository}/${run} ${approval}`;

  async function whyNot({ repository }: RunName, waiting: PendingDeployment): Promise<string | undefined> {
    if (!app) return waiting.current_user_can_approve ? undefined : notReviewer;
    const rules = await client.protectionRules(repository, waiting.environment.name);
    const own = await app();
    return rules.custom_deployment_protection_rules.some((rule) => rule.enabled && rule.app.id === own.id)
      ? undefined
      : notRule;
  }

  async function waiting(called: RunName, run: Run, since: number | undefined): Promise<Waiting[]> {
    const all = await client.pendingDeployments(called.repository, called.run);
    const open = all.filter(({ environment }) => !decided.has(markOf(called, approvalId(run, environment.id))));
    return Promise.all(
      open.map(async (each) => ({
        environment: each.environment,
        approval: approvalOf(run, each, since, await whyNot(called, each)),
      })),
    );
  }

  return {
    waiting,
    async pending(called: RunName, run: Run, jobs: readonly Job[]): Promise<PendingApproval[]> {
      const since = jobs.find(({ status }) => status === 'waiting')?.created_at;
      return (await waiting(called, run, since)).map(({ approval }) => approval);
    },
    /** What was decided so far; undefined if GitHub doesn’t say. It leaves out when, and in which attempt. */
    async decisions({ repository, run }: RunName, { run_attempt }: Run): Promise<RunDecision[] | undefined> {
      const reviews = await client.reviews(repository, run).catch(() => undefined);
      return reviews
        ?.filter(({ state }) => state === 'approved' || state === 'rejected')
        .flatMap(({ environments, state, user, comment }) =>
          environments.map(({ id }) => ({
            ...{ approval: approvalId({ run_attempt }, id), approves: state === 'approved' },
            ...(user && { by: cleanText(user.login, 80) }),
            ...(comment !== '' && { comment: cleanText(comment, 300) }),
          })),
        );
    },
    /** As the rule of the environment that the App is, or as one of its reviewers. */
    async decide(called: RunName, { environment, approval }: Waiting, approves: boolean, said: string): Promise<void> {
      const state = approves ? 'approved' : 'rejected';
      const comment = cleanText(said, maxComment);
      if (!app)
        return client.review(called.repository, called.run, { environment_ids: [environment.id], state, comment });
      await client.reviewGate(called.repository, called.run, { environment_name: environment.name, state, comment });
      decided.add(markOf(called, approval.id));
      for (const oldest of [...decided].slice(0, Math.max(0, decided.size - maxKept))) decided.delete(oldest);
    },
  };
}

const notReviewer = 'Gavel’s GitHub account isn’t a reviewer of this environment.';
const notRule = 'Gavel’s GitHub App isn’t enabled as a protection rule for this environment.';

/** Another attempt of the run has to be approved again. */
const approvalId = ({ run_attempt }: Pick<Run, 'run_attempt'>, environment: number): string =>
  `${environment}@${run_attempt}`;

function approvalOf(
  run: Run,
  { environment, wait_timer_started_at: since }: PendingDeployment,
  waitingSince: number | undefined,
  whyNot: string | undefined,
): PendingApproval {
  return {
    ...{ id: approvalId(run, environment.id), name: cleanText(environment.name, 100) },
    ...((since ?? waitingSince) !== undefined && { waitingSince: since ?? waitingSince }),
    ...(whyNot !== undefined && { whyNot }),
    ...(run.html_url.startsWith('https://') && { url: run.html_url }),
  };
}
