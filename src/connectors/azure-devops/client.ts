import { ConnectorError } from '../../core/errors';
import { jsonIn } from '../../core/text';
import type { AzureCalls, AzureQuery } from './calls';
import * as answers from './schema';

/** The calls about pipelines, runs, and approvals. Every method rejects with `ConnectorError`. */

export type AzureClient = ReturnType<typeof createAzureClient>;

const maxLogBytes = 262_144;
/** How many pipelines a list has. */
const maxDefinitions = 1_000;
/** How many runs one look for a key reads. */
export const recentBuilds = 100;
const maxApprovals = 1_000;

/** What a run is started with. */
export interface RunParameters {
  /** With `refs/`. */
  readonly ref?: string | undefined;
  /** The commit on it. */
  readonly commit?: string | undefined;
  readonly values: Readonly<Record<string, string>>;
}

export function createAzureClient(name: string, calls: AzureCalls) {
  const { get, list, http, callTo } = calls;
  return {
    /** Of the connection. */
    name,
    /** Who Gavel is there. */
    whoAmI: async () =>
      (await calls.getOutside(['connectionData'], answers.ConnectionData, {}, '7.1-preview')).authenticatedUser,
    definitions: (query: AzureQuery = {}) =>
      list(['build', 'definitions'], answers.DefinitionEntry, {
        ...{ $top: maxDefinitions, queryOrder: 'definitionNameAscending' },
        ...query,
      }),
    definition: (id: number) => get(['build', 'definitions', id], answers.Definition),
    /** The text of a file of a repository. `ref`: with `refs/`, or a commit. */
    file: async (repository: string, path: string, ref: string) =>
      (
        await get(['git', 'repositories', repository, 'items'], answers.FileItem, {
          ...{ path, includeContent: true, $format: 'json', ...versionOf(ref) },
        })
      ).content,
    /** Those that were queued since then, the newest first. */
    builds: (definition: number, since: number) =>
      list(['build', 'builds'], answers.Build, {
        ...{ definitions: definition, minTime: new Date(since).toISOString() },
        ...{ queryOrder: 'queueTimeDescending', $top: recentBuilds },
      }),
    build: (id: number) => get(['build', 'builds', id], answers.Build),
    /** None before it has begun. */
    async timeline(id: number): Promise<readonly answers.TimelineRecord[]> {
      const { status, text } = await http.text(callTo(['build', 'builds', id, 'timeline'], {}));
      if (status === 204 || text.trim() === 'null') return [];
      const read = answers.Timeline.safeParse(jsonIn(text));
      if (read.success) return read.data.records;
      throw new ConnectorError(name, 'invalid answer', 'the timeline can’t be read');
    },
    async log(build: number, log: number): Promise<string> {
      const path = ['build', 'builds', build, 'logs', log];
      const end = { circuit: 'logs', keepEnd: true, limits: { maxBytes: maxLogBytes } };
      return (await http.text(callTo(path, {}, { headers: { accept: 'text/plain' }, ...end }))).text;
    },
    ...actionsOf(name, calls),
    ...approvalsOf(name, calls),
  };
}

/** Everything that changes runs, and the preview of it. */
function actionsOf(name: string, { post, patch, http, callTo }: AzureCalls) {
  return {
    /** Why it would refuse this start; undefined if it wouldn’t. */
    async preview(pipeline: number, parameters: RunParameters): Promise<string | undefined> {
      const body = { json: { previewRun: true, ...runOf(parameters) } };
      const { status, text } = await http.text(callTo(['pipelines', pipeline, 'preview'], {}, { body, accept: [400] }));
      const said = status === 400 ? answers.RefusalAnswer.safeParse(jsonIn(text)) : undefined;
      if (said && !said.success) throw new ConnectorError(name, 'refused', 'it would refuse this, and doesn’t say why');
      return said?.data.message;
    },
    start: async (pipeline: number, parameters: RunParameters) =>
      (await post(['pipelines', pipeline, 'runs'], runOf(parameters), answers.StartedRun)).id,
    /** Again and again the same. */
    tag: async (build: number, tag: string): Promise<void> => {
      const more = { kind: 'idempotent', body: { json: [tag] } } as const;
      await http.bytes(callTo(['build', 'builds', build, 'tags'], {}, more));
    },
    cancel: (build: number) => patch(['build', 'builds', build], { status: 'cancelling' }),
    /** What failed in any of its stages. */
    retry: (build: number) => patch(['build', 'builds', build], {}, { retry: true }),
    /** What failed in this stage. */
    retryStage: (build: number, stage: string) =>
      patch(['build', 'builds', build, 'stages', stage], { state: 'retry', forceRetryAllJobs: false }),
  };
}

function approvalsOf(name: string, { list, patch }: AzureCalls) {
  return {
    /** All that wait. Rejects if there are too many to say so. */
    async pendingApprovals(): Promise<answers.AzureApproval[]> {
      const query = { state: 'pending', $expand: 'steps,permissions', top: maxApprovals };
      const found = await list(['pipelines', 'approvals'], answers.AzureApproval, query);
      if (found.length >= maxApprovals) throw new ConnectorError(name, 'invalid answer', 'too many approvals wait');
      return found.filter(({ status }) => status === 'pending');
    },
    approvals: (ids: readonly string[]) =>
      list(['pipelines', 'approvals'], answers.AzureApproval, {
        ...{ approvalIds: ids.join(','), $expand: 'steps,permissions' },
      }),
    decide: (approval: string, status: 'approved' | 'rejected', comment: string) =>
      patch(['pipelines', 'approvals'], [{ approvalId: approval, status, comment }]),
  };
}

const runOf = ({ ref, commit, values }: RunParameters): object => ({
  ...(ref !== undefined && {
    resources: { repositories: { self: { refName: ref, ...(commit !== undefined && { version: commit }) } } },
  }),
  templateParameters: values,
});

/** https://learn.microsoft.com/rest/api/azure/devops/git/items/get */
function versionOf(ref: string): AzureQuery {
  const [, kind, rest] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  return {
    'versionDescriptor.version': rest ?? ref,
    'versionDescriptor.versionType': kind === undefined ? 'commit' : kind === 'heads' ? 'branch' : 'tag',
  };
}

/** Undefined if nothing is there. */
export async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
    throw error;
  }
}
