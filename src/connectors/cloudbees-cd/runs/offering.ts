import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { DescribedPipeline, Pipeline, PipelineStart } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import type { CloudbeesClient } from '../client';
import type { FormalParameter } from '../schema';
import { readPipelineName, writePipelineName } from './names';
import type { PipelineKind, PipelineName } from './names';
import { keepsKey, formParametersOf, valuesOf } from './parameters';
import type { Sending } from './parameters';

/** What people can start, and what a start needs. */

interface OfferingParts {
  readonly client: CloudbeesClient;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
  /** Those whose procedures, pipelines and releases are listed. */
  readonly projects: () => readonly string[];
}

/** Where the runs of something are found. */
export interface Found {
  readonly formal: readonly FormalParameter[];
  /** The pipeline that runs; that of a release has a name of its own. Undefined for a procedure. */
  readonly pipelineName: string | undefined;
}

export type Offering = ReturnType<typeof createPipelineOffering>;

export function createPipelineOffering({ client, offered, projects }: OfferingParts) {
  async function listed(project: string): Promise<PipelineName[]> {
    const [procedures, pipelines, releases] = await Promise.all([
      client.procedures(project),
      client.pipelines(project),
      client.releases(project),
    ]);
    const named = (kind: PipelineKind, names: readonly string[]): PipelineName[] =>
      names.map((name) => ({ project, kind, name }));
    const own = new Set(releases.map(({ pipelineName }) => pipelineName));
    return [
      ...named(
        'procedure',
        procedures.map(({ procedureName }) => procedureName),
      ),
      // The pipeline of a release is a copy that runs with it.
      ...named(
        'pipeline',
        pipelines.map(({ pipelineName }) => pipelineName).filter((each) => !own.has(each)),
      ),
      ...named(
        'release',
        releases.map(({ releaseName }) => releaseName),
      ),
    ];
  }

  /** Undefined if there is no such thing. */
  async function find({ project, kind, name }: PipelineName): Promise<Found | undefined> {
    if (kind === 'procedure') {
      const formal = await unlessNotFound(client.procedureParameters(project, name));
      return formal && { formal, pipelineName: undefined };
    }
    const known =
      kind === 'pipeline'
        ? (await unlessNotFound(client.pipeline(project, name)))?.pipeline
        : (await unlessNotFound(client.releases(project)))?.find(({ releaseName }) => releaseName === name);
    if (!known) return undefined;
    const formal = await client.parametersIn(`pipeline-${known.pipelineId}`);
    return { formal, pipelineName: known.pipelineName };
  }

  return {
    find,
    async list(): Promise<Pipeline[]> {
      const all = (await Promise.all(projects().map(listed))).flat();
      return all.map(pipelineOf).filter(({ id }) => isOffered(offered, id));
    },
    async describe(pipeline: string): Promise<DescribedPipeline | undefined> {
      const called = readPipelineName(pipeline);
      const found = called && isOffered(offered, writePipelineName(called)) ? await find(called) : undefined;
      return called && found && { ...pipelineOf(called), parameters: formParametersOf(found.formal) };
    },
    /** What a start sends, with what it starts. */
    async prepare(start: PipelineStart): Promise<Prepared> {
      const pipeline = cleanText(start.pipeline, 120);
      const called = readPipelineName(start.pipeline);
      const found = called && (await find(called));
      if (!called || !found) return { refused: `There’s no ${pipeline} in CloudBees CD` };
      if (start.ref !== undefined)
        return { refused: `${pipeline}: CloudBees CD knows no branches, so ref can’t be set` };
      const sending = valuesOf(found.formal, start);
      if (sending.refused !== undefined) return { refused: `${pipeline}: ${sending.refused}` };
      return { called, ...sending };
    },
    keepsKey: (found: Found): boolean => keepsKey(found.formal),
  };
}

type Prepared =
  | (Extract<Sending, { readonly refused?: undefined }> & { readonly called: PipelineName })
  | { readonly refused: string };

const pipelineOf = (called: PipelineName): Pipeline => ({
  id: writePipelineName(called),
  title: cleanText(called.name, 80),
});

export async function unlessNotFound<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
    throw error;
  }
}
