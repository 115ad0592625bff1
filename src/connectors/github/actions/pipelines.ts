import { ConnectorError } from '../../../core/errors';
import type { FoundRun, PipelineSource, PipelineStart, Rerun } from '../../contract';
import type { Clock } from '../../../core/time/clock';
import type { GithubClient } from '../client';
import type { Following } from './following';
import { readLogEnd } from './logs';
import { readRunId, readWorkflowName, writeRunId } from './names';
import { createOffering, unlessMissing } from './offering';
import { createStarting } from './starting';

/** Workflows as pipelines: `acme/shop/deploy.yml`. A run is a run of a workflow, with its attempts. */

interface GithubParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GithubClient;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
  /** Those whose workflows are listed. */
  readonly repositories: () => readonly string[];
  readonly following: Following;
  readonly clock: Clock;
}

/** `forgetFiles`: workflow files may have changed. */
export function createGithubPipelines(parts: GithubParts): PipelineSource & { readonly forgetFiles: () => void } {
  const { name, client } = parts;
  const offering = createOffering(parts);
  const starting = createStarting(parts);
  const { following } = parts;
  const refuse = (words: string): never => {
    throw new ConnectorError(name, 'refused', words);
  };

  async function start(given: PipelineStart): Promise<{ id: string }> {
    const prepared = await offering.prepare(given);
    if (prepared.refused !== undefined) return refuse(prepared.refused);
    const { called, inputs, showsKey } = prepared;
    const ref = given.ref ?? (await client.repository(called.repository)).default_branch;
    return { id: await starting.start(called, { ref, inputs, showsKey }, given) };
  }

  async function findStart(given: PipelineStart): Promise<FoundRun> {
    const called = readWorkflowName(given.pipeline);
    if (!called) return { found: 'none' };
    const file = await offering.readFile(called, given.ref);
    return starting.find(called, file?.showsKey ?? false, given);
  }

  async function rerun({ id, what, attempt }: Rerun): Promise<{ id: string }> {
    const called = readRunId(id) ?? refuse('no such run');
    const { repository, run } = called;
    const { run_attempt, status } = await client.run(repository, run);
    if (status !== 'completed') return refuse('it hasn’t ended');
    if (run_attempt !== attempt) return refuse('someone has run it again already');
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
    ...{ start, findStart, rerun, findRerun, forgetFiles: offering.forget },
    list: () => offering.list(),
    describe: (pipeline, ref) => offering.describe(pipeline, ref),
    async preview(given) {
      const { refused } = await offering.prepare(given);
      return refused === undefined ? [] : [`${refused}.`];
    },
    runStatus: (id) => following.status(id),
    cancelRun: (id) => following.cancel(id),
    async runLog(id, maximumLines) {
      const seen = await following.jobs(id);
      return seen ? readLogEnd(client, seen.repository, seen.jobs, maximumLines) : [];
    },
  };
}
