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

/** Source control of one service. */
export interface SourceControl {
  /** Newest first, at most 50. */
  releases(): Promise<Release[]>;
  /** Undefined if there is no such release. */
  release(version: string): Promise<Release | undefined>;
  /** Commits in `to` that aren't in `from`; if `from` is undefined, all of `to`. None if `to` is older or the same. */
  commitsBetween(from: string | undefined, to: string): Promise<CommitRange>;
}
