import { createHash } from 'node:crypto';

/** A repository of Azure Repos, as people push to it. */

export interface CommitState {
  readonly id: string;
  readonly message: string;
  readonly author: string;
  readonly at: number;
  readonly parent: CommitState | undefined;
}

interface PullState {
  readonly id: number;
  readonly title: string;
  readonly author: string;
  readonly at: number;
  readonly isDraft: boolean;
  readonly reviewers: readonly { readonly name: string; readonly vote: number; readonly isRequired?: boolean }[];
  readonly statuses: readonly { readonly name: string; readonly state: string }[];
  readonly policies: readonly { readonly type: string; readonly name: string | null; readonly status: string }[];
}

const begin = Date.UTC(2026, 10, 1, 9);

export class RepositoryState {
  /** With `refs/`. */
  readonly refs = new Map<string, { readonly commit: CommitState; readonly isAnnotated: boolean }>();
  readonly commits: CommitState[] = [];
  readonly pulls: PullState[] = [];
  readonly statuses = new Map<string, readonly { readonly name: string; readonly state: string }[]>();

  constructor(readonly name: string) {}

  commit(author: string, message: string, branch = 'main'): CommitState {
    const parent = this.refs.get(`refs/heads/${branch}`)?.commit ?? this.refs.get('refs/heads/main')?.commit;
    const number = this.commits.length;
    const id = createHash('sha1').update(`${this.name} ${number}`).digest('hex');
    const made = { id, message, author, at: begin + number * 3_600_000, parent };
    this.commits.push(made);
    this.refs.set(`refs/heads/${branch}`, { commit: made, isAnnotated: false });
    return made;
  }

  tag(name: string, isAnnotated = true): void {
    const commit = this.commits.at(-1);
    if (commit) this.refs.set(`refs/tags/${name}`, { commit, isAnnotated });
  }

  pull(title: string, more: Partial<PullState> = {}): void {
    const id = 400 + this.pulls.length;
    const usual = { author: 'Mara Lindqvist', isDraft: false, reviewers: [], statuses: [], policies: [] };
    this.pulls.push({ id, title, at: begin + id * 60_000, ...usual, ...more });
  }
}

/** It and everything before it, the newest first. */
export function historyOf(commit: CommitState | undefined): CommitState[] {
  const found: CommitState[] = [];
  for (let at = commit; at; at = at.parent) found.push(at);
  return found;
}
