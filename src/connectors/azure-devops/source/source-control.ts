import { z } from 'zod';
import type { Target } from '../../../core/catalog/rights';
import { fillTemplate, text } from '../../../core/catalog/templates';
import { ConnectorError } from '../../../core/errors';
import type { Release, SourceControl } from '../../contract';
import type { AzureCalls } from '../calls';
import { Build, listOf } from '../schema';
import type { Definition } from '../schema';
import { compareAzureCommits, inRepository } from './commits';
import { checkFromGitStatus, readAzurePulls } from './pull-requests';
import { GitCommit, GitRef, GitStatus, AzureRepository } from './schema';

/** The repository of a service: its releases are tags with a prefix, or the builds of a pipeline that succeeded. */

export const azureSourceBinding = z.strictObject({
  repository: text,
  /** What tags or build numbers begin with, before the version: `v` if omitted, or nothing with `build`. */
  tagPrefix: text.optional(),
  /** The branch that releases are built from; the default branch if omitted. */
  branch: text.optional(),
  /** The pipeline whose builds are the releases. Omitted: tags are. */
  build: text.optional(),
});

interface SourceParts {
  /** The name of the connection. */
  readonly name: string;
  readonly calls: AzureCalls;
  readonly findPipeline: (pipeline: string) => Promise<Definition | undefined>;
}

const maxReleases = 50;
const maxTags = 1_000;
const versionForm = /^\d[\w.+-]{0,60}$/;

export function bindAzureSource(
  parts: SourceParts,
  binding: z.output<typeof azureSourceBinding>,
  target: Target,
): SourceControl {
  const { name, calls } = parts;
  const repository = fillTemplate(binding.repository, target);
  const prefix = binding.tagPrefix ? fillTemplate(binding.tagPrefix, target) : binding.build ? '' : 'v';
  const listing = binding.build
    ? listBuilds(parts, fillTemplate(binding.build, target), prefix)
    : listTags(calls, repository, prefix);

  const release = async (version: string): Promise<Release | undefined> =>
    versionForm.test(version) ? listing.one(version) : undefined;

  async function requireRelease(version: string): Promise<Release> {
    const found = await release(version);
    if (found) return found;
    throw new ConnectorError(name, 'not found', `${repository} has no release ${prefix}${version}`);
  }

  async function headOf(branch: string): Promise<string> {
    const refs = await calls.list(inRepository(repository, 'refs'), GitRef, { filter: `heads/${branch}` });
    const found = refs.find((each) => each.name === `refs/heads/${branch}`);
    if (found) return found.objectId;
    throw new ConnectorError(name, 'not found', `${repository} has no branch ${branch}`);
  }

  async function branchName(): Promise<string> {
    if (binding.branch) return fillTemplate(binding.branch, target);
    const { defaultBranch } = await calls.get(inRepository(repository), AzureRepository);
    return defaultBranch.replace(/^refs\/heads\//, '') || 'main';
  }

  return {
    releases: () => listing.all(),
    release,
    async commitsBetween(from, to) {
      const [older, newer] = await Promise.all([
        from === undefined ? undefined : requireRelease(from),
        requireRelease(to),
      ]);
      return compareAzureCommits(calls, repository, older?.commit, newer.commit);
    },
    async mainBranch(since) {
      const branch = await branchName();
      const [commit, older] = await Promise.all([
        headOf(branch),
        since === undefined ? undefined : requireRelease(since),
      ]);
      const ahead = await compareAzureCommits(calls, repository, older?.commit, commit);
      return { name: branch, commit, ahead };
    },
    pullRequests: () => readAzurePulls(calls, repository),
    async checks(commit) {
      const path = inRepository(repository, 'commits', commit, 'statuses');
      const statuses = await calls.list(path, GitStatus, { latestOnly: true, top: 100 });
      return statuses.map(checkFromGitStatus);
    },
  };
}

/** Where releases come from. `all`: the newest first. */
interface Listing {
  readonly all: () => Promise<Release[]>;
  readonly one: (version: string) => Promise<Release | undefined>;
}

const newestFirst = (releases: readonly Release[]): Release[] =>
  [...releases].sort((one, other) => other.createdAt - one.createdAt).slice(0, maxReleases);

function listTags({ get, list }: AzureCalls, repository: string, prefix: string): Listing {
  /** What a commit contains never changes. */
  const known = new Map<string, Promise<GitCommit>>();
  function commitOf(id: string): Promise<GitCommit> {
    const found = known.get(id) ?? get(inRepository(repository, 'commits', id), GitCommit);
    if (!known.has(id)) found.catch(() => known.delete(id));
    known.set(id, found);
    return found;
  }

  const tagsLike = async (filter: string) => {
    const refs = await list(inRepository(repository, 'refs'), GitRef, {
      ...{ filter: `tags/${filter}`, peelTags: true, $top: maxTags },
    });
    return refs.flatMap(({ name, objectId, peeledObjectId }) => {
      const version = versionIn(name.replace(/^refs\/tags\//, ''), prefix);
      // An annotated tag is an object of its own.
      return version === undefined ? [] : [{ version, commit: peeledObjectId || objectId }];
    });
  };
  const releaseAt = async ({ version, commit }: { readonly version: string; readonly commit: string }) => {
    const { committer, author } = await commitOf(commit);
    return { version, commit, createdAt: committer.date ?? author.date ?? 0 };
  };

  return {
    async all() {
      const tags = await tagsLike(prefix);
      // They come by their names, and a version says better which is newer.
      const newest = tags.sort((one, other) => other.version.localeCompare(one.version, 'en', { numeric: true }));
      return newestFirst(await Promise.all(newest.slice(0, maxReleases).map(releaseAt)));
    },
    async one(version) {
      const found = (await tagsLike(`${prefix}${version}`)).find((each) => each.version === version);
      return found && releaseAt(found);
    },
  };
}

function listBuilds({ name, calls, findPipeline }: SourceParts, pipeline: string, prefix: string): Listing {
  async function builds(query: Readonly<Record<string, string>>): Promise<Release[]> {
    const definition = await findPipeline(pipeline);
    if (!definition) throw new ConnectorError(name, 'not found', `there’s no pipeline ${pipeline}`);
    const { value } = await calls.get(['build', 'builds'], listOf(Build), {
      ...{ definitions: definition.id, statusFilter: 'completed', resultFilter: 'succeeded,partiallySucceeded' },
      ...{ queryOrder: 'finishTimeDescending', $top: maxReleases, ...query },
    });
    return value.flatMap(({ buildNumber, sourceVersion, sourceBranch, finishTime }) => {
      const version = versionIn(buildNumber, prefix);
      const branch = /^refs\/heads\/(.+)$/.exec(sourceBranch)?.[1];
      return version === undefined
        ? []
        : [{ version, commit: sourceVersion, createdAt: finishTime ?? 0, ...(branch !== undefined && { branch }) }];
    });
  }
  return {
    all: async () => newestFirst(await builds({})),
    one: async (version) =>
      (await builds({ buildNumber: `${prefix}${version}` })).find((each) => each.version === version),
  };
}

/** `2.14.0` for `v2.14.0`; undefined for what isn’t a release. */
function versionIn(written: string, prefix: string): string | undefined {
  const version = written.slice(prefix.length);
  return written.startsWith(prefix) && versionForm.test(version) ? version : undefined;
}
