import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { FoundRun, Pipeline, PipelineSource, PipelineStart, Rerun, RunStatus } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import type { GithubClient } from '../client';
import type { Workflow } from '../schema';
import { readEnd } from './logs';
import { pathOf, readRunId, readWorkflowName, workflowAt, writeRunId, writeWorkflowName } from './names';
import type { WorkflowName } from './names';
import { createFollowing } from './following';
import { createStarting } from './starting';
import { asksForEnvironment, inputsOf, parametersOf, readWorkflowFile } from './workflow-file';
import type { WorkflowFile } from './workflow-file';
import type { Approver } from './approving';

/** Workflows as pipelines: `acme/shop/deploy.yml`. A run is a run of a workflow, with its attempts. */

interface GithubParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
  /** Those whose workflows are listed. */
  readonly repositories: () => readonly string[];
  readonly approver: Approver;
  readonly clock: Clock;
}

/** A list of pipelines is drawn often, and a file changes when somebody pushes. */
const keptMs = 60_000;

export function createGithubPipelines(parts: GithubParts): PipelineSource {
  const { name, client, offered, clock } = parts;
  const starting = createStarting(parts);
  const following = createFollowing(parts);
  const kept = createKept<boolean>(clock);
  const refuse = (words: string): never => {
    throw new ConnectorError(name, 'refused', words);
  };

  /** A repository that is gone hides only its own. */
  async function list(): Promise<Pipeline[]> {
    const found = await Promise.allSettled(parts.repositories().map(offeredIn));
    const lost = found.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    const worst = lost.find((reason) => !isMissing(reason)) ?? (lost.length === found.length ? lost[0] : undefined);
    if (worst !== undefined) throw worst;
    return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  }

  async function offeredIn(repository: string): Promise<Pipeline[]> {
    const workflows = await client.workflows(repository);
    const pipelines = workflows.map(async (workflow) => {
      const called = workflow.state === 'active' ? workflowAt(repository, workflow.path) : undefined;
      if (!called || !isOffered(offered, writeWorkflowName(called))) return [];
      return (await canBeStarted(called)) ? [pipelineOf(called, workflow)] : [];
    });
    return (await Promise.all(pipelines)).flat();
  }

  const canBeStarted = (called: WorkflowName): Promise<boolean> =>
    kept(writeWorkflowName(called), async () => (await readFile(called, undefined)) !== undefined);

  /** Undefined if there’s no such file, or it can’t be started by hand. */
  async function readFile(called: WorkflowName, ref: string | undefined): Promise<WorkflowFile | undefined> {
    const text = await unlessMissing(client.file(called.repository, pathOf(called), ref));
    return text === undefined ? undefined : readWorkflowFile(text);
  }

  const environmentsFor = async (file: WorkflowFile, { repository }: WorkflowName): Promise<string[]> =>
    asksForEnvironment(file) ? (await client.environments(repository)).map((each) => each.name) : [];

  /** What a start would send; `refused`: why it isn’t sent. */
  async function prepare(given: PipelineStart) {
    const shown = cleanText(given.pipeline, 120);
    const called = readWorkflowName(given.pipeline);
    if (!called) return { refused: `${shown} isn’t a workflow: write owner/repository/file.yml` };
    const file = await readFile(called, given.ref);
    if (!file) return { refused: `${shown} isn’t there, or has no workflow_dispatch` };
    const read = inputsOf(file, given.values, given.key, await environmentsFor(file, called));
    if ('refused' in read) return { refused: `${shown}: ${read.refused}` };
    return { called, inputs: read.inputs, showsKey: file.showsKey };
  }

  async function start(given: PipelineStart): Promise<{ id: string }> {
    const prepared = await prepare(given);
    if (prepared.refused !== undefined) return refuse(prepared.refused);
    const { called, inputs, showsKey } = prepared;
    const ref = given.ref ?? (await client.repository(called.repository)).default_branch;
    return { id: await starting.start(called, { ref, inputs, showsKey }, given) };
  }

  async function findStart(given: PipelineStart): Promise<FoundRun> {
    const called = readWorkflowName(given.pipeline);
    if (!called) return { found: 'none' };
    const file = await readFile(called, given.ref);
    return starting.find(called, file?.showsKey ?? false, given);
  }

  async function rerun({ id, what }: Rerun): Promise<{ id: string }> {
    const called = readRunId(id) ?? refuse('no such run');
    const { repository, run } = called;
    const { run_attempt, status } = await client.run(repository, run);
    if (status !== 'completed') return refuse('it hasn’t ended');
    await client.rerun(repository, run, what);
    return { id: writeRunId(repository, run, run_attempt + 1) };
  }

  /** An attempt after the one that was to be run again is the one that was asked for. */
  async function findRerun({ id, attempt, key }: Rerun): Promise<FoundRun> {
    const called = readRunId(id);
    const run = called && (await unlessMissing(client.run(called.repository, called.run)));
    if (!called || !run) return { found: 'cannot tell' };
    if (run.run_attempt > attempt)
      return { found: 'run', id: writeRunId(called.repository, called.run, run.run_attempt) };
    if (starting.looks.areEnough(key)) return { found: 'none' };
    throw new ConnectorError(
      name,
      'unreachable',
      'GitHub can take two minutes to show a new attempt; asked again later',
    );
  }

  return {
    ...{ list, start, findStart, rerun, findRerun },
    async describe(pipeline, ref) {
      const called = isOffered(offered, pipeline) ? readWorkflowName(pipeline) : undefined;
      const workflow = called && (await unlessMissing(client.workflow(called.repository, called.file)));
      if (!called || workflow?.state !== 'active') return undefined;
      const file = await readFile(called, ref);
      if (!file) return undefined;
      return { ...pipelineOf(called, workflow), parameters: parametersOf(file, await environmentsFor(file, called)) };
    },
    async preview(given) {
      const { refused } = await prepare(given);
      return refused === undefined ? [] : [`${refused}.`];
    },
    runStatus: (id): Promise<RunStatus | undefined> => following.status(id),
    cancelRun: (id) => following.cancel(id),
    async runLog(id, maximumLines) {
      const seen = await following.jobs(id);
      return seen ? readEnd(client, seen.repository, seen.jobs, maximumLines) : [];
    },
  };
}

function pipelineOf(called: WorkflowName, { name, html_url }: Workflow): Pipeline {
  const id = writeWorkflowName(called);
  return { id, title: cleanText(name, 80) || id, ...(html_url.startsWith('https://') && { url: html_url }) };
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof ConnectorError && error.failure === 'not found';

/** Answers with what was read within the last minute. */
function createKept<T>(clock: Clock) {
  const kept = new Map<string, { readonly at: number; readonly value: T }>();
  return async (key: string, read: () => Promise<T>): Promise<T> => {
    const now = clock.elapsed();
    const known = kept.get(key);
    if (known && now - known.at < keptMs) return known.value;
    const value = await read();
    kept.set(key, { at: now, value });
    return value;
  };
}
