import type { Clock } from '../../../core/time/clock';
import type { PipelineSource } from '../../contract';
import type { JenkinsClient } from '../client';
import type { RunFollowing } from './following';
import type { Offering } from './offering';
import { createRunStarting } from './starting';

/** Jobs as pipelines: those in folders and the branches of multibranch jobs, too. */

interface JenkinsParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JenkinsClient;
  readonly offering: Offering;
  readonly following: RunFollowing;
  readonly clock: Clock;
}

export function createJenkinsPipelines(parts: JenkinsParts): PipelineSource {
  const { offering, following } = parts;
  const starting = createRunStarting(parts);
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
    cancelRun: (id) => following.cancel(id),
    runLog: (id, maximumLines) => following.log(id, maximumLines),
  };
}
