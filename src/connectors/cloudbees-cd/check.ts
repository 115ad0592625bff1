import type { CheckLine, Pipeline, RunningSource } from '../contract';
import { checkCall } from '../http/checks';
import { equals } from './client';
import type { CloudbeesClient } from './client';
import { readPipelineName } from './runs/names';
import type { BoundPipeline } from './runs/names';
import type { Found, Offering } from './runs/offering';
import { keyParameter } from './runs/parameters';

/** Each permission that Gavel needs, and each pipeline that has to keep its keys, tried with calls that change nothing. */

interface CheckParts {
  readonly client: CloudbeesClient;
  readonly offering: Pick<Offering, 'find' | 'keepsKey'>;
  readonly projects: readonly string[];
  /** Those that bindings name. */
  readonly bound: readonly BoundPipeline[];
  /** Those that people can start. */
  readonly list: () => Promise<readonly Pipeline[]>;
  /** What is live, by what it’s about. */
  readonly running: readonly { readonly about: string; readonly source: RunningSource }[];
}

const maxPipelines = 30;

const allow = (privilege: string, on: string): string =>
  `In CloudBees CD, give Gavel’s account the ${privilege} privilege on ${on}.`;

export async function checkCloudbees(parts: CheckParts): Promise<CheckLine[]> {
  const { client, projects, bound, list, running } = parts;
  const signIn = await checkCall('signing in', () => client.projects(), allow('Read', 'its projects'));
  let listed: readonly Pipeline[] = [];
  const reading = await checkCall(
    'reading procedures, pipelines, and releases',
    async () => void (listed = await list()),
    allow('Read', 'each project of the connection'),
  );
  const named = [...bound.map(({ pipeline }) => pipeline), ...listed.map(({ id }) => id)];
  const once = [...new Set(named)].slice(0, maxPipelines);
  return [
    ...[signIn, reading],
    ...(await Promise.all(projects.map((project) => checkRuns(client, project)))),
    ...(await Promise.all(once.map((pipeline) => checkStarting(client, pipeline)))).flat(),
    ...(await Promise.all(once.map((pipeline) => checkKey(parts, pipeline)))),
    ...(await Promise.all(
      running.map(({ about, source }) => checkCall(about, () => source.read(), allow('Read', 'this environment'))),
    )),
  ];
}

/** Following runs, finding them by their key, and what waits for an approval need nothing else. */
function checkRuns(client: CloudbeesClient, project: string): Promise<CheckLine> {
  const read = () =>
    Promise.all([
      client.runtimes([equals('projectName', project)], 1),
      client.jobs([equals('projectName', project)], 1),
    ]);
  return checkCall(
    `reading runs and approvals in ${project}`,
    read,
    allow('Read', `the project ${project} and its runs`),
  );
}

/** Whether a pipeline may be executed is said only of pipelines; whether a task may be approved, only while one waits. */
async function checkStarting(client: CloudbeesClient, pipeline: string): Promise<CheckLine[]> {
  const called = readPipelineName(pipeline);
  if (called?.kind !== 'pipeline') return [];
  const about = `starting and aborting ${pipeline}`;
  let isDenied = false;
  const line = await checkCall(
    about,
    async () => {
      const found = await client.pipeline(called.project, called.name);
      isDenied = found?.access?.allowExecute === false;
    },
    allow('Read', `the project ${called.project}`),
  );
  if (!isDenied) return [line];
  return [{ about, problem: `The account may only read it. ${allow('Execute', 'this pipeline')}` }];
}

/** Whether a lost start of this pipeline can be found again. */
async function checkKey({ offering }: CheckParts, pipeline: string): Promise<CheckLine> {
  const about = `keeping the key in ${pipeline}`;
  const called = readPipelineName(pipeline);
  if (!called)
    return {
      about,
      problem:
        'This isn’t the name of a pipeline. Use project/pipeline/name, project/procedure/name, or project/release/name.',
    };
  let found: Found | undefined;
  const line = await checkCall(
    about,
    async () => void (found = await offering.find(called)),
    allow('Read', `the project ${called.project}`),
  );
  if (line.problem !== undefined) return line;
  if (!found)
    return {
      about,
      problem: `There’s no such ${called.kind}, or it’s hidden from Gavel. ${allow('Read', `the project ${called.project}`)}`,
    };
  if (offering.keepsKey(found)) return { about };
  return {
    about,
    problem: `Add a parameter ${keyParameter} of the type entry that isn’t required. Gavel uses this value to find its runs.`,
  };
}
