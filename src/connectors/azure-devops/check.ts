import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { CheckLine, Pipeline } from '../contract';
import { checkCall } from '../http/checks';
import type { AzureCalls } from './calls';
import type { AzureClient } from './client';
import type { Offering } from './runs/offering';
import { keepsKey, keyParameter } from './runs/parameters';
import type { Definition } from './schema';
import { inRepository } from './source/commits';
import { AzureEnvironment, AzurePull, GitRef } from './source/schema';

/** Each permission that Gavel needs, and each pipeline that has to keep its keys, tried with calls that change nothing. */

interface CheckParts {
  readonly client: AzureClient;
  readonly calls: AzureCalls;
  readonly project: string;
  readonly offering: Offering;
  /** The pipelines that bindings name. */
  readonly bound: readonly string[];
  /** Those that people can start. */
  readonly list: () => Promise<readonly Pipeline[]>;
  /** The repositories of the bindings. */
  readonly repositories: readonly string[];
  /** Whether a binding says what is live. */
  readonly hasEnvironments: boolean;
}

const maxPipelines = 30;

const allow = (permission: string, on: string, scope: string): string =>
  `In Azure DevOps, give Gavel’s account the permission ${permission} on ${on}. A token also needs the scope ${scope}.`;
const viewBuilds = allow('View builds', 'the pipelines', 'Build (read)');
const readCode = allow('Read', 'the repositories', 'Code (read)');

export async function checkAzureDevops(parts: CheckParts): Promise<CheckLine[]> {
  const { client, calls, bound, list, repositories, hasEnvironments } = parts;
  let offered: readonly Pipeline[] = [];
  const signIn = await checkCall(
    'signing in',
    () => client.whoAmI(),
    'Add Gavel’s account to the organization, with the access level Basic.',
  );
  const pipelines = await checkCall('reading pipelines', async () => void (offered = await list()), viewBuilds);
  const waiting = await checkCall('reading what waits for approval', () => client.pendingApprovals(), viewBuilds);
  const named = [...new Set([...bound, ...offered.map(({ id }) => id)])].slice(0, maxPipelines);
  const each = await Promise.all(named.map((pipeline) => checkPipeline(parts, pipeline)));
  const [repository] = repositories;
  const source = repository === undefined ? [] : await Promise.all(checkRepository(calls, repository));
  const environments = () => calls.list(['distributedtask', 'environments'], AzureEnvironment, { $top: 1 });
  const live = allow('Reader', 'the environments', 'Environment (read & manage)');
  return [
    ...[signIn, pipelines, waiting, ...each.flat(), ...source],
    ...(hasEnvironments ? [await checkCall('reading what is live', environments, live)] : []),
  ];
}

/** One repository stands for all, since they are mostly given together. */
const checkRepository = ({ list }: AzureCalls, repository: string): Promise<CheckLine>[] => [
  checkCall(
    'reading releases and commits',
    () => list(inRepository(repository, 'refs'), GitRef, { filter: 'heads/', $top: 1 }),
    readCode,
  ),
  checkCall(
    'reading pull requests',
    () => list(inRepository(repository, 'pullrequests'), AzurePull, { $top: 1 }),
    readCode,
  ),
];

async function checkPipeline(parts: CheckParts, pipeline: string): Promise<CheckLine[]> {
  const { client, offering } = parts;
  let found: Definition | undefined;
  const runs = await checkCall(
    `reading runs of ${pipeline}`,
    async () => {
      found = await offering.find(pipeline);
      if (found) await client.builds(found.id, Date.UTC(2000, 0));
    },
    viewBuilds,
  );
  if (runs.problem !== undefined) return [runs];
  const about = `keeping the key in ${pipeline}`;
  if (!found) return [runs, { about, problem: `There’s no such pipeline, or it’s hidden from Gavel. ${viewBuilds}` }];
  return [runs, await checkKey(offering, found, about), ...(await checkRights(parts, found, pipeline))];
}

async function checkKey(offering: Offering, definition: Definition, about: string): Promise<CheckLine> {
  let isKept = false;
  const isHere = definition.repository?.type === 'TfsGit';
  const read = async (): Promise<void> => void (isKept = keepsKey(await offering.read(definition)));
  const line = await checkCall(about, read, readCode);
  if (line.problem !== undefined || isKept) return line;
  const file = definition.process?.yamlFilename ?? 'its file';
  return {
    about,
    problem: isHere
      ? `Add the parameter ${keyParameter} of type string, with a blank as its default, to ${file}. Gavel uses this value to find its runs.`
      : `Gavel can’t read ${file}, because it isn’t in Azure Repos. After a lost answer, a person has to look for the run.`,
  };
}

const Project = z.object({ id: z.string().min(1) });
const Evaluations = z.object({ evaluations: z.array(z.object({ value: z.boolean() })) });

/** https://learn.microsoft.com/azure/devops/organizations/security/namespace-reference#object-level-namespaces-and-permissions */
const buildNamespace = '33344d9c-fc72-4d6f-aba5-fa317101a7e9';
const rights = [
  { about: 'starting', permission: 'Queue builds', bits: 128 },
  { about: 'canceling', permission: 'Stop builds', bits: 512 },
] as const;

/** Asks what the account may do, instead of trying it. */
async function checkRights(
  { calls, project, client }: CheckParts,
  definition: Definition,
  pipeline: string,
): Promise<CheckLine[]> {
  const ask = async (bits: number): Promise<void> => {
    const { id } = await calls.getOutside(['projects', project], Project, {});
    const folders = definition.path.split('\\').filter((part) => part !== '');
    const token = [id, ...folders, definition.id].join('/');
    const evaluations = [{ securityNamespaceId: buildNamespace, token, permissions: bits }];
    const answer = await calls.http.json(
      {
        ...calls.callTo([], {}),
        path: ['_apis', 'security', 'permissionevaluationbatch'],
        body: { json: { alwaysAllowAdministrators: true, evaluations } },
      },
      Evaluations,
    );
    if (!answer.evaluations[0]?.value) throw new ConnectorError(client.name, 'refused', 'it lacks the permission');
  };
  return Promise.all(
    rights.map(({ about, permission, bits }) =>
      checkCall(`${about} ${pipeline}`, () => ask(bits), allow(permission, pipeline, 'Build (read & execute)')),
    ),
  );
}
