import type { Authors } from '../../core/catalog/authors';

/** The releases of a service and what they contain. Every moment is in milliseconds since 1970. */

export interface Release {
  readonly version: string;
  readonly commit: string;
  /** The branch it was built from, if known. */
  readonly branch?: string;
  readonly createdAt: number;
}

/** One commit of a release. */
export interface Commit {
  readonly id: string;
  /** First line of the message: outside text, to be escaped before it is shown. */
  readonly message: string;
  readonly author: string;
  readonly committedAt: number;
}

/** The commits from one release to another. */
export interface CommitRange {
  /** Newest first, at most 200. */
  readonly commits: Commit[];
  /** `back` if `to` is older. */
  readonly direction: 'forward' | 'back' | 'same';
  /**
   * Authors, committers and co-authors of every commit in the range, including those that `commits` leaves out. `gap` says why somebody may be missing. Omitted
   * if the system doesn't say who wrote what, so that nobody can be excluded for it.
   */
  readonly authors?: Authors;
}

/** The branch that releases are built from. */
export interface MainBranch {
  readonly name: string;
  /** Its newest commit. */
  readonly commit: string;
  /** What it has beyond the release that was asked about. */
  readonly ahead: CommitRange;
}

/** `waiting`: nobody has given the review that would let it in. */
export type ReviewState = 'waiting' | 'approved' | 'changes requested';

/** A change that isn't in the main branch yet. Every text is outside text, one line. */
export interface PullRequest {
  /** What people call it: `#418`, or the name of a branch. */
  readonly label: string;
  readonly title: string;
  readonly author: string;
  readonly openedAt: number;
  readonly isDraft: boolean;
  /** The people and teams whose review was requested and hasn't been given. */
  readonly reviewers: readonly string[];
  /** Since when the first of them has been asked; a draft asks nobody. Omitted if nobody is asked, or the system doesn't say when. */
  readonly reviewRequestedAt?: number;
  /** Omitted if the system has no reviews. */
  readonly review?: ReviewState;
  /** The checks of its newest commit. Omitted if the system has none, or didn't say. */
  readonly checks?: readonly Check[];
  /** Its page, https. */
  readonly url?: string;
}

/** What is open, and what the system calls it. */
export interface PullRequests {
  readonly called: 'pull request' | 'merge request' | 'branch';
  /** Oldest first, at most 100. */
  readonly open: readonly PullRequest[];
  /** How many are open, including those that `open` leaves out. */
  readonly total: number;
  /** The page that lists them, https. */
  readonly url?: string;
}

/** Something that ran for a commit, such as a build or a test suite. */
export interface Check {
  /** Outside text, one line. */
  readonly name: string;
  readonly state: 'running' | 'passed' | 'failed' | 'skipped';
  /** Its page, https. */
  readonly url?: string;
}

/** Source control of one service. */
export interface SourceControl {
  /** Newest first, at most 50. */
  releases(): Promise<Release[]>;
  /** Undefined if there is no such release. */
  release(version: string): Promise<Release | undefined>;
  /** Commits in `to` that aren't in `from`; if `from` is undefined, all of `to`. None if `to` is older or the same. */
  commitsBetween(from: string | undefined, to: string): Promise<CommitRange>;
  /** The branch that releases are built from, compared with a release; if that is undefined, with nothing. Omitted if the system has no branches. */
  mainBranch?(since: string | undefined): Promise<MainBranch>;
  /** Omitted if the system has none. */
  pullRequests?(): Promise<PullRequests>;
  /** Every check of this commit, by whatever means it was reported. Omitted if the system has none. */
  checks?(commit: string): Promise<Check[]>;
}
