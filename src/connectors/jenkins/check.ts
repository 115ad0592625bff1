import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { CheckLine, Pipeline } from '../contract';
import { checkCall } from '../http/checks';
import type { JenkinsClient } from './client';
import { readJobName } from './runs/names';
import type { Offering } from './runs/offering';
import { keepsKey, keyParameter } from './runs/parameters';
import type { Job, Permissions } from './schema';

/** Each permission that Gavel needs, and each job that has to keep its keys, tried with calls that change nothing. */

interface CheckParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: JenkinsClient;
  /** That of the connection. */
  readonly url: string;
  readonly offering: Pick<Offering, 'find'>;
  /** Those that bindings name. */
  readonly bound: readonly string[];
  /** Those that people can start. */
  readonly list: () => Promise<readonly Pipeline[]>;
}

const maxPipelines = 30;

const allow = (permission: string, on: string): string =>
  `In Jenkins, give Gavel’s account the permission ${permission} on ${on}.`;

export async function checkJenkins({ name, client, url, offering, bound, list }: CheckParts): Promise<CheckLine[]> {
  let listed: readonly Pipeline[] = [];
  const signIn = await checkCall(
    'signing in',
    async () => {
      const { anonymous, authenticated } = await client.whoAmI();
      if (anonymous || !authenticated) throw new ConnectorError(name, 'unauthorized', 'nobody is signed in');
    },
    allow('Overall/Read', 'Jenkins'),
  );
  const lines = [
    await checkCall('reading jobs', async () => void (listed = await list()), allow('Job/Read', 'its jobs')),
    await checkCall('reading the queue', () => client.queue(), allow('Overall/Read', 'Jenkins')),
    await checkCall('reading what waits for approval', () => client.openPipelines(), allow('Overall/Read', 'Jenkins')),
  ];
  const once = [...new Set([...bound, ...listed.map(({ id }) => id)])].slice(0, maxPipelines);
  const jobs = await Promise.all(once.map((pipeline) => checkJob(client, offering, pipeline)));
  return [signIn, await checkAddress(client, url), ...lines, ...jobs.flat()];
}

/** Nothing of Gavel’s depends on it, but whatever Jenkins itself links to does. */
async function checkAddress(client: JenkinsClient, url: string): Promise<CheckLine> {
  const about = 'the address that Jenkins calls its own';
  let own = '';
  const line = await checkCall(
    about,
    async () => void (own = await client.ownAddress()),
    allow('Overall/Read', 'Jenkins'),
  );
  if (line.problem !== undefined || own === '' || addressOf(own) === addressOf(url)) return line;
  const told = cleanText(own, 200);
  return {
    about,
    problem: `Jenkins calls itself ${told}, and this connection uses ${url}. Use the address that people open, in both places: url here, and Manage Jenkins > System > Jenkins URL there.`,
  };
}

/** Without what doesn’t matter: the case of the host, a usual port, and a slash at the end. Anything that isn’t an address stays as it is. */
const addressOf = (text: string): string => (URL.canParse(text) ? new URL(text).href : text).replace(/\/$/, '');

/** Core has no call that says whether a job may be started or stopped without doing so; Blue Ocean has. */
async function checkRights(client: JenkinsClient, pipeline: string): Promise<CheckLine[]> {
  const about = { start: `starting ${pipeline}`, stop: `canceling ${pipeline}` };
  let may: Permissions | undefined;
  const line = await checkCall(
    about.start,
    async () => void (may = await client.permissions(readJobName(pipeline))),
    allow('Job/Build', pipeline),
  );
  // What this plugin can’t tell isn’t a problem of the job.
  if (line.problem !== undefined || !may) return [];
  return [
    { about: about.start, ...(!may.start && { problem: allow('Job/Build', pipeline) }) },
    { about: about.stop, ...(!may.stop && { problem: allow('Job/Cancel', pipeline) }) },
  ];
}

async function checkJob(
  client: JenkinsClient,
  offering: Pick<Offering, 'find'>,
  pipeline: string,
): Promise<CheckLine[]> {
  const runs = await checkCall(
    `reading runs of ${pipeline}`,
    () => client.builds(readJobName(pipeline)),
    allow('Job/Read', pipeline),
  );
  const about = `keeping the key in ${pipeline}`;
  let found: Job | undefined;
  const line = await checkCall(
    about,
    async () => void (found = await offering.find(pipeline)),
    allow('Job/Read', pipeline),
  );
  if (line.problem !== undefined) return [runs, line];
  return [runs, { about, ...problemOf(found, pipeline) }, ...(found ? await checkRights(client, pipeline) : [])];
}

function problemOf(job: Job | undefined, pipeline: string): { readonly problem?: string } {
  if (!job) return { problem: `There’s no such job, or it’s hidden from Gavel. ${allow('Job/Read', pipeline)}` };
  if (!job.buildable) return { problem: 'This job is disabled, or it’s a folder. Enable it in Jenkins.' };
  if (keepsKey(job.property)) return {};
  return {
    problem: `Add a string parameter ${keyParameter} without a default to the job, and run a new pipeline once so that Jenkins knows its parameters. Gavel uses this value to find its runs.`,
  };
}
