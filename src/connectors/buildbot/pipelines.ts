import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { Clock } from '../../core/time/clock';
import type { FoundRun, OnBehalfOf, Pipeline, PipelineSource, PipelineStart, RunStatus } from '../contract';
import { isOffered } from '../pipelines/offered';
import type { BuildbotClient } from './client';
import { readEnd } from './logs';
import { argumentsOf, parametersOf } from './parameters';
import { hasFailed, runStatusOf } from './reading';
import type { Requested } from './reading';
import type { Scheduler, BuildStep } from './schema';

/** Force schedulers as pipelines. A run is the set of build requests that one start makes. */

interface BuildbotParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: BuildbotClient;
  /** The pipelines that people can start. */
  readonly offered: readonly string[];
  readonly clock: Clock;
}

const shownLines = 8;
/** The clocks of two machines may differ by so much. */
const clockSkewMs = 10 * 60_000;
const maxLooked = 100;

export function createBuildbotPipelines({ name, client, offered, clock }: BuildbotParts): PipelineSource {
  const refuse = (words: string): never => {
    throw new ConnectorError(name, 'refused', words);
  };

  async function scheduler(pipeline: string): Promise<Scheduler | undefined> {
    try {
      return await client.scheduler(pipeline);
    } catch (error) {
      if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
      throw error;
    }
  }

  async function requestsOf(id: string): Promise<Requested[]> {
    if (!/^\d{1,15}$/.test(id)) return [];
    const requests = await client.requests({ buildsetid: id });
    return Promise.all(
      requests.map(async (request) => {
        const build = (await client.builds(request.buildrequestid)).at(-1);
        return { request, build, steps: build ? await client.steps(build.buildid) : [] };
      }),
    );
  }

  async function findStart({ key, askedAt }: PipelineStart): Promise<FoundRun> {
    const [known] = await client.buildsets({ reason__contains: `gavel ${key} `, order: '-bsid', limit: 1 });
    if (known) return { found: 'run', id: String(known.bsid) };
    // The `reasonString` of a scheduler may leave the reason out; a property has it then.
    const submitted_at__ge = Math.floor((askedAt - clockSkewMs) / 1_000);
    const recent = await client.buildsets({ submitted_at__ge, order: '-bsid', limit: maxLooked });
    for (const { bsid } of recent)
      if ((await client.reasonOf(bsid)).startsWith(`gavel ${key} `)) return { found: 'run', id: String(bsid) };
    return { found: recent.length < maxLooked ? 'none' : 'cannot tell' };
  }

  async function start(given: PipelineStart): Promise<{ id: string }> {
    const found = (await client.scheduler(given.pipeline)) ?? refuse(`no force scheduler ${given.pipeline}`);
    const args = argumentsOf(found, given);
    if ('refused' in args) return refuse(`${given.pipeline}: ${args.refused}`);
    return { id: String(await client.force(given.pipeline, args.params)) };
  }

  async function runStatus(id: string): Promise<RunStatus | undefined> {
    const all = await requestsOf(id);
    if (all.length === 0) return undefined;
    const shown = all.flatMap(({ steps }) => tellingStep(steps) ?? []).slice(0, 1);
    const lastLines = await readEnd(client, shown, shownLines);
    return runStatusOf(id, all, { lastLines, logReadAt: clock.now() });
  }

  /** A request is dropped from the queue; a build is asked to stop. */
  async function cancelRun(id: string, by?: OnBehalfOf): Promise<void> {
    const reason = by ? `canceled by ${cleanText(by.name, 80)} in Gavel` : 'canceled in Gavel';
    for (const { request, build } of await requestsOf(id)) {
      if (request.complete) continue;
      if (build && !build.complete) await client.stop(build.buildid, reason);
      else await client.cancel(request.buildrequestid, reason);
    }
  }

  return {
    async list() {
      const all = await client.schedulers();
      return all.filter((each) => each.enabled && isOffered(offered, each.name)).map(pipelineOf);
    },
    async describe(pipeline) {
      const found = isOffered(offered, pipeline) ? await scheduler(pipeline) : undefined;
      return found?.enabled ? { ...pipelineOf(found), parameters: parametersOf(found) } : undefined;
    },
    async preview(given) {
      const found = await scheduler(given.pipeline);
      if (!found) return [`There’s no force scheduler ${cleanText(given.pipeline, 80)} anymore.`];
      const args = argumentsOf(found, given);
      return 'refused' in args ? [`${cleanText(given.pipeline, 80)}: ${args.refused}.`] : [];
    },
    ...{ start, findStart, runStatus, cancelRun },
    async runLog(id, maximumLines) {
      const all = await requestsOf(id);
      return readEnd(
        client,
        all.flatMap(({ steps }) => steps),
        maximumLines,
      );
    },
  };
}

const pipelineOf = ({ name, label }: Scheduler): Pipeline => ({ id: name, title: cleanText(label, 80) || name });

/** The step whose output says most: the first that failed, or the newest. */
function tellingStep(steps: readonly BuildStep[]): BuildStep | undefined {
  return steps.find(hasFailed) ?? steps.findLast((step) => step.started_at !== undefined);
}
