import { ConnectorError } from '../../../core/errors';
import type { Clock } from '../../../core/time/clock';
import type { FoundRun, PipelineStart, Rerun } from '../../contract';
import { ifThere, recentBuilds } from '../client';
import type { AzureClient } from '../client';
import type { Build } from '../schema';
import { readBuildRunId, tagOf, writeBuildRunId } from './names';
import type { Offering } from './offering';
import { keepsKey, keyParameter } from './parameters';
import { attemptOf, failedStages } from './reading';

/** Starts a run once, and finds it by its key. */

interface StartingParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: AzureClient;
  readonly offering: Offering;
  readonly clock: Clock;
}

/** The clocks of two machines may differ by so much. */
const clockSkewMs = 10 * 60_000;
/** A start that was just sent may still be on its way. */
const settledAfterMs = 60_000;

const hasKey = ({ templateParameters, tags }: Build, key: string): boolean =>
  templateParameters[keyParameter] === key || tags.includes(tagOf(key));

type Sought = Pick<PipelineStart, 'key' | 'askedAt'>;

export function createAzureStarting({ name, client, offering, clock }: StartingParts) {
  const refuse = (why: string): never => {
    throw new ConnectorError(name, 'refused', why);
  };

  /** The parameter proves the start, and the tag is for people and for pipelines without it. */
  async function tagged(build: number, key: string): Promise<{ id: string }> {
    await client.tag(build, tagOf(key)).catch(() => undefined);
    return { id: writeBuildRunId(build) };
  }

  /** Rejects with `unreachable` while the run can still show up. */
  async function search(definition: number, isProvable: boolean, { key, askedAt }: Sought): Promise<FoundRun> {
    const builds = await client.builds(definition, askedAt - clockSkewMs);
    const found = builds.find((build) => hasKey(build, key));
    if (found) return { found: 'run', id: writeBuildRunId(found.id) };
    if (!isProvable || builds.length >= recentBuilds) return { found: 'cannot tell' };
    return settled({ askedAt });
  }

  function settled({ askedAt }: Pick<Sought, 'askedAt'>): FoundRun {
    if (clock.now() - askedAt >= settledAfterMs) return { found: 'none' };
    throw new ConnectorError(name, 'unreachable', 'a start that was just sent can still show up; asked again later');
  }

  async function endedRun({ id, attempt }: Rerun) {
    const { build: number } = readBuildRunId(id) ?? refuse('no such run');
    const build = await client.build(number);
    if (build.status !== 'completed') return refuse('it hasn’t ended');
    const records = await client.timeline(number);
    if (attemptOf(records) !== attempt) return refuse('someone has run it again already');
    return { build, records };
  }

  return {
    async start(start: PipelineStart): Promise<{ id: string }> {
      const prepared = await offering.prepare(start);
      if (prepared.refused !== undefined) return refuse(prepared.refused);
      return tagged(await client.start(prepared.definition.id, prepared.parameters), start.key);
    },

    async find(start: PipelineStart): Promise<FoundRun> {
      const definition = await offering.find(start.pipeline);
      if (!definition) return { found: 'cannot tell' };
      const asked = await offering.read(definition, offering.refOf(start.ref));
      return search(definition.id, keepsKey(asked), start);
    },

    /** The same run goes on with what failed in it; all of it is a new run with the same values. */
    async rerun(rerun: Rerun): Promise<{ id: string }> {
      const { build, records } = await endedRun(rerun);
      if (rerun.what === 'failed') {
        const [stage, ...others] = failedStages(records);
        if (stage === undefined) return refuse('nothing in it has failed');
        await (others.length === 0 ? client.retryStage(build.id, stage) : client.retry(build.id));
        return { id: writeBuildRunId(build.id, attemptOf(records) + 1) };
      }
      const given = Object.entries(build.templateParameters).flatMap(([parameter, value]) =>
        parameter === keyParameter ? [[parameter, rerun.key]] : typeof value === 'string' ? [[parameter, value]] : [],
      );
      const values = Object.fromEntries(given) as Readonly<Record<string, string>>;
      const place = { ref: build.sourceBranch, commit: build.sourceVersion };
      return tagged(await client.start(build.definition.id, { ...place, values }), rerun.key);
    },

    async findRerun(rerun: Rerun): Promise<FoundRun> {
      const called = readBuildRunId(rerun.id);
      const build = called && (await ifThere(client.build(called.build)));
      if (!called || !build) return { found: 'cannot tell' };
      if (rerun.what === 'all') return search(build.definition.id, keyParameter in build.templateParameters, rerun);
      const attempt = attemptOf(await client.timeline(called.build));
      return attempt > rerun.attempt ? { found: 'run', id: writeBuildRunId(called.build, attempt) } : settled(rerun);
    },
  };
}
