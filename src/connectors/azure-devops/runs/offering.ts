import { cleanText } from '../../../core/text';
import type { DescribedPipeline, Pipeline, PipelineStart } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import { ifThere } from '../client';
import type { AzureClient, RunParameters } from '../client';
import type { Definition, DefinitionEntry } from '../schema';
import { fullRef, isCommitId, readPipelineName, writePipelineName } from './names';
import { formParametersOf, keepsKey, nothingKnown, readPipelineFile, valuesOf } from './parameters';
import type { AskedParameters } from './parameters';

/** Which pipelines there are, what they ask for, and what a start of one sends. */

interface OfferingParts {
  readonly client: AzureClient;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
}

/** Everything that a start needs. */
interface Prepared {
  readonly refused?: undefined;
  readonly definition: Definition;
  readonly parameters: RunParameters;
  readonly keepsKey: boolean;
}

export type Offering = ReturnType<typeof createAzureOffering>;

export function createAzureOffering({ client, offered }: OfferingParts) {
  /** Undefined if there’s no such pipeline. */
  async function find(pipeline: string): Promise<Definition | undefined> {
    const { folder, name } = readPipelineName(pipeline);
    // A star in a name would stand for anything.
    if (name === '' || name.includes('*')) return undefined;
    const found = await client.definitions({ name, path: folder });
    const entry = found.find((each) => writePipelineName(each).toLowerCase() === pipeline.toLowerCase());
    return entry && ifThere(client.definition(entry.id));
  }

  /** Only a file in Azure Repos can be read. `ref`: with `refs/`, or a commit; its default branch if omitted. */
  async function read({ process, repository }: Definition, ref?: string): Promise<AskedParameters> {
    const path = process?.yamlFilename ?? '';
    if (path === '' || repository?.type !== 'TfsGit') return nothingKnown;
    const from = ref ?? (repository.defaultBranch || 'refs/heads/main');
    const text = await ifThere(client.file(repository.id, path, from));
    return text === undefined ? nothingKnown : readPipelineFile(text);
  }

  const isActive = ({ queueStatus }: DefinitionEntry): boolean => queueStatus !== 'disabled';

  return {
    find,
    read,
    refOf,
    async list(): Promise<Pipeline[]> {
      const found = await client.definitions();
      return found.filter((each) => isActive(each) && isOffered(offered, writePipelineName(each))).map(pipelineOf);
    },
    async describe(pipeline: string, ref: string | undefined): Promise<DescribedPipeline | undefined> {
      const definition = isOffered(offered, pipeline) ? await find(pipeline) : undefined;
      if (!definition || !isActive(definition)) return undefined;
      const asked = await read(definition, refOf(ref));
      return { ...pipelineOf(definition), parameters: formParametersOf(asked) };
    },
    /** What a start would send; `refused`: why it isn’t sent. */
    async prepare(start: PipelineStart): Promise<Prepared | { readonly refused: string }> {
      const shown = cleanText(start.pipeline, 120);
      const definition = await find(start.pipeline);
      if (!definition) return { refused: `there’s no pipeline ${shown}` };
      if (!isActive(definition)) return { refused: `${shown} is disabled in Azure DevOps` };
      const { ref } = start;
      const branch = definition.repository?.defaultBranch ?? '';
      const asked = await read(definition, refOf(ref));
      const sending = valuesOf(asked, start);
      if (sending.refused !== undefined) return { refused: `${shown}: ${sending.refused}` };
      // A run has a commit only on a branch or tag.
      const place =
        ref === undefined
          ? {}
          : isCommitId(ref)
            ? { ref: branch || 'refs/heads/main', commit: ref }
            : { ref: fullRef(ref) };
      return { definition, parameters: { ...place, values: sending.values }, keepsKey: keepsKey(asked) };
    },
  };
}

/** As files are read: with `refs/`, or a commit. */
const refOf = (ref: string | undefined): string | undefined =>
  ref === undefined || isCommitId(ref) ? ref : fullRef(ref);

function pipelineOf(definition: DefinitionEntry): Pipeline {
  const { name, _links: url } = definition;
  return { id: writePipelineName(definition), title: cleanText(name, 80), ...(url !== '' && { url }) };
}
