import type { PipelineSource } from '../../contract';
import type { Clock } from '../../../core/time/clock';
import type { CloudbeesClient } from '../client';
import type { Acting } from '../people';
import type { RunFollowing } from './following';
import { createPipelineOffering } from './offering';
import { createRunStarting } from './starting';

/** Procedures, pipelines and releases as pipelines: `acme/pipeline/deploy`. */

interface CloudbeesParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: CloudbeesClient;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
  readonly projects: () => readonly string[];
  readonly following: RunFollowing;
  readonly acting: Acting;
  readonly clock: Clock;
}

export function createCloudbeesPipelines(parts: CloudbeesParts): PipelineSource {
  const { following } = parts;
  const offering = createPipelineOffering(parts);
  const starting = createRunStarting({ ...parts, offering });
  return {
    list: () => offering.list(),
    describe: (pipeline) => offering.describe(pipeline),
    async preview(given) {
      const { refused } = await offering.prepare(given);
      return refused === undefined ? [] : [`${refused}.`];
    },
    start: (given) => starting.start(given),
    findStart: (given) => starting.find(given),
    runStatus: (id) => following.status(id),
    cancelRun: (id, by) => following.cancel(id, by),
    runLog: (id, maximumLines) => following.log(id, maximumLines),
  };
}
