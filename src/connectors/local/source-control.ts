import fs from 'node:fs';
import type { ReadCommitResult } from 'isomorphic-git';
import { coAuthorsIn, distinctContributors } from '../../core/catalog/authors';
import type { Contributor } from '../../core/catalog/authors';
import { ConnectorError } from '../../core/errors';
import type { Commit, Release } from '../contract';
import type { ByName } from '../machine/by-name';
import { isVersion } from '../machine/places';
import { localKind, serviceFolders } from './records';
import type { LocalParts } from './records';

/** Loaded when somebody first asks for releases: in Teams, that often never happens. */
const loadGit = (): Promise<typeof import('isomorphic-git')> => import('isomorphic-git');

const logDepth = 1000;
const maxCommits = 200;
const maxReleases = 50;

/** Releases are tags `<service>/<version>` of the git repository below the data folder. */
export function createSourceControl({
  dataDir,
  places,
}: Pick<LocalParts, 'dataDir' | 'places'>): ByName<'sourceControl'> {
  const repository = { fs, gitdir: serviceFolders(dataDir).repository };

  async function release(service: string, version: string): Promise<Release | undefined> {
    places.requireService(service);
    if (!isVersion(version)) return undefined;
    return reading(async () => {
      const found = await readRelease(repository, service, version);
      if (!found) return undefined;
      const branch = await readBranch(repository, found.commit);
      return branch === undefined ? found : { ...found, branch };
    });
  }

  async function releases(service: string): Promise<Release[]> {
    places.requireService(service);
    const prefix = `${service}/`;
    const found = await reading(async () => {
      const git = await loadGit();
      const tags = await git.listTags(repository);
      const versions = tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
      return Promise.all(versions.filter(isVersion).map((version) => readRelease(repository, service, version)));
    });
    return found
      .filter((each) => each !== undefined)
      .sort((one, other) => other.createdAt - one.createdAt)
      .slice(0, maxReleases);
  }

  async function ancestors(oid: string): Promise<Map<string, ReadCommitResult>> {
    const git = await loadGit();
    const log = await git.log({ ...repository, ref: oid, depth: logDepth });
    return new Map(log.map((entry) => [entry.oid, entry]));
  }

  return {
    releases,
    release,
    async commitsBetween(service, from, to) {
      const target = await release(service, to);
      const origin = from === undefined ? undefined : await release(service, from);
      if (!target || (from !== undefined && !origin))
        throw new ConnectorError(localKind, 'not found', `${service} has no release ${target ? from : to}`);
      const nothing = { commits: [], authors: { people: [] } };
      if (origin?.commit === target.commit) return { ...nothing, direction: 'same' };
      const [inTarget, inOrigin] = await reading(() =>
        Promise.all([
          ancestors(target.commit),
          origin ? ancestors(origin.commit) : new Map<string, ReadCommitResult>(),
        ]),
      );
      if (inOrigin.has(target.commit)) return { ...nothing, direction: 'back' };
      const range = [...inTarget.values()].filter(({ oid }) => !inOrigin.has(oid));
      const isWhole = range.every(({ commit }) =>
        commit.parent.every((parent) => inTarget.has(parent) || inOrigin.has(parent)),
      );
      return {
        commits: range.slice(0, maxCommits).map(commitFrom),
        direction: 'forward',
        authors: {
          people: distinctContributors(range.flatMap(contributorsOf)),
          ...(!isWhole && { gap: `the change is longer than ${logDepth} commits` }),
        },
      };
    },
  };
}

interface Repository {
  readonly fs: typeof fs;
  readonly gitdir: string;
}

/** The branch of this commit; undefined if several or none contain it. */
async function readBranch(repository: Repository, oid: string): Promise<string | undefined> {
  const git = await loadGit();
  const lies = await Promise.all(
    (await git.listBranches(repository)).map(async (branch) => {
      const head = await git.resolveRef({ ...repository, ref: `refs/heads/${branch}` });
      const isOn =
        head === oid || (await git.isDescendent({ ...repository, oid: head, ancestor: oid, depth: logDepth }));
      return isOn ? [branch] : [];
    }),
  );
  const [branch, ...others] = lies.flat();
  return others.length === 0 ? branch : undefined;
}

async function readRelease(repository: Repository, service: string, version: string): Promise<Release | undefined> {
  const git = await loadGit();
  try {
    const tagged = await git.resolveRef({ ...repository, ref: `refs/tags/${service}/${version}` });
    const { oid, commit } = await git.readCommit({ ...repository, oid: tagged });
    return { version, commit: oid, createdAt: commit.committer.timestamp * 1000 };
  } catch (error) {
    if (error instanceof git.Errors.NotFoundError) return undefined;
    throw error;
  }
}

function contributorsOf({ commit: { author, committer, message } }: ReadCommitResult): Contributor[] {
  return [...[author, committer].map(({ name, email }) => ({ name, email })), ...coAuthorsIn(message)];
}

function commitFrom({ oid, commit }: ReadCommitResult): Commit {
  return {
    id: oid,
    message: commit.message.split('\n')[0] ?? '',
    author: commit.author.name,
    committedAt: commit.author.timestamp * 1000,
  };
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new ConnectorError(localKind, 'unreachable', 'the git repository can’t be read', { cause: error });
  }
}
