import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { DescribedPipeline, Pipeline, PipelineStart } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import type { GithubClient } from '../client';
import type { GithubWorkflow } from '../schema';
import { pathOf, readWorkflowName, workflowAt, writeWorkflowName } from './names';
import type { WorkflowName } from './names';
import { asksForEnvironment, inputParameters, inputsOf, readWorkflowFile } from './workflow-file';
import type { WorkflowFile } from './workflow-file';

/** Which workflows there are, what they ask for, and what a start of one sends. */

interface OfferingParts {
  readonly client: GithubClient;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
  /** Those whose workflows are listed. */
  readonly repositories: () => readonly string[];
  readonly clock: Clock;
}

/** A list of pipelines is drawn often, and a file changes when somebody pushes. */
const keptMs = 60_000;

export function createOffering({ client, offered, repositories, clock }: OfferingParts) {
  const kept = createKept<boolean>(clock);

  /** A repository that is gone hides only its own. */
  async function list(): Promise<Pipeline[]> {
    const found = await Promise.allSettled(repositories().map(offeredIn));
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
    kept.read(writeWorkflowName(called), async () => (await readFile(called, undefined)) !== undefined);

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

  async function describe(pipeline: string, ref: string | undefined): Promise<DescribedPipeline | undefined> {
    const called = isOffered(offered, pipeline) ? readWorkflowName(pipeline) : undefined;
    const workflow = called && (await unlessMissing(client.workflow(called.repository, called.file)));
    if (!called || workflow?.state !== 'active') return undefined;
    const file = await readFile(called, ref);
    if (!file) return undefined;
    return { ...pipelineOf(called, workflow), parameters: inputParameters(file, await environmentsFor(file, called)) };
  }

  return { list, describe, prepare, readFile, forget: kept.forget };
}

function pipelineOf(called: WorkflowName, { name, html_url }: GithubWorkflow): Pipeline {
  const id = writeWorkflowName(called);
  return { id, title: cleanText(name, 80) || id, ...(html_url.startsWith('https://') && { url: html_url }) };
}

/** Undefined if nothing is there. */
export async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
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
  return {
    forget: (): void => kept.clear(),
    async read(key: string, read: () => Promise<T>): Promise<T> {
      const now = clock.elapsed();
      const known = kept.get(key);
      if (known && now - known.at < keptMs) return known.value;
      const value = await read();
      kept.set(key, { at: now, value });
      return value;
    },
  };
}
