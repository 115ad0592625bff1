import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { OnBehalfOf, RunStatus } from '../../contract';
import type { CloudbeesClient } from '../client';
import type { Acting } from '../people';
import type { Runtime } from '../schema';
import { createRunLogs } from './logs';
import { readRunName } from './names';
import type { CloudbeesRun } from './names';
import { unlessNotFound } from './offering';
import { jobStatusOf, runtimeStatusOf } from './reading';
import type { SeenStage } from './reading';

/** Follows and cancels runs. */

interface FollowingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: CloudbeesClient;
  /** Of CloudBees CD’s own pages. */
  readonly url: string;
  readonly acting: Acting;
  readonly clock: Clock;
}

const shownLines = 8;
/** Steps that always run go on after a cancel; whoever asks again after this ends them, too. */
const patienceMs = 60_000;
const maxKept = 500;

export type RunFollowing = ReturnType<typeof createRunFollowing>;

export function createRunFollowing({ name, client, url, acting, clock }: FollowingParts) {
  /** When Gavel asked runs to stop. */
  const stops = new Map<string, number>();
  const logs = createRunLogs(client);

  async function findRuntime(id: string): Promise<Runtime | undefined> {
    const all = await unlessNotFound(client.runtimeDetails([id]));
    return all?.find(({ flowRuntimeId }) => flowRuntimeId === id);
  }

  /** Stages that haven’t begun have no tasks to read. */
  async function stagesOf({ flowRuntimeId, stages }: Runtime): Promise<SeenStage[]> {
    return Promise.all(
      (stages?.stage ?? []).map(async (stage) => {
        const hasBegun = stage.completed || stage.waitingOnManual || !/^(?:pending)?$/.test(stage.status);
        return { stage, tasks: hasBegun ? await client.tasks(flowRuntimeId, stage.name) : undefined };
      }),
    );
  }

  const runtimePage = ({ pipelineId, flowRuntimeId }: Runtime): string | undefined =>
    pipelineId === ''
      ? undefined
      : pageAt(url, `flow/#pipeline-run/${encodeURIComponent(pipelineId)}/${encodeURIComponent(flowRuntimeId)}`);

  async function runtimeStatus(id: string, called: CloudbeesRun): Promise<RunStatus | undefined> {
    const runtime = await findRuntime(called.id);
    if (!runtime) return undefined;
    const stages = await stagesOf(runtime);
    const lastLines = await logs.ofStages(stages, shownLines);
    const seen = { id, isStopping: stops.has(id), lastLines, readAt: clock.now(), url: runtimePage(runtime) };
    return runtimeStatusOf(runtime, stages, seen, acting.hasPeople);
  }

  async function jobStatus(id: string, called: CloudbeesRun): Promise<RunStatus | undefined> {
    const job = await unlessNotFound(client.job(called.id));
    if (!job) return undefined;
    const lastLines = await logs.ofJob(job, shownLines);
    const own = pageAt(url, `commander/link/jobDetails/jobs/${encodeURIComponent(job.jobId)}`);
    return jobStatusOf(job, { id, isStopping: stops.has(id), lastLines, readAt: clock.now(), url: own });
  }

  /** Undefined if there’s none. */
  async function hasEnded({ kind, id }: CloudbeesRun): Promise<boolean | undefined> {
    if (kind === 'runtime') return (await findRuntime(id))?.completed;
    const job = await unlessNotFound(client.job(id));
    return job && job.status === 'completed';
  }

  return {
    findRuntime,
    stagesOf,
    runtimePage,
    async status(id: string): Promise<RunStatus | undefined> {
      const called = readRunName(id);
      if (!called) return undefined;
      return called.kind === 'job' ? jobStatus(id, called) : runtimeStatus(id, called);
    },
    async cancel(id: string, by?: OnBehalfOf): Promise<void> {
      const called = readRunName(id);
      if (!called || (await hasEnded(called)) !== false) return;
      const as = acting.as(by);
      const askedAt = stops.get(id);
      const isForced = askedAt !== undefined && clock.elapsed() - askedAt >= patienceMs;
      const reason = by ? `canceled by ${cleanText(by.name, 80)} in Gavel` : 'canceled in Gavel';
      try {
        if (called.kind === 'job') await client.abortJob(called.id, isForced, reason, as);
        else await client.abortRuntime(called.id, isForced, as);
      } catch (error) {
        // It may have ended on its own in between.
        const isRefused = error instanceof ConnectorError && error.failure === 'refused';
        if (!isRefused || (await hasEnded(called)) === false) throw error;
        return;
      }
      stops.set(id, askedAt ?? clock.elapsed());
      for (const oldest of [...stops.keys()].slice(0, Math.max(0, stops.size - maxKept))) stops.delete(oldest);
    },
    async log(id: string, maximumLines: number): Promise<string[]> {
      const called = readRunName(id);
      if (!called) throw new ConnectorError(name, 'not found', 'no such run');
      if (called.kind === 'job') {
        const job = await unlessNotFound(client.job(called.id));
        return job ? logs.ofJob(job, maximumLines) : [];
      }
      const runtime = await findRuntime(called.id);
      return runtime ? logs.ofStages(await stagesOf(runtime), maximumLines) : [];
    },
  };
}

const pageAt = (url: string, path: string): string | undefined =>
  url.startsWith('https://') ? `${url.replace(/\/$/, '')}/${path}` : undefined;
