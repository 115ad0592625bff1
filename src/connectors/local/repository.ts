import type fs from 'node:fs';
import type { ReadCommitResult } from 'isomorphic-git';

/** Reads of the sandbox's git repository. */

/** Loaded when somebody first asks for releases: in Teams, that often never happens. */
export const loadGit = (): Promise<typeof import('isomorphic-git')> => import('isomorphic-git');

export const logDepth = 1000;

export interface Repository {
  readonly fs: typeof fs;
  readonly gitdir: string;
}

/** By id, newest first. */
export type Commits = ReadonlyMap<string, ReadCommitResult>;

/** This commit and those before it, at most 1000. */
export async function readCommits(repository: Repository, oid: string): Promise<Commits> {
  const git = await loadGit();
  const log = await git.log({ ...repository, ref: oid, depth: logDepth });
  return new Map(log.map((entry) => [entry.oid, entry]));
}

/** The newest commit of a branch. Rejects if there is no such branch. */
export async function readHead(repository: Repository, branch: string): Promise<string> {
  const git = await loadGit();
  return git.resolveRef({ ...repository, ref: `refs/heads/${branch}` });
}
