import type { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { HttpClient } from '../http';
import type { QueryValue } from '../http/address';
import type { HttpAnswer } from '../http/contract';
import { jobPath } from './runs/names';
import * as answers from './schema';

/** The calls of Jenkins’ remote access API that Gavel makes. Every method rejects with `ConnectorError`. */

export type JenkinsClient = ReturnType<typeof createJenkinsClient>;

/** A build of a job. */
export interface BuildPlace {
  readonly job: string;
  readonly number: number;
}

type Parts = readonly (string | number)[];
type Query = Readonly<Record<string, QueryValue>>;
type Form = Readonly<Record<string, string>>;

const maxLogBytes = 262_144;
/** How far below the top jobs are listed: folders, and the branches of a multibranch job. */
const depth = 6;
const listTree = Array.from({ length: depth }).reduce<string>(
  (inner) => `jobs[name,buildable${inner === '' ? '' : `,${inner}`}]`,
  '',
);
const parameters = 'actions[parameters[name,value]]';
const definitions = 'name,type,description,choices,defaultParameterValue[value]';
const buildFields = 'number,queueId,timestamp,duration,building,result,displayName,description';
const causes = 'causes[shortDescription,userName,timestamp,user[id,fullName]]';
const buildActions = `actions[userId,${causes},parameters[name,value]]`;
const caseFields = 'className,name,status,duration,errorDetails,errorStackTrace,flakyFailures[message]';

export const recentBuilds = 100;
const oldestBuild = 2_000;

const buildPath = ({ job, number }: BuildPlace): Parts => [...jobPath(job), number];

export function createJenkinsClient(name: string, http: HttpClient) {
  /** `tree` instead of `depth`, which would make Jenkins load everything: https://www.jenkins.io/doc/book/using/remote-access-api/ */
  const get = <T>(path: Parts, tree: string, answer: z.ZodType<T>): Promise<T> =>
    http.json({ kind: 'read', path: [...path, 'api', 'json'], query: { tree } }, answer);
  const workflow = <T>(path: Parts, answer: z.ZodType<T>): Promise<T> =>
    http.json({ kind: 'read', path, circuit: 'stages' }, answer);

  return {
    whoAmI: () => get(['whoAmI'], 'anonymous,authenticated', answers.WhoAmI),
    ownAddress: async () => (await get([], 'url', answers.OwnAddress)).url,
    /** Undefined if Blue Ocean’s REST API isn’t installed, or if it doesn’t know this job. */
    async permissions(job: string): Promise<answers.Permissions | undefined> {
      const path = [
        'blue',
        'rest',
        'organizations',
        'jenkins',
        ...job.split('/').flatMap((part) => ['pipelines', part]),
      ];
      return (await ifFound(http.json({ kind: 'read', path, circuit: 'permissions' }, answers.Permissions)))
        ?.permissions;
    },
    jobs: async () => (await get([], listTree, answers.JobList)).jobs,
    job: (job: string) =>
      get(jobPath(job), `name,buildable,property[_class,parameterDefinitions[${definitions}]]`, answers.Job),
    queue: async () => (await get(['queue'], `items[id,${parameters}]`, answers.QueueList)).items,
    queueItem: (id: number) =>
      get(['queue', 'item', id], 'id,why,inQueueSince,cancelled,executable[number]', answers.QueueItem),
    /** The newest first. */
    builds: async (job: string) =>
      (await get(jobPath(job), `builds[number,queueId,timestamp,${parameters}]{0,${recentBuilds}}`, answers.BuildList))
        .builds,
    olderBuilds: async (job: string) =>
      (await get(jobPath(job), `allBuilds[number,queueId]{${recentBuilds},${oldestBuild}}`, answers.AllBuildList))
        .allBuilds,
    build: (place: BuildPlace) => get(buildPath(place), `${buildFields},${buildActions}`, answers.Build),
    /** The addresses of the pipelines that are under way: each has an executor of its own for its script. */
    openPipelines: async () =>
      (
        await get(['computer'], 'computer[oneOffExecutors[currentExecutable[url]]]', answers.Computers)
      ).computer.flatMap(({ oneOffExecutors }) => oneOffExecutors),
    testResults: (place: BuildPlace) =>
      get([...buildPath(place), 'testReport'], `suites[name,cases[${caseFields}]]`, answers.TestResults),
    stages: (place: BuildPlace) => workflow([...buildPath(place), 'wfapi', 'describe'], answers.Described),
    stage: (place: BuildPlace, node: string) =>
      workflow([...buildPath(place), 'execution', 'node', node, 'wfapi', 'describe'], answers.DescribedStage),
    stageLog: async (place: BuildPlace, node: string) =>
      (await workflow([...buildPath(place), 'execution', 'node', node, 'wfapi', 'log'], answers.NodeLog)).text,
    pendingInputs: (place: BuildPlace) =>
      workflow([...buildPath(place), 'wfapi', 'pendingInputActions'], answers.PendingInputs),
    /** What was written since `start`, or the end of that, and how long the log is then, in bytes. */
    async log(place: BuildPlace, start: number): Promise<{ readonly text: string; readonly size: number }> {
      const { text, headers } = await http.text({
        ...{ kind: 'read', path: [...buildPath(place), 'logText', 'progressiveText'], query: { start } },
        ...{ circuit: 'logs', keepEnd: true, limits: { maxBytes: maxLogBytes } },
      });
      const size = Number(headers.get('x-text-size'));
      return { text, size: Number.isSafeInteger(size) && size >= 0 ? size : 0 };
    },
    ...actionsOf(name, http),
  };
}

/** Everything that acts. */
function actionsOf(name: string, http: HttpClient) {
  /** Jenkins answers most with a redirect to a page of its own, and an account that isn’t signed in with one to another. */
  const post = async (path: Parts, form: Form = {}, query: Query = {}): Promise<HttpAnswer> => {
    const answer = await http.bytes({
      ...{ kind: 'once', path, query, body: { form }, accept: [302, 303] },
    });
    if (answer.status < 300) return answer;
    // Where it leads decides: a proxy in between redirects elsewhere.
    const [place = ''] = (answer.headers.get('location') ?? '').split(/[?#]/);
    if (/^\.{1,2}\/?$|\/(?:job|queue)(?:\/|$)/.test(place)) return answer;
    if (/(?<![a-z])(?:log-?in|sign-?in|securityRealm|sso|saml2?|oauth2?|adfs)(?![a-z])/i.test(place))
      throw new ConnectorError(name, 'unauthorized', `asks Gavel to sign in instead of answering (${answer.status})`);
    throw new ConnectorError(name, 'unclear', `redirects to an address that Gavel doesn’t know (${answer.status})`);
  };

  return {
    /** The queue item. `isFolded`: Jenkins has put it together with one that waited already. */
    async start(job: string, values: Form | undefined): Promise<{ readonly id: number; readonly isFolded: boolean }> {
      const { status, headers } = await post([...jobPath(job), values ? 'buildWithParameters' : 'build'], values);
      const [, id] = /\/queue\/item\/(\d{1,15})\/?$/.exec(headers.get('location') ?? '') ?? [];
      if (id === undefined) throw new ConnectorError(name, 'unclear', 'the answer names no queue item');
      return { id: Number(id), isFolded: status === 303 };
    },
    cancelItem: (id: number) => post(['queue', 'cancelItem'], {}, { id }),
    /** `term` and `kill` are those of pipelines alone. */
    stop: (place: BuildPlace, how: 'stop' | 'term' | 'kill') => post([...buildPath(place), how]),
    proceed: (place: BuildPlace, input: string, values: Form) => {
      const parameter = Object.entries(values).map(([each, value]) => ({ name: each, value: valueOf(value) }));
      const path = [...buildPath(place), 'input', input];
      return parameter.length === 0
        ? post([...path, 'proceedEmpty'])
        : post([...path, 'proceed'], { json: JSON.stringify({ parameter }) });
    },
    abortInput: (place: BuildPlace, input: string) => post([...buildPath(place), 'input', input, 'abort']),
    describe: (place: BuildPlace, description: string) =>
      post([...buildPath(place), 'submitDescription'], { description }),
  };
}

/** A form of Jenkins sends a checkbox as a boolean. */
const valueOf = (value: string): string | boolean => (value === 'true' ? true : value === 'false' ? false : value);

export async function ifFound<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
    throw error;
  }
}
