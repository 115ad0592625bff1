import type { Act, Operation } from './operations';

/** Acts that deploy a release: how a gate stores one, and how it's read back after the approval. Pure. */

/** A release for a place, as a gate stores it: words for the approver, and every field for the work after the approval. */
export interface ReleaseThere {
  readonly service: string;
  readonly environment: string;
  readonly release: string;
  readonly commit: string;
}

/** `2.14.0, commit 1270b25aa01c` */
export function describeRelease({ release, commit }: Pick<ReleaseThere, 'release' | 'commit'>): string {
  return `${release}, commit ${commit.slice(0, 12)}`;
}

/** The act that deploys it there. */
export function releaseAct(operation: Operation, there: ReleaseThere): Act {
  const { service, environment, release, commit } = there;
  return { operation, reach: { service, environment }, thing: describeRelease(there), details: { release, commit } };
}

/** The approved release; undefined if no approval was needed, and for records of versions that stored no details. */
export function approvedRelease(approved: readonly Act[] | undefined): ReleaseThere | undefined {
  const [act] = approved ?? [];
  const { service, environment } = act?.reach ?? {};
  const { release, commit } = act?.details ?? {};
  if (service === undefined || environment === undefined || release === undefined || commit === undefined)
    return undefined;
  return { service, environment, release, commit };
}
