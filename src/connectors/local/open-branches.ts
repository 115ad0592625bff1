import type { PullRequest, PullRequests } from '../contract';
import { loadGit, readCommits, readHead } from './repository';
import type { Commits, Repository } from './repository';

/** What takes the place of pull requests in a plain git repository: branches with commits that the main branch doesn't have. */

const maxOpen = 100;

/** The branch of each service has its name, and those for its changes begin with it: `shop-gift-cards`. */
export async function openBranches(
  repository: Repository,
  service: string,
  services: ReadonlySet<string>,
): Promise<PullRequests> {
  const git = await loadGit();
  const names = (await git.listBranches(repository)).filter((name) => serviceOf(name, services) === service);
  const main = await readCommits(repository, await readHead(repository, service));
  const found = await Promise.all(
    names.map(async (name) => branchFrom(name, await readCommits(repository, await readHead(repository, name)), main)),
  );
  const open = found.filter((each) => each !== undefined).sort((one, other) => one.openedAt - other.openedAt);
  return { called: 'branch', open: open.slice(0, maxOpen), total: open.length };
}

/** The service that this branch changes; undefined for the branch of a service itself. */
function serviceOf(branch: string, services: ReadonlySet<string>): string | undefined {
  if (services.has(branch)) return undefined;
  return [...services]
    .filter((service) => branch.startsWith(`${service}-`))
    .sort((one, other) => other.length - one.length)[0];
}

/** Undefined if all of it is in the main branch. */
function branchFrom(label: string, commits: Commits, main: Commits): PullRequest | undefined {
  const first = [...commits.values()].filter(({ oid }) => !main.has(oid)).at(-1);
  if (!first) return undefined;
  const { message, author } = first.commit;
  return {
    label,
    title: message.split('\n')[0] ?? '',
    author: author.name,
    openedAt: author.timestamp * 1000,
    isDraft: false,
    reviewers: [],
  };
}
