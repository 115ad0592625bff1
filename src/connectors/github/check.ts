import { ConnectorError } from '../../core/errors';
import type { CheckLine, Pipeline } from '../contract';
import { checkCall } from '../http/checks';
import { pathOf, readWorkflowName } from './actions/names';
import type { BoundWorkflow } from './actions/names';
import { keyInput, readWorkflowFile } from './actions/workflow-file';
import { within } from './client';
import type { GithubClient } from './client';
import { neededEvents } from './hooks/events';
import type { GithubApp } from './opening';
import { UserAnswer } from './schema';

/** Each permission that Gavel needs, and each workflow that has to keep its keys, tried with calls that change nothing. */

interface CheckParts {
  readonly client: GithubClient;
  readonly app: GithubApp | undefined;
  /** Those that bindings name. */
  readonly workflows: () => readonly BoundWorkflow[];
  /** Whether GitHub calls Gavel. */
  readonly isCalled: boolean;
  /** Those that people can start. */
  readonly list: () => Promise<readonly Pipeline[]>;
}

const maxWorkflows = 30;

export async function checkGithub(parts: CheckParts): Promise<CheckLine[]> {
  const { client, app } = parts;
  const signIn = app
    ? checkCall('signing in as the App', () => app.read(), 'Check the App’s ID and private key.')
    : checkCall('signing in', () => client.get(['user'], UserAnswer), 'Use a fine-grained token that hasn’t expired.');
  const offered = await listed(parts);
  const bound = parts.workflows();
  const named = [...bound, ...offered.pipelines.map(({ id }) => ({ pipeline: id, ref: undefined }))];
  const once = [...new Map(named.map((each) => [`${each.pipeline} ${each.ref ?? ''}`, each])).values()];
  const first = once.map(({ pipeline }) => readWorkflowName(pipeline)?.repository).find((each) => each !== undefined);
  return [
    await signIn,
    ...offered.lines,
    ...(app && parts.isCalled ? [await checkEvents(app)] : []),
    ...(await Promise.all(first === undefined ? [] : rights(parts, first))),
    ...(await Promise.all(once.slice(0, maxWorkflows).map((each) => checkWorkflow(client, each)))),
  ];
}

async function listed({
  list,
}: CheckParts): Promise<{ readonly lines: CheckLine[]; readonly pipelines: readonly Pipeline[] }> {
  let pipelines: readonly Pipeline[] = [];
  const read = async (): Promise<void> => void (pipelines = await list());
  return { lines: [await checkCall('reading workflows', read, allow('Actions: Read-only'))], pipelines };
}

const allow = (permission: string): string => `Give Gavel’s App or token the repository permission ${permission}.`;

/** No run has the number 0, so whoever may write is told that there’s none. */
function rights({ client, app }: CheckParts, repository: string): Promise<CheckLine>[] {
  const cancelNothing = () => client.probe(within(repository, 'actions', 'runs', 0, 'cancel'));
  const readOne = () => client.probe(within(repository, 'actions', 'runs', 0), 'GET');
  return [
    checkCall('reading runs', readOne, allow('Actions: Read-only')),
    checkCall('starting, canceling, and rerunning', cancelNothing, allow('Actions: Read and write')),
    checkCall('reading environments', () => client.environments(repository), allow('Actions: Read-only')),
    ...(app ? [checkPermission(app, 'deciding approvals', 'deployments', 'Deployments: Read and write')] : []),
  ];
}

export async function checkPermission(
  app: GithubApp,
  about: string,
  permission: string,
  words: string,
): Promise<CheckLine> {
  const line = await checkCall(about, () => app.tokens.token(), allow(words));
  if (line.problem !== undefined || app.tokens.mayWrite(permission)) return line;
  return {
    about,
    problem: `The installation doesn’t have this permission. ${allow(words)} Then accept the new permission for the installation.`,
  };
}

/** Whether an App is told of everything that Gavel waits for. A webhook of a repository can’t be looked at with these rights. */
async function checkEvents(app: GithubApp): Promise<CheckLine> {
  const about = 'receiving events';
  let missing: readonly string[] = [];
  const read = async (): Promise<void> => {
    const { events } = await app.read();
    missing = neededEvents.filter((event) => !events.includes(event));
  };
  const line = await checkCall(about, read, 'Check the App’s ID and private key.');
  if (line.problem !== undefined || missing.length === 0) return line;
  return {
    about,
    problem: `The App doesn’t subscribe to ${missing.join(', ')}. Change its event subscriptions in its settings.`,
  };
}

/** Whether a lost start of this workflow can be found again. */
async function checkWorkflow(client: GithubClient, { pipeline, ref }: BoundWorkflow): Promise<CheckLine> {
  const about = `keeping the key in ${pipeline}`;
  const called = readWorkflowName(pipeline);
  if (!called) return { about, problem: `${pipeline} isn’t the path of a workflow. Use owner/repository/file.yml.` };
  const at = `${pathOf(called)} of ${called.repository}`;
  const read = await tryRead(() => client.file(called.repository, pathOf(called), ref));
  if (read instanceof ConnectorError && read.failure === 'not found')
    return { about, problem: `There’s no ${at}, or it’s hidden from Gavel. ${allow('Contents: Read-only')}` };
  if (read instanceof ConnectorError) return checkCall(about, () => Promise.reject(read), allow('Contents: Read-only'));
  const file = readWorkflowFile(read);
  if (!file) return { about, problem: `${at} can’t be started. Add workflow_dispatch to its triggers.` };
  if (!file.inputs.has(keyInput)) return { about, problem: `Add the input ${keyInput} to workflow_dispatch in ${at}.` };
  if (!file.showsKey)
    return {
      about,
      problem: `Add \${{ inputs.${keyInput} }} to the run-name of ${at}. Gavel uses this value to find its runs.`,
    };
  return { about };
}

async function tryRead(read: () => Promise<string>): Promise<string | ConnectorError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}
