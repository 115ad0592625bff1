import { ConnectorError } from '../../../core/errors';
import type { Clock } from '../../../core/time/clock';
import type { RunStatus } from '../../contract';
import type { GithubClient } from '../client';
import type { Job, Run } from '../schema';
import type { Approver } from './approving';
import { readLogEnd, tellingJob } from './logs';
import { readRunId } from './names';
import type { RunName } from './names';
import { createPacing } from './pacing';
import { awaitedStatus, endingIn, githubRunStatus } from './reading';
import type { Ending } from './reading';

/** Follows and cancels runs. */

interface FollowingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
  readonly approver: Approver;
  readonly clock: Clock;
}

const shownLines = 8;
/** Jobs with `always()` go on after a cancel; whoever asks again after this ends them, too. */
const patienceMs = 60_000;
const maxKept = 500;

export type Following = ReturnType<typeof createFollowing>;

export function createFollowing({ name, client, approver, clock }: FollowingParts) {
  /** When Gavel asked runs to stop. */
  const stops = new Map<string, number>();
  const pacing = createPacing(clock);
  /** Whether somebody decides about them: they were seen waiting, or had decisions when Gavel saw them first. */
  const waits = new Map<string, boolean>();

  async function find({ repository, run }: RunName): Promise<Run | undefined> {
    try {
      return await client.run(repository, run);
    } catch (error) {
      if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
      throw error;
    }
  }

  async function status(id: string): Promise<RunStatus | undefined> {
    const called = readRunId(id);
    const run = called && (await find(called));
    if (!called || !run) return undefined;
    const { repository } = called;
    const readAt = clock.now();
    if (run.run_attempt < called.attempt) return awaitedStatus(id, called.attempt, readAt);
    const jobs = await client.jobs(repository, called.run, run.run_attempt);
    const telling = tellingJob(jobs);
    const isWaiting = run.status === 'waiting' || jobs.some((job) => job.status === 'waiting');
    const approvals = isWaiting && run.status !== 'completed' ? await approver.pending(called, run, jobs) : [];
    // Without its log, a run can still be followed.
    const lastLines = telling ? await readLogEnd(client, repository, [telling], shownLines).catch(() => []) : [];
    const ending = run.conclusion === 'cancelled' ? await endingOf(called, id, run, jobs) : undefined;
    const mayBeDecided = isWaiting || (waits.get(id) ?? true);
    const decisions = mayBeDecided ? await approver.decisions(called, run) : undefined;
    keepNewest(waits.set(id, isWaiting || (mayBeDecided && decisions?.length !== 0)));
    const isStopping = stops.has(id);
    return githubRunStatus(id, { run, jobs, approvals, decisions, isStopping, ending, lastLines, readAt });
  }

  /** GitHub says why it canceled a run only in notes on its jobs. */
  async function endingOf(called: RunName, id: string, run: Run, jobs: readonly Job[]): Promise<Ending | undefined> {
    if (stops.has(id)) return { by: 'person' };
    const canceled = jobs.filter(({ conclusion }) => conclusion === 'cancelled').slice(0, 3);
    const notes = await Promise.all(
      canceled.map(({ id: job }) => client.annotations(called.repository, job).catch(() => [])),
    );
    const told = endingIn(notes.flat().map(({ message }) => message));
    if (told) return told;
    const hasBegun = jobs.some(({ steps }) => steps.length > 0);
    return !hasBegun && (await hasNewer(called, run)) ? { by: 'newer' } : undefined;
  }

  /** Whether a newer run of the workflow was there when this one ended. */
  async function hasNewer({ repository }: RunName, run: Run): Promise<boolean> {
    const runs = await client.runs(repository, run.workflow_id, 1);
    const endedAt = run.updated_at ?? 0;
    return runs.some(({ run_number, created_at = Infinity }) => run_number > run.run_number && created_at <= endedAt);
  }

  return {
    status: (id: string): Promise<RunStatus | undefined> => pacing.read(id, () => status(id)),
    /** Something was just done to it. */
    forget: (id: string): void => pacing.forget(id),
    async jobs(id: string): Promise<{ readonly repository: string; readonly jobs: readonly Job[] } | undefined> {
      const called = readRunId(id);
      const run = called && (await find(called));
      if (!called || !run || run.run_attempt < called.attempt) return undefined;
      return { repository: called.repository, jobs: await client.jobs(called.repository, called.run, run.run_attempt) };
    },
    async cancel(id: string): Promise<void> {
      const called = readRunId(id);
      if (!called) return;
      const asked = stops.get(id);
      pacing.forget(id);
      const isForced = asked !== undefined && clock.elapsed() - asked >= patienceMs;
      const answer = await client.cancel(called.repository, called.run, isForced);
      if (answer !== 409) {
        stops.set(id, asked ?? clock.elapsed());
        keepNewest(stops);
        return;
      }
      const run = await find(called);
      if (run && run.status !== 'completed')
        throw new ConnectorError(name, 'conflict', 'GitHub can’t cancel this run now');
    },
  };
}

function keepNewest(kept: Map<string, unknown>): void {
  for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - maxKept))) kept.delete(oldest);
}
