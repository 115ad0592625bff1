import { coAuthorsIn, distinctContributors } from '../../../core/catalog/authors';
import type { Contributor } from '../../../core/catalog/authors';
import type { Commit, CommitRange } from '../../contract';
import { within } from '../client';
import type { GithubClient } from '../client';
import { entriesPerPage, readAllPages } from './pages';
import { CommitsAnswer, ComparisonAnswer } from './schema';
import type { CommitEntry } from './schema';

/** The commits between two commits, with everybody who wrote them. */

const maxCommits = 200;
const maxPages = 20;

/** `from` undefined: everything before `to`, too. Without paging, GitHub would leave out all but the first 250 and not say so. */
export async function compareCommits(
  client: GithubClient,
  repository: string,
  from: string | undefined,
  to: string,
): Promise<CommitRange> {
  if (from === undefined) {
    const { items, isComplete } = await readAllPages(
      (query) => client.get(within(repository, 'commits'), CommitsAnswer, { sha: to, ...query }),
      maxPages,
    );
    return rangeOf(items, isComplete);
  }
  const oldestFirst: CommitEntry[] = [];
  let total = 0;
  for (let page = 1; page <= maxPages; page += 1) {
    const path = within(repository, 'compare', `${from}...${to}`);
    const found = await client.get(path, ComparisonAnswer, { per_page: entriesPerPage, page });
    if (found.status === 'identical') return { ...rangeOf([], true), direction: 'same' };
    if (found.status === 'behind') return { ...rangeOf([], true), direction: 'back' };
    total = found.total_commits;
    oldestFirst.push(...found.commits);
    if (found.commits.length === 0 || oldestFirst.length >= total) break;
  }
  return rangeOf(oldestFirst.reverse(), oldestFirst.length >= total);
}

/** `all`: newest first. */
function rangeOf(all: readonly CommitEntry[], isComplete: boolean): CommitRange {
  return {
    commits: all.slice(0, maxCommits).map(commitFrom),
    direction: 'forward',
    authors: {
      people: distinctContributors(all.flatMap(contributorsOf)),
      ...(!isComplete && { gap: `the change is longer than ${all.length} commits` }),
    },
  };
}

/** How GitHub signs what people do on its pages. */
const ofGithub = 'noreply@github.com';

function contributorsOf({ commit: { author, committer, message }, author: account }: CommitEntry): Contributor[] {
  const signed = [author, committer].flatMap((each) => (each && each.email !== ofGithub ? [each] : []));
  const named = signed.flatMap(({ name, email }) => (name === '' ? [] : [{ name, ...(email !== '' && { email }) }]));
  const known = author?.name ? [] : account?.login === undefined ? [] : [{ name: account.login }];
  return [...named, ...known, ...coAuthorsIn(message)];
}

function commitFrom({ sha, commit: { message, author }, author: account }: CommitEntry): Commit {
  return {
    id: sha,
    message: message.split('\n')[0] ?? '',
    author: author?.name || account?.login || 'someone',
    committedAt: author?.date ?? 0,
  };
}
