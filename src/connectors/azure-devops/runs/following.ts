import { keepRecent } from '../../../core/keys';
import type { Clock } from '../../../core/time/clock';
import type { RunStatus } from '../../contract';
import { createPacing } from '../../github/actions/pacing';
import { jobLines } from '../../github/actions/logs';
import { ifThere } from '../client';
import type { AzureClient } from '../client';
import type { TimelineRecord } from '../schema';
import type { AzureApprover } from './approving';
import { readBuildRunId } from './names';
import { attemptOf, awaitedAttempt, azureRunStatus, failedRecord, isFailedRecord } from './reading';

/** Follows and cancels runs. */

interface FollowingParts {
  readonly client: AzureClient;
  readonly approver: AzureApprover;
  readonly clock: Clock;
}

const shownLines = 8;
const maxLines = 5_000;
const maxKept = 500;

export type AzureFollowing = ReturnType<typeof createAzureFollowing>;

export function createAzureFollowing({ client, approver, clock }: FollowingParts) {
  /** The runs that Gavel asked to stop. */
  const stops = new Map<string, true>();
  const pacing = createPacing(clock);

  async function status(id: string): Promise<RunStatus | undefined> {
    const called = readBuildRunId(id);
    const build = called && (await ifThere(client.build(called.build)));
    if (!called || !build) return undefined;
    const records = await client.timeline(called.build);
    const readAt = clock.now();
    const attempt = attemptOf(records);
    if (attempt < called.attempt) return awaitedAttempt(id, called.attempt, readAt);
    const { pending, decisions } = await approver.read(records, build);
    // Without its log, a run can still be followed.
    const lastLines = await readEnd(client, called.build, records, shownLines).catch(() => []);
    const isStopping = stops.has(id);
    return azureRunStatus(id, { build, records, approvals: pending, decisions, isStopping, lastLines, readAt });
  }

  return {
    status: (id: string): Promise<RunStatus | undefined> => pacing.read(id, () => status(id)),
    /** Something was just done to it. */
    forget: (id: string): void => pacing.forget(id),
    async cancel(id: string): Promise<void> {
      const called = readBuildRunId(id);
      const build = called && (await ifThere(client.build(called.build)));
      if (!called || !build || build.status === 'completed') return;
      pacing.forget(id);
      await client.cancel(called.build);
      keepRecent(stops, id, true, maxKept);
    },
    async log(id: string, maximumLines: number): Promise<string[]> {
      const called = readBuildRunId(id);
      if (!called) return [];
      const records = (await ifThere(client.timeline(called.build))) ?? [];
      return readEnd(client, called.build, records, Math.min(maxLines, maximumLines));
    },
  };
}

/** The end of the log that says most: of the task that failed, or else of the newest that has written one. Oldest first. */
async function readEnd(
  client: AzureClient,
  build: number,
  records: readonly TimelineRecord[],
  maximumLines: number,
): Promise<string[]> {
  const written = records
    .filter(({ type, log }) => type === 'Task' && log)
    .sort((one, other) => (one.startTime ?? 0) - (other.startTime ?? 0));
  const failed = failedRecord(records);
  const telling = failed?.log ? failed : written.at(-1);
  if (!telling?.log || maximumLines < 1) return [];
  // The agents of both write the same marks.
  return jobLines(await client.log(build, telling.log.id), isFailedRecord(telling)).slice(-maximumLines);
}
