import { coAuthorsIn, distinctContributors } from '../../../core/catalog/authors';
import type { Contributor } from '../../../core/catalog/authors';
import type { Commit, CommitRange } from '../../contract';
import type { AzureCalls } from '../calls';
import { CommitDiff, GitCommit } from './schema';

/** The commits between two commits, with everybody who wrote them. */

const maxCommits = 200;
const pageSize = 100;
const maxPages = 20;
/** Lists cut long messages, and with them the co-authors; reading one costs a call. */
const maxWhole = 100;

export const inRepository = (repository: string, ...parts: readonly (string | number)[]): (string | number)[] => [
  ...['git', 'repositories', repository],
  ...parts,
];

/** `from` undefined: everything before `to`, too. */
export async function compareAzureCommits(
  { get, list }: AzureCalls,
  repository: string,
  from: string | undefined,
  to: string,
): Promise<CommitRange> {
  if (from !== undefined) {
    const { aheadCount, behindCount } = await get(inRepository(repository, 'diffs', 'commits'), CommitDiff, {
      ...{ baseVersion: from, baseVersionType: 'commit', targetVersion: to, targetVersionType: 'commit', $top: 1 },
    });
    if (aheadCount === 0)
      return { commits: [], authors: { people: [] }, direction: behindCount === 0 ? 'same' : 'back' };
  }
  const commits: GitCommit[] = [];
  let isComplete = false;
  for (let page = 0; page < maxPages && !isComplete; page++) {
    const found = await list(inRepository(repository, 'commits'), GitCommit, {
      ...rangeQuery(from, to),
      ...{ 'searchCriteria.$top': pageSize, 'searchCriteria.$skip': page * pageSize },
    });
    commits.push(...found);
    isComplete = found.length < pageSize;
  }
  const cut = commits.filter(({ commentTruncated }) => commentTruncated);
  const read = cut
    .slice(0, maxWhole)
    .map(({ commitId }) => get(inRepository(repository, 'commits', commitId), GitCommit));
  const whole = new Map((await Promise.all(read)).map((each) => [each.commitId, each]));
  const all = commits.map((each) => whole.get(each.commitId) ?? each);
  const gap = isComplete
    ? cut.length > maxWhole && 'some messages are too long to read all co-authors'
    : `the change is longer than ${commits.length} commits`;
  return {
    commits: all.slice(0, maxCommits).map(commitFrom),
    direction: 'forward',
    authors: { people: distinctContributors(all.flatMap(contributorsOf)), ...(gap !== false && { gap }) },
  };
}

/** The history of `compareVersion` without that of `itemVersion`: https://learn.microsoft.com/rest/api/azure/devops/git/commits/get-commits */
const rangeQuery = (from: string | undefined, to: string): Readonly<Record<string, string>> => ({
  'searchCriteria.itemVersion.version': from ?? to,
  'searchCriteria.itemVersion.versionType': 'commit',
  ...(from !== undefined && {
    'searchCriteria.compareVersion.version': to,
    'searchCriteria.compareVersion.versionType': 'commit',
  }),
});

function contributorsOf({ author, committer, comment }: GitCommit): Contributor[] {
  const signed = [author, committer].flatMap(({ name, email }) =>
    name === '' ? [] : [{ name, ...(email !== '' && { email }) }],
  );
  return [...signed, ...coAuthorsIn(comment)];
}

function commitFrom({ commitId, comment, author, committer }: GitCommit): Commit {
  return {
    ...{ id: commitId, message: comment.split('\n')[0] ?? '', author: author.name || committer.name || 'someone' },
    committedAt: author.date ?? committer.date ?? 0,
  };
}
