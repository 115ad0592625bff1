import { cleanText } from '../../../core/text';
import type { PendingApproval } from '../../contract';
import type { GithubClient } from '../client';
import type { Job, PendingDeployment, Run } from '../schema';
import type { RunName } from './names';

/** The environments that a run waits for. */

export type Approver = ReturnType<typeof createApprover>;

interface ApproverParts {
  readonly client: GithubClient;
  /** The number of the App that Gavel is; undefined with a token. */
  readonly app: (() => Promise<number>) | undefined;
}

export function createApprover({ client, app }: ApproverParts) {
  async function whyNot({ repository }: RunName, waiting: PendingDeployment): Promise<string | undefined> {
    if (!app) return waiting.current_user_can_approve ? undefined : notReviewer;
    const rules = await client.protectionRules(repository, waiting.environment.name);
    const own = await app();
    return rules.custom_deployment_protection_rules.some((rule) => rule.enabled && rule.app.id === own)
      ? undefined
      : notRule;
  }

  return {
    async pending(called: RunName, run: Run, jobs: readonly Job[]): Promise<PendingApproval[]> {
      const waiting = await client.pendingDeployments(called.repository, called.run);
      const since = jobs.find(({ status }) => status === 'waiting')?.created_at;
      return Promise.all(waiting.map(async (each) => approvalOf(run, each, since, await whyNot(called, each))));
    },
  };
}

const notReviewer = 'Gavel’s GitHub account isn’t a reviewer of this environment.';
const notRule = 'Gavel’s GitHub App isn’t a protection rule of this environment.';

function approvalOf(
  { html_url: url }: Run,
  { environment, wait_timer_started_at: since }: PendingDeployment,
  waitingSince: number | undefined,
  whyNot: string | undefined,
): PendingApproval {
  return {
    ...{ id: String(environment.id), name: cleanText(environment.name, 100) },
    ...((since ?? waitingSince) !== undefined && { waitingSince: since ?? waitingSince }),
    ...(whyNot !== undefined && { whyNot }),
    ...(url.startsWith('https://') && { url }),
  };
}
