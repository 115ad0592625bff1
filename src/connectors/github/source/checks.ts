import type { Check } from '../../contract';
import { within } from '../client';
import type { GithubClient } from '../client';
import { readAllPages } from './pages';
import { CheckRunsAnswer, CombinedStatusAnswer } from './schema';
import type { CheckRun, CommitStatus } from './schema';

/** What ran for a commit. GitHub keeps two kinds: check runs of Apps such as Actions, and the older commit statuses. */

const maxPages = 10;

/** `reference`: a commit, or `heads/main`. */
export async function readChecks(client: GithubClient, repository: string, reference: string): Promise<Check[]> {
  const at = within(repository, 'commits', ...reference.split('/'));
  const [runs, statuses] = await Promise.all([
    readAllPages(
      async (query) =>
        (await client.get([...at, 'check-runs'], CheckRunsAnswer, { filter: 'latest', ...query })).check_runs,
      maxPages,
    ),
    readAllPages(
      async (query) => (await client.get([...at, 'status'], CombinedStatusAnswer, query)).statuses,
      maxPages,
    ),
  ]);
  return [...runs.items.map(checkFromRun), ...statuses.items.map(checkFromStatus)];
}

const endings: ReadonlyMap<string, Check['state']> = new Map([
  ['success', 'passed'],
  ['neutral', 'passed'],
  ['skipped', 'skipped'],
  // Somebody or a newer run stopped it, or it's too old to count.
  ['cancelled', 'skipped'],
  ['stale', 'skipped'],
]);

export function checkFromRun({ name, status, conclusion, html_url }: CheckRun): Check {
  const state = status === 'completed' ? (endings.get(conclusion ?? '') ?? 'failed') : 'running';
  return { name, state, ...(html_url !== '' && { url: html_url }) };
}

export function checkFromStatus({ context, state, target_url }: CommitStatus): Check {
  const known = state === 'success' ? 'passed' : state === 'pending' ? 'running' : 'failed';
  return { name: context, state: known, ...(target_url !== '' && { url: target_url }) };
}
