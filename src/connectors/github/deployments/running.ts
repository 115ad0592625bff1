import { z } from 'zod';
import { fillTemplate, text } from '../../../core/catalog/templates';
import type { Target } from '../../../core/catalog/rights';
import type { RunningSource } from '../../contract';
import { within } from '../client';
import type { GithubClient } from '../client';
import { versionOf } from '../source/source-control';
import { DeploymentsAnswer, DeploymentStatusesAnswer } from './schema';
import type { DeploymentEntry } from './schema';

/** What is live, by GitHub's deployments: the newest one whose latest status is a success. Older ones can stay “active” in an environment. */

export const runningBinding = z.strictObject({
  repository: text,
  /** The name of the environment in GitHub; the catalog's if omitted. */
  environmentName: text.optional(),
  /** What the tags of releases begin with, before the version; `v` if omitted. */
  tagPrefix: text.optional(),
});

const lookedAt = 30;

export function bindRunning(
  client: GithubClient,
  { repository: named, environmentName, tagPrefix }: z.output<typeof runningBinding>,
  target: Target,
): RunningSource {
  const repository = fillTemplate(named, target);
  const environment = environmentName ? fillTemplate(environmentName, target) : target.environment;
  const prefix = tagPrefix ? fillTemplate(tagPrefix, target) : 'v';
  return {
    async read() {
      const deployments = await client.get(within(repository, 'deployments'), DeploymentsAnswer, {
        ...{ environment, per_page: lookedAt },
      });
      for (const deployment of deployments) {
        const path = within(repository, 'deployments', deployment.id, 'statuses');
        const [latest] = await client.get(path, DeploymentStatusesAnswer, { per_page: 1 });
        if (latest?.state === 'success') {
          const since = latest.created_at ?? deployment.created_at ?? 0;
          return { version: releaseOf(deployment, prefix), commit: deployment.sha, since };
        }
      }
      return undefined;
    },
  };
}

/** The version of its tag, or the one that Gavel wrote down; otherwise the branch or commit that was deployed. */
export function releaseOf({ ref, sha, payload }: DeploymentEntry, prefix: string): string {
  const tag = ref.replace(/^refs\/tags\//, '');
  return versionOf(tag, prefix) ?? payload?.version ?? (ref === sha ? sha.slice(0, 7) : ref);
}
