import { ConnectorError } from '../../../core/errors';
import type { Clock } from '../../../core/time/clock';
import type { FoundRun, PipelineStart } from '../../contract';
import { recentBuilds, ifFound } from '../client';
import type { JenkinsClient } from '../client';
import type { BuildAction } from '../schema';
import { readJobName, writeRunName } from './names';
import type { Offering } from './offering';
import { keepsKey, keyParameter } from './parameters';

/** Starts a run once, and finds it by its key. */

interface StartingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JenkinsClient;
  readonly offering: Offering;
  readonly clock: Clock;
}

/** The clocks of two machines may differ by so much. */
const clockSkewMs = 10 * 60_000;
/** A start that was just sent may still be on its way. */
const settledAfterMs = 20_000;

const hasKey =
  (key: string) =>
  ({ actions }: { readonly actions: readonly BuildAction[] }): boolean =>
    actions.some(({ parameters }) => parameters.some(({ name, value }) => name === keyParameter && value === key));

export function createRunStarting({ name, client, offering, clock }: StartingParts) {
  return {
    async start(start: PipelineStart): Promise<{ id: string }> {
      const prepared = await offering.prepare(start);
      if (prepared.refused !== undefined) throw new ConnectorError(name, 'refused', prepared.refused);
      const { job, values } = prepared;
      const { id, isFolded } = await client.start(job, values);
      // With the same key, it’s this start that waits already; without one, it’s somebody else’s.
      if (isFolded && !prepared.keepsKey)
        throw new ConnectorError(
          name,
          'conflict',
          'the same start waits in the queue already, and Jenkins runs it once',
        );
      return { id: writeRunName({ queueId: id, job }) };
    },

    /** Rejects with `unreachable` while the run can still show up. */
    async find(start: PipelineStart): Promise<FoundRun> {
      const job = readJobName(start.pipeline);
      const known = await offering.find(start.pipeline);
      if (!known || !keepsKey(known.property)) return { found: 'cannot tell' };
      const isSought = hasKey(start.key);
      const inQueue = async () => (await client.queue()).find(isSought)?.id;
      const waiting = await inQueue();
      if (waiting !== undefined) return { found: 'run', id: writeRunName({ queueId: waiting, job }) };
      const builds = (await ifFound(client.builds(job))) ?? [];
      // It may have moved from one to the other in between.
      const queueId = builds.find(isSought)?.queueId ?? (await inQueue());
      if (queueId !== undefined) return { found: 'run', id: writeRunName({ queueId, job }) };
      const oldest = builds.at(-1);
      const reachesBack = builds.length < recentBuilds || (oldest && oldest.timestamp < start.askedAt - clockSkewMs);
      if (!reachesBack) return { found: 'cannot tell' };
      if (clock.now() - start.askedAt >= settledAfterMs) return { found: 'none' };
      throw new ConnectorError(name, 'unreachable', 'a start that was just sent can still show up; asked again later');
    },
  };
}
