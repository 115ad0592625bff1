import { ConnectorError } from '../../../core/errors';
import { keepRecent } from '../../../core/keys';
import type { Clock } from '../../../core/time/clock';
import type { RunStatus } from '../../contract';
import { ifFound } from '../client';
import type { BuildPlace, JenkinsClient } from '../client';
import type { Build, PendingInput } from '../schema';
import { createSeenDecisions } from './decisions';
import { createBuildSearch } from './locating';
import { createRunLogs } from './logs';
import { jobPath, readRunName } from './names';
import { buildStatusOf, itemStatusOf } from './reading';

/** Follows and cancels runs. */

interface FollowingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JenkinsClient;
  /** Of Jenkins’ own pages. */
  readonly url: string;
  readonly clock: Clock;
}

const shownLines = 8;
/** A step can ignore that it’s asked to stop; whoever asks again after this ends the run less gently. */
const patienceMs = 60_000;
const maxKept = 500;

export type RunFollowing = ReturnType<typeof createRunFollowing>;

export function createRunFollowing({ name, client, url, clock }: FollowingParts) {
  /** When Gavel asked runs to stop. */
  const stops = new Map<string, number>();
  const logs = createRunLogs(client);

  const { locate } = createBuildSearch(client);
  const { learn } = createSeenDecisions();

  const pageOf = ({ job, number }: BuildPlace): string | undefined =>
    url.startsWith('https://')
      ? `${url.replace(/\/$/, '')}/${[...jobPath(job), String(number)].map(encodeURIComponent).join('/')}/`
      : undefined;

  /** What waits for somebody; none without the plugin that says so. */
  const inputsOf = async (place: BuildPlace): Promise<readonly PendingInput[]> =>
    (await ifFound(client.pendingInputs(place))) ?? [];

  async function buildStatus(id: string, place: BuildPlace): Promise<RunStatus | undefined> {
    const build = await ifFound(client.build(place));
    if (!build) return undefined;
    const described = isPipeline(build) ? await ifFound(client.stages(place)) : undefined;
    const stages = described?.stages ?? [];
    const isPaused = build.building && described?.status === 'PAUSED_PENDING_INPUT';
    const inputs = isPaused ? await inputsOf(place) : [];
    const decisions = learn(id, build, inputs);
    // Without its log, a run can still be followed.
    const lastLines = await logs.read(place, stages, shownLines).catch(() => []);
    const own = { id, isStopping: stops.has(id), lastLines, readAt: clock.now(), url: pageOf(place) };
    return buildStatusOf(build, stages, inputs, decisions, own);
  }

  /** Undefined if it has ended, or doesn’t exist. */
  async function openBuild(place: BuildPlace): Promise<Build | undefined> {
    const build = await ifFound(client.build(place));
    return build?.building ? build : undefined;
  }

  async function stop(id: string, place: BuildPlace, build: Build): Promise<void> {
    const askedAt = stops.get(id);
    const waitedMs = askedAt === undefined ? 0 : clock.elapsed() - askedAt;
    const how = waitedMs < patienceMs ? 'stop' : waitedMs < 2 * patienceMs ? 'term' : 'kill';
    await client.stop(place, isPipeline(build) ? how : 'stop');
    keepRecent(stops, id, askedAt ?? clock.elapsed(), maxKept);
  }

  return {
    inputsOf,
    learn,
    pageOf,
    /** Undefined while it has no build. */
    async place(id: string): Promise<BuildPlace | undefined> {
      const called = readRunName(id);
      const found = called && (await locate(id, called));
      return found && 'job' in found ? found : undefined;
    },
    async status(id: string): Promise<RunStatus | undefined> {
      const called = readRunName(id);
      const found = called && (await locate(id, called));
      if (!found) return undefined;
      return 'job' in found ? buildStatus(id, found) : itemStatusOf(found, id, clock.now());
    },
    async cancel(id: string): Promise<void> {
      const called = readRunName(id);
      const found = called && (await locate(id, called));
      if (!found) return;
      if (!('job' in found)) {
        if (!found.cancelled) await client.cancelItem(found.id);
        return;
      }
      const build = await openBuild(found);
      if (!build) return;
      try {
        await stop(id, found, build);
      } catch (error) {
        // It may have ended in between.
        if (!(error instanceof ConnectorError) || !error.isFinal || (await openBuild(found))) throw error;
      }
    },
    async log(id: string, maximumLines: number): Promise<string[]> {
      const called = readRunName(id);
      if (!called) throw new ConnectorError(name, 'not found', 'no such run');
      const place = await locate(id, called);
      if (!place || !('job' in place)) return [];
      const described = await ifFound(client.stages(place));
      return logs.read(place, described?.stages ?? [], maximumLines);
    },
  };
}

const isPipeline = ({ _class }: Build): boolean => /\.WorkflowRun$/.test(_class);
