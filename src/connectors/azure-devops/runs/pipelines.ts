import { cleanText, withFullStop } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { PipelineSource } from '../../contract';
import type { AzureClient } from '../client';
import type { AzureFollowing } from './following';
import type { Offering } from './offering';
import { createAzureStarting } from './starting';

/** YAML pipelines: `shop/deploy` is the pipeline `deploy` in the folder `shop`. */

interface PipelineParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: AzureClient;
  readonly offering: Offering;
  readonly following: AzureFollowing;
  readonly clock: Clock;
}

export function createAzurePipelines(parts: PipelineParts): PipelineSource {
  const { client, offering, following } = parts;
  const starting = createAzureStarting(parts);
  return {
    list: () => offering.list(),
    describe: (pipeline, ref) => offering.describe(pipeline, ref),
    async preview(start) {
      const prepared = await offering.prepare(start);
      if (prepared.refused !== undefined) return [`${prepared.refused}.`];
      const refused = await client.preview(prepared.definition.id, prepared.parameters);
      return refused === undefined ? [] : [withFullStop(cleanText(refused, 300))];
    },
    start: (start) => starting.start(start),
    findStart: (start) => starting.find(start),
    rerun: (rerun) => starting.rerun(rerun),
    findRerun: (rerun) => starting.findRerun(rerun),
    runStatus: (id) => following.status(id),
    cancelRun: (id) => following.cancel(id),
    runLog: (id, maximumLines) => following.log(id, maximumLines),
  };
}
