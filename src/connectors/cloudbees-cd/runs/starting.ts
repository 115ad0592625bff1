import { ConnectorError } from '../../../core/errors';
import type { Clock } from '../../../core/time/clock';
import type { FoundRun, PipelineStart } from '../../contract';
import { equals } from '../client';
import type { CloudbeesClient, Filter } from '../client';
import type { Acting } from '../people';
import { readPipelineName, writeRunName } from './names';
import type { CloudbeesRun } from './names';
import type { Offering } from './offering';
import { keyParameter } from './parameters';

/** Starts a run once, and finds it by its key. */

interface StartingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: CloudbeesClient;
  readonly offering: Offering;
  readonly acting: Acting;
  readonly clock: Clock;
}

/** The clocks of two machines may differ by so much. */
const clockSkewMs = 10 * 60_000;
const maxLooked = 100;
/** A start that was just sent may still be on its way. */
const settledAfterMs = 20_000;

export function createRunStarting({ name, client, offering, acting, clock }: StartingParts) {
  /** The runs since the start was sent, newest first, and how to read the key of each. */
  async function candidates(start: PipelineStart): Promise<Candidates | undefined> {
    const called = readPipelineName(start.pipeline);
    const found = called && (await offering.find(called));
    if (!called || !found || !offering.keepsKey(found)) return undefined;
    const since = new Date(Math.max(0, start.askedAt - clockSkewMs)).toISOString();
    const filters: Filter[] = [
      equals('projectName', called.project),
      { propertyName: 'createTime', operator: 'greaterOrEqual', operand1: since },
    ];
    if (found.pipelineName === undefined) {
      const jobs = await client.jobs([...filters, equals('procedureName', called.name)], maxLooked);
      return {
        runs: jobs.map((id) => ({ kind: 'job', id })),
        keyOf: async ({ id }) =>
          (await client.job(id)).actualParameter.find(({ actualParameterName }) => actualParameterName === keyParameter)
            ?.value,
      };
    }
    const runtimes = await client.runtimes([...filters, equals('pipelineName', found.pipelineName)], maxLooked);
    return {
      runs: runtimes.map(({ flowRuntimeId: id }) => ({ kind: 'runtime', id })),
      keyOf: ({ id }) => client.property(keyParameter, { flowRuntimeId: id }),
    };
  }

  return {
    async start(start: PipelineStart): Promise<{ id: string }> {
      const as = acting.as(start.by);
      const prepared = await offering.prepare(start);
      if (prepared.refused !== undefined) throw new ConnectorError(name, 'refused', prepared.refused);
      const { values } = prepared;
      const { project, kind, name: called } = prepared.called;
      if (kind === 'procedure')
        return { id: writeRunName({ kind: 'job', id: await client.runProcedure(project, called, values, as) }) };
      const run = kind === 'pipeline' ? client.runPipeline : client.startRelease;
      return { id: writeRunName({ kind: 'runtime', id: await run(project, called, values, as) }) };
    },

    /** Rejects with `unreachable` while the run can still show up. */
    async find(start: PipelineStart): Promise<FoundRun> {
      const searched = await candidates(start);
      if (!searched) return { found: 'cannot tell' };
      const { runs, keyOf } = searched;
      for (const run of runs) if ((await keyOf(run)) === start.key) return { found: 'run', id: writeRunName(run) };
      if (runs.length >= maxLooked) return { found: 'cannot tell' };
      if (clock.now() - start.askedAt >= settledAfterMs) return { found: 'none' };
      throw new ConnectorError(name, 'unreachable', 'a start that was just sent can still show up; asked again later');
    },
  };
}

interface Candidates {
  readonly runs: readonly CloudbeesRun[];
  readonly keyOf: (run: CloudbeesRun) => Promise<string | undefined>;
}
