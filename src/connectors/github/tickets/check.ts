import type { CheckLine } from '../../contract';
import { checkPermission } from '../check';
import { within } from '../client';
import type { GithubClient } from '../client';
import { checkCall } from '../../http/checks';
import type { GithubApp } from '../opening';
import { IssuesAnswer } from './schema';

/** Each permission that tickets need. */

interface CheckParts {
  readonly client: GithubClient;
  readonly app: GithubApp | undefined;
}

const fix =
  'Give Gavel’s App or token the repository permission Issues: Read and write, and turn on Issues in the repository.';

/** Tries the first repository, since a permission is given for all of them. No issue has the number 0, so nothing is written. */
export async function checkTickets({ client, app }: CheckParts, repositories: readonly string[]): Promise<CheckLine[]> {
  const [repository] = repositories;
  if (repository === undefined) return [];
  const list = () => client.get(within(repository, 'issues'), IssuesAnswer, { per_page: 1 });
  const comment = () =>
    client.bytes({
      ...{ kind: 'read', method: 'POST', path: within(repository, 'issues', 0, 'comments'), accept: [404, 410] },
      body: { json: { body: 'Gavel is checking whether it can write here.' } },
    });
  return Promise.all([
    checkCall('reading issues', list, fix),
    app
      ? checkPermission(app, 'opening and moving issues', 'issues', 'Issues: Read and write')
      : checkCall('opening and moving issues', comment, fix),
  ]);
}
