import type { Act, Operation } from '../core/operations';

/** A release that is to come to a place, as a gate keeps it: words for whoever approves, every field for what is done then. Pure. */

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

export function releaseAct(operation: Operation, there: ReleaseThere): Act {
  const { service, environment, release, commit } = there;
  return { operation, reach: { service, environment }, thing: describeRelease(there), details: { release, commit } };
}

/** The release that was approved; undefined when no approval was needed, and for records of versions that kept no details. */
export function approvedRelease(approved: readonly Act[] | undefined): ReleaseThere | undefined {
  const [act] = approved ?? [];
  const { service, environment } = act?.reach ?? {};
  const { release, commit } = act?.details ?? {};
  if (service === undefined || environment === undefined || release === undefined || commit === undefined)
    return undefined;
  return { service, environment, release, commit };
}
