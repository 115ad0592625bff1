import type { CheckLine } from '../../contract';
import { checkCall } from '../../http/checks';
import { within } from '../client';
import type { GithubClient } from '../client';
import { DeploymentsAnswer } from '../deployments/schema';
import { CheckRunsAnswer, CombinedStatusAnswer, PullsAnswer, TagsAnswer } from './schema';

/** Each permission that reading source control and deployments needs. */

interface Bound {
  /** The repositories of the bindings. */
  readonly source: readonly string[];
  readonly deployments: readonly string[];
}

const allow = (permission: string): string => `Give Gavel’s App or token the repository permission ${permission}.`;
const one = { per_page: 1 };

/** Tries the first repository of each kind, since a permission is given for all of them. */
export async function checkSource(client: GithubClient, { source, deployments }: Bound): Promise<CheckLine[]> {
  const [repository] = source;
  const [deployed] = deployments;
  const head = async (): Promise<string> =>
    repository === undefined ? '' : (await client.repository(repository)).default_branch;
  const at = async (what: string) => within(repository ?? '', 'commits', ...`heads/${await head()}/${what}`.split('/'));
  return Promise.all([
    ...(repository === undefined
      ? []
      : [
          checkCall(
            'reading releases and commits',
            () => client.get(within(repository, 'tags'), TagsAnswer, one),
            allow('Contents: Read-only'),
          ),
          checkCall(
            'reading pull requests',
            () => client.get(within(repository, 'pulls'), PullsAnswer, one),
            allow('Pull requests: Read-only'),
          ),
          checkCall(
            'reading checks',
            async () => client.get(await at('check-runs'), CheckRunsAnswer, one),
            allow('Checks: Read-only'),
          ),
          checkCall(
            'reading commit statuses',
            async () => client.get(await at('status'), CombinedStatusAnswer, one),
            allow('Commit statuses: Read-only'),
          ),
        ]),
    ...(deployed === undefined
      ? []
      : [
          checkCall(
            'reading deployments',
            () => client.get(within(deployed, 'deployments'), DeploymentsAnswer, one),
            allow('Deployments: Read-only, or Read and write to record them'),
          ),
        ]),
  ]);
}
