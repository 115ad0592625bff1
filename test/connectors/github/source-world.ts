import { createHash } from 'node:crypto';

/** The source control and the deployments of a repository of the double. */

export interface CommitState {
  readonly sha: string;
  readonly message: string;
  readonly author: string;
  readonly parent: string | undefined;
  readonly at: string;
}

export interface PullState {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly createdAt: string;
  readonly head: string;
  isDraft: boolean;
  reviewers: string[];
  teams: string[];
  reviews: { user: string; state: string }[];
  /** What happened to it, oldest first. */
  timeline?: { readonly event: string; readonly at: string; readonly reviewer?: string; readonly team?: string }[];
}

export interface DeploymentState {
  readonly id: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Newest first. */
  readonly statuses: { state: string; createdAt: string }[];
}

export class SourceState {
  readonly commits = new Map<string, CommitState>();
  readonly tags = new Map<string, string>();
  readonly branches = new Map<string, string>();
  /** When each tag was published as a release. */
  readonly published = new Map<string, string>();
  readonly pulls: PullState[] = [];
  readonly checkRuns = new Map<string, { name: string; status: string; conclusion: string | null }[]>();
  readonly statuses = new Map<string, { context: string; state: string }[]>();
  /** What is answered for a reference that isn't there, if not the usual words. */
  unknownReference: { readonly message: string; readonly errors?: readonly object[] } | undefined;
  /** Newest first. */
  readonly deployments: DeploymentState[] = [];

  /** A new commit at the end of this branch. */
  commit(branch: string, author: string, message: string): string {
    const parent = this.branches.get(branch) ?? this.branches.get('main');
    const at = new Date(Date.parse('2026-11-01T00:00:00Z') + this.commits.size * 60_000).toISOString();
    const sha = createHash('sha1').update(`${this.commits.size} ${message}`).digest('hex');
    this.commits.set(sha, { sha, message, author, parent, at });
    this.branches.set(branch, sha);
    return sha;
  }

  tag(name: string, branch = 'main'): void {
    this.tags.set(name, this.branches.get(branch) ?? '');
  }

  /** A reference as the API takes it. */
  resolve(reference: string): CommitState | undefined {
    const [, kind, name = ''] = /^(tags|heads)\/(.*)$/.exec(reference) ?? [];
    const sha = kind === 'tags' ? this.tags.get(name) : kind === 'heads' ? this.branches.get(name) : reference;
    return this.commits.get(sha ?? '');
  }

  /** Newest first. */
  before(sha: string): CommitState[] {
    const found = this.commits.get(sha);
    return found ? [found, ...(found.parent === undefined ? [] : this.before(found.parent))] : [];
  }
}
