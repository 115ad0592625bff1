import { z } from 'zod';
import { fillTemplate, text } from '../../../core/catalog/templates';
import type { Target } from '../../../core/catalog/rights';
import { ConnectorError } from '../../../core/errors';
import { jsonIn } from '../../../core/text';
import type { Release, SourceControl } from '../../contract';
import { within } from '../client';
import type { GithubClient } from '../client';
import { readChecks } from './checks';
import { compareCommits } from './commits';
import { readPullRequests } from './pull-requests';
import { CommitAnswer, NoCommitAnswer, ReleasesAnswer, TagsAnswer } from './schema';
import type { CommitEntry } from './schema';

/** The repository of a service: releases are its tags with a prefix, published as releases or not. */

export const sourceBinding = z.strictObject({
  repository: text,
  /** What the tags of its releases begin with, before the version; `v` if omitted. */
  tagPrefix: text.optional(),
  /** The branch that releases are built from; the default branch if omitted. */
  branch: text.optional(),
});

interface SourceParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
}

const maxReleases = 50;
const usualPrefix = 'v';
const versionForm = /^\d[\w.+-]{0,60}$/;

export function bindSource(
  { name, client }: SourceParts,
  binding: z.output<typeof sourceBinding>,
  target: Target,
): SourceControl {
  const repository = fillTemplate(binding.repository, target);
  const prefix = binding.tagPrefix ? fillTemplate(binding.tagPrefix, target) : usualPrefix;
  /** What a commit contains never changes. */
  const known = new Map<string, Promise<CommitEntry>>();

  const readCommit = (reference: string): Promise<CommitEntry> =>
    client.get(within(repository, 'commits', ...reference.split('/')), CommitAnswer, { per_page: 1 });

  function commitOf(sha: string): Promise<CommitEntry> {
    let found = known.get(sha);
    if (!found) {
      found = readCommit(sha);
      known.set(sha, found);
      found.catch(() => known.delete(sha));
    }
    return found;
  }

  async function release(version: string): Promise<Release | undefined> {
    if (!versionForm.test(version)) return undefined;
    const tag = `${prefix}${version}`;
    try {
      return releaseFrom(version, await readCommit(`tags/${tag}`));
    } catch (error) {
      if (await isUnknown(client, within(repository, 'commits', 'tags', ...tag.split('/')), error)) return undefined;
      throw error;
    }
  }

  async function requireRelease(version: string): Promise<Release> {
    const found = await release(version);
    if (found) return found;
    throw new ConnectorError(name, 'not found', `${repository} has no tag ${prefix}${version}`);
  }

  async function branchName(): Promise<string> {
    return binding.branch ? fillTemplate(binding.branch, target) : (await client.repository(repository)).default_branch;
  }

  return {
    releases: () => readReleases(client, repository, prefix, commitOf),
    release,
    async commitsBetween(from, to) {
      const [older, newer] = await Promise.all([
        from === undefined ? undefined : requireRelease(from),
        requireRelease(to),
      ]);
      return compareCommits(client, repository, older?.commit, newer.commit);
    },
    async mainBranch(since) {
      const branch = await branchName();
      const [head, older] = await Promise.all([
        readCommit(`heads/${branch}`),
        since === undefined ? undefined : requireRelease(since),
      ]);
      return {
        name: branch,
        commit: head.sha,
        ahead: await compareCommits(client, repository, older?.commit, head.sha),
      };
    },
    async pullRequests() {
      const { html_url: page } = await client.repository(repository);
      return readPullRequests(client, repository, page === '' ? '' : `${page}/pulls`);
    },
    checks: (commit) => readChecks(client, repository, commit),
  };
}

/** For a reference that it doesn't know, GitHub answers 422, as for a field that it refuses. The answer's form tells them apart; its words can change. */
async function isUnknown(client: GithubClient, path: readonly (string | number)[], error: unknown): Promise<boolean> {
  if (!(error instanceof ConnectorError)) return false;
  if (error.failure === 'not found') return true;
  if (error.failure !== 'refused') return false;
  const { status, body } = await client.bytes({ kind: 'read', path, query: { per_page: 1 }, accept: [422] });
  return status === 422 && NoCommitAnswer.safeParse(jsonIn(body.toString('utf8'))).success;
}

/** Its newest tags with the prefix, each with when it was published, or else with when its commit was made. */
async function readReleases(
  client: GithubClient,
  repository: string,
  prefix: string,
  commitOf: (sha: string) => Promise<CommitEntry>,
): Promise<Release[]> {
  const [tags, published] = await Promise.all([
    client.get(within(repository, 'tags'), TagsAnswer, { per_page: 100 }),
    client.get(within(repository, 'releases'), ReleasesAnswer, { per_page: 100 }),
  ]);
  const times = new Map(
    published.flatMap(({ tag_name, draft, published_at }) =>
      draft || published_at === undefined ? [] : [[tag_name, published_at] as const],
    ),
  );
  const listed = tags.flatMap(({ name: tag, commit: { sha } }) => {
    const version = versionOf(tag, prefix);
    return version === undefined ? [] : [{ version, sha, at: times.get(tag) }];
  });
  const found = await Promise.all(
    listed.slice(0, maxReleases).map(async ({ version, sha, at }): Promise<Release> => ({
      version,
      commit: sha,
      createdAt: at ?? releaseFrom(version, await commitOf(sha)).createdAt,
    })),
  );
  return found.sort((one, other) => other.createdAt - one.createdAt);
}

/** `2.14.0` for `v2.14.0`; undefined for a tag that isn't one of a release. */
export function versionOf(tag: string, prefix: string): string | undefined {
  const version = tag.slice(prefix.length);
  return tag.startsWith(prefix) && versionForm.test(version) ? version : undefined;
}

const releaseFrom = (version: string, { sha, commit: { committer, author } }: CommitEntry): Release => ({
  version,
  commit: sha,
  createdAt: committer?.date ?? author?.date ?? 0,
});
