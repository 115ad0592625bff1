import fs from 'node:fs';
import type { ReadCommitResult } from 'isomorphic-git';
import { coAuthorsIn, distinctContributors } from '../../core/catalog/authors';
import type { Contributor } from '../../core/catalog/authors';
import { ConnectorError } from '../../core/errors';
import type { Commit, CommitRange, Release } from '../contract';
import type { ByName } from '../machine/by-name';
import { isVersion } from '../machine/places';
import { localKind, serviceFolders } from './records';
import type { LocalParts } from './records';
import { openBranches } from './open-branches';
import { loadGit, logDepth, readCommits, readHead } from './repository';
import type { Commits, Repository } from './repository';

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
      const branch = await readBranch(repository, service, found.commit);
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

  async function compare(origin: string | undefined, target: string): Promise<CommitRange> {
    const nothing = { commits: [], authors: { people: [] } };
    if (origin === target) return { ...nothing, direction: 'same' };
    const [inTarget, inOrigin] = await Promise.all([
      readCommits(repository, target),
      origin === undefined ? (new Map() as Commits) : readCommits(repository, origin),
    ]);
    if (inOrigin.has(target)) return { ...nothing, direction: 'back' };
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
  }

  async function requireRelease(service: string, version: string): Promise<Release> {
    const found = await release(service, version);
    if (found) return found;
    throw new ConnectorError(localKind, 'not found', `${service} has no release ${version}`);
  }

  return {
    releases,
    release,
    async commitsBetween(service, from, to) {
      const target = await requireRelease(service, to);
      const origin = from === undefined ? undefined : await requireRelease(service, from);
      return reading(() => compare(origin?.commit, target.commit));
    },
    async mainBranch(service, since) {
      const origin = since === undefined ? undefined : await requireRelease(service, since);
      places.requireService(service);
      return reading(async () => {
        const commit = await readHead(repository, service);
        return { name: service, commit, ahead: await compare(origin?.commit, commit) };
      });
    },
    async pullRequests(service) {
      places.requireService(service);
      const services = new Set(places.all().map((each) => each.service));
      return reading(() => openBranches(repository, service, services));
    },
  };
}

/** The service’s own branch if that has this commit, or else the only branch that has it; undefined if several or none do. */
async function readBranch(repository: Repository, service: string, oid: string): Promise<string | undefined> {
  const git = await loadGit();
  const all = await git.listBranches(repository);
  if (all.includes(service) && (await isOn(repository, service, oid))) return service;
  const lies = await Promise.all(all.map(async (branch) => ((await isOn(repository, branch, oid)) ? [branch] : [])));
  const [branch, ...others] = lies.flat();
  return others.length === 0 ? branch : undefined;
}

async function isOn(repository: Repository, branch: string, oid: string): Promise<boolean> {
  const git = await loadGit();
  const head = await readHead(repository, branch);
  return head === oid || git.isDescendent({ ...repository, oid: head, ancestor: oid, depth: logDepth });
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
