import { cleanText } from '../../../core/text';
import type { DescribedPipeline, Pipeline, PipelineStart } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import { ifFound } from '../client';
import type { JenkinsClient } from '../client';
import type { Job, ListedJob } from '../schema';
import { readJobName, writeJobName } from './names';
import { formParametersOf, keepsKey, valuesOf } from './parameters';

/** What people can start, and what a start needs. */

interface OfferingParts {
  readonly client: Pick<JenkinsClient, 'job' | 'jobs'>;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
}

export type Offering = ReturnType<typeof createJobOffering>;

type Prepared =
  | {
      readonly job: string;
      /** Undefined for a job without parameters. */
      readonly values: Readonly<Record<string, string>> | undefined;
      readonly keepsKey: boolean;
      readonly refused?: undefined;
    }
  | { readonly refused: string };

export function createJobOffering({ client, offered }: OfferingParts) {
  /** Undefined if there’s no such job, or if it’s a folder. */
  const find = (pipeline: string): Promise<Job | undefined> => ifFound(client.job(readJobName(pipeline)));

  return {
    find,
    async list(): Promise<Pipeline[]> {
      const all = jobNamesIn(await client.jobs(), '').map(pipelineOf);
      return all.filter(({ id }) => isOffered(offered, id));
    },
    async describe(pipeline: string): Promise<DescribedPipeline | undefined> {
      const found = isOffered(offered, pipeline) ? await find(pipeline) : undefined;
      return found?.buildable
        ? { ...pipelineOf(readJobName(pipeline)), parameters: formParametersOf(found.property) }
        : undefined;
    },
    /** What a start sends. */
    async prepare(start: PipelineStart): Promise<Prepared> {
      const pipeline = cleanText(start.pipeline, 120);
      const found = await find(start.pipeline);
      if (!found) return { refused: `There’s no job ${pipeline} in Jenkins` };
      if (!found.buildable) return { refused: `${pipeline} is disabled in Jenkins, or it’s a folder` };
      if (start.ref !== undefined)
        return { refused: `${pipeline}: a branch is a job of its own in Jenkins, so ref can’t be set` };
      const sending = valuesOf(found.property, start);
      if (sending.refused !== undefined) return { refused: `${pipeline}: ${sending.refused}` };
      const values = found.property.length > 0 ? sending.values : undefined;
      return { job: readJobName(start.pipeline), values, keepsKey: keepsKey(found.property) };
    },
  };
}

const jobNamesIn = (jobs: readonly ListedJob[], folder: string): string[] =>
  jobs.flatMap(({ name, buildable, jobs: inner }) => [
    ...(buildable ? [`${folder}${name}`] : []),
    ...jobNamesIn(inner ?? [], `${folder}${name}/`),
  ]);

/** The name of a branch is that of its job, with its slashes encoded. */
function pipelineOf(fullName: string): Pipeline {
  const own = fullName.split('/').at(-1) ?? fullName;
  return { id: writeJobName(fullName), title: cleanText(own.replaceAll('%2F', '/'), 80) };
}
