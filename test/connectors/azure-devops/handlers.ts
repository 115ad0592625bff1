import type { OperationId } from './contract';
import type { SourceOperationId } from './source-handlers';
import type { TicketOperationId } from './ticket-handlers';
import { people } from './world';
import type { ApprovalState, BuildState, PipelineState, RecordState, World } from './world';

/** What the double does for each call. */

/** An answer that isn’t a good one. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** What Gavel’s account may do; tests take it away. */
export type Right =
  | 'read builds'
  | 'queue builds'
  | 'stop builds'
  | 'approve'
  | 'read code'
  | 'read work items'
  | 'write work items'
  | 'read subscriptions';

export interface Asked {
  readonly world: World;
  readonly url: string;
  readonly may: (right: Right) => boolean;
  /** The parts of the address that differ. */
  readonly place: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export const page = (path: string) => ({ web: { href: `https://dev.azure.example/acme/shop/${path}` } });
export const at = (ms: number): string => new Date(ms).toISOString();
export const list = (value: readonly unknown[]): object => ({ count: value.length, value });

export function need({ may }: Asked, right: Right): void {
  if (!may(right)) throw new Refusal(403, `TF401027: You need the permission to ${right} to perform this action.`);
}

const definitionOf = ({ id, name, path, queueStatus }: PipelineState) => ({ id, name, path, queueStatus });
const entryOf = (pipeline: PipelineState) => ({
  ...definitionOf(pipeline),
  _links: page(`_build/definition?definitionId=${pipeline.id}`),
});

const buildOf = (build: BuildState): object => ({
  ...{ id: build.id, buildNumber: build.number, status: build.status, queueTime: at(build.queuedAt) },
  ...(build.result !== undefined && { result: build.result }),
  ...{ sourceBranch: build.sourceBranch, sourceVersion: build.sourceVersion, requestedFor: build.by },
  ...(build.startedAt !== undefined && { startTime: at(build.startedAt) }),
  ...(build.finishedAt !== undefined && { finishTime: at(build.finishedAt) }),
  ...{ definition: definitionOf(build.pipeline), templateParameters: build.templateParameters, tags: build.tags },
  _links: page(`_build/results?buildId=${build.id}`),
});

const recordOf = (record: RecordState, index: number, build: BuildState): object => ({
  ...{ id: record.id, parentId: record.parentId, type: record.type, name: record.name, order: record.order },
  ...{ identifier: record.type === 'Stage' ? record.name.replaceAll(' ', '_') : null },
  ...{ state: record.state, result: record.result, attempt: record.attempt },
  startTime: record.state === 'pending' ? null : at((build.startedAt ?? 0) + index),
  finishTime: record.state === 'completed' ? at((build.startedAt ?? 0) + index + 1) : null,
  ...(record.error !== undefined && { issues: [{ type: 'error', message: record.error }] }),
  log: record.log === undefined ? null : { id: record.order, type: 'Container', url: 'https://dev.azure.example/log' },
});

const approvalOf = (approval: ApprovalState, isApprover: boolean): object => ({
  ...{ id: approval.id, status: approval.status, createdOn: at(approval.build.queuedAt), instructions: '' },
  ...{ minRequiredApprovers: approval.needed, blockedApprovers: approval.blocked },
  permissions: isApprover ? 'view, update' : 'view',
  steps: approval.approvers.map((assignedApprover, index) => {
    const decided = approval.decided.find(({ by }) => by.id === assignedApprover.id);
    return {
      ...{ assignedApprover, order: index + 1, status: decided?.status ?? approval.status },
      ...(decided && { actualApprover: decided.by, comment: decided.comment, lastModifiedOn: at(decided.at) }),
    };
  }),
  pipeline: {
    owner: { id: approval.build.id, name: approval.build.number, _links: page('_build') },
    ...{ id: String(approval.build.pipeline.id), name: approval.build.pipeline.name },
  },
});

function foundBuild({ world, place }: Asked): BuildState {
  const found = world.builds.find(({ id }) => String(id) === place[0]);
  if (!found) throw new Refusal(404, `The requested build ${place[0]} could not be found.`);
  return found;
}

function foundPipeline({ world, place }: Asked): PipelineState {
  const found = world.pipelines.find(({ id }) => String(id) === place[0]);
  if (!found) throw new Refusal(404, 'The pipeline does not exist.');
  return found;
}

interface RunBody {
  readonly resources?: {
    readonly repositories: { readonly self: { readonly refName: string; readonly version?: string } };
  };
  readonly templateParameters?: Readonly<Record<string, string>>;
}

/** Refuses what the pipeline’s file doesn’t declare. */
function checkedRun(asked: Asked) {
  const pipeline = foundPipeline(asked);
  const { resources, templateParameters = {} } = asked.body as RunBody;
  const self = resources?.repositories.self;
  const ref = self?.refName ?? 'refs/heads/main';
  const file = pipeline.files.get(ref);
  if (file === undefined) throw new Refusal(400, `The ref ${ref} could not be found.`);
  for (const name of Object.keys(templateParameters))
    if (!file.includes(`name: ${name},`)) throw new Refusal(400, `Unexpected parameter '${name}'`);
  return { pipeline, templateParameters, ref, commit: self?.version };
}

/** Another attempt of what failed. */
function retry(build: BuildState, stages: readonly string[]): void {
  if (build.status !== 'completed') throw new Refusal(400, 'The build has not completed.');
  for (const record of build.records)
    if (record.type === 'Stage' && stages.includes(record.name))
      Object.assign(record, { attempt: record.attempt + 1, state: 'inProgress', result: null });
  Object.assign(build, { status: 'inProgress', result: undefined, finishedAt: undefined });
}

const failedIn = ({ records }: BuildState): string[] =>
  records.filter(({ type, result }) => type === 'Stage' && result === 'failed').map(({ name }) => name);

const mayApprove = ({ may }: Asked, { approvers, blocked, decided }: ApprovalState): boolean =>
  may('approve') &&
  approvers.some(({ id }) => id === people.gavel.id) &&
  ![...blocked, ...decided.map(({ by }) => by)].some(({ id }) => id === people.gavel.id);

export const runHandlers: Readonly<
  Record<Exclude<OperationId, SourceOperationId | TicketOperationId>, (asked: Asked) => unknown>
> = {
  whoAmI: () => ({ authenticatedUser: { id: people.gavel.id, providerDisplayName: people.gavel.displayName } }),
  getProject: () => ({ id: 'project-1', name: 'Shop' }),
  evaluatePermissions({ body, may, world }) {
    const { evaluations } = body as {
      readonly evaluations: readonly { readonly token: string; readonly permissions: number }[];
    };
    const paths = world.pipelines.map(({ path, id }) =>
      ['project-1', ...path.split('\\').filter((part) => part !== ''), id].join('/'),
    );
    return {
      evaluations: evaluations.map(({ token, permissions }) => ({
        value: paths.includes(token) && may(permissions === 128 ? 'queue builds' : 'stop builds'),
      })),
    };
  },
  listDefinitions(asked) {
    need(asked, 'read builds');
    const [name, path] = [asked.query.get('name'), asked.query.get('path')];
    return list(
      asked.world.pipelines
        .filter(
          (each) =>
            (name === null || each.name.toLowerCase() === name.toLowerCase()) && (path === null || each.path === path),
        )
        .map(entryOf),
    );
  },
  getDefinition(asked) {
    need(asked, 'read builds');
    const pipeline = foundPipeline(asked);
    return {
      ...{ ...entryOf(pipeline), process: { yamlFilename: `${pipeline.name}.yml`, type: 2 } },
      repository: { id: pipeline.name, type: pipeline.repositoryType, defaultBranch: 'refs/heads/main' },
    };
  },
  getFile(asked) {
    need(asked, 'read code');
    const { world, place, query } = asked;
    const version = query.get('versionDescriptor.version');
    const ref =
      { branch: `refs/heads/${version}`, tag: `refs/tags/${version}` }[
        query.get('versionDescriptor.versionType') ?? ''
      ] ?? `${version}`;
    const content = world.pipelines.find(({ name }) => name === place[0])?.files.get(ref);
    if (content === undefined) throw new Refusal(404, `TF401174: The item could not be found at ${ref}.`);
    return { path: query.get('path'), content };
  },
  listBuilds(asked) {
    need(asked, 'read builds');
    const { query } = asked;
    const since = Date.parse(query.get('minTime') ?? '') || 0;
    const results = query.get('resultFilter')?.split(',');
    const number = query.get('buildNumber');
    const found = asked.world.builds.filter(
      ({ pipeline, queuedAt, ...build }) =>
        String(pipeline.id) === query.get('definitions') &&
        queuedAt >= since &&
        (!results || results.includes(build.result ?? '')) &&
        (number === null || build.number === number),
    );
    return list(
      found
        .reverse()
        .slice(0, Number(query.get('$top')))
        .map(buildOf),
    );
  },
  getBuild(asked) {
    need(asked, 'read builds');
    return buildOf(foundBuild(asked));
  },
  getTimeline(asked) {
    need(asked, 'read builds');
    const build = foundBuild(asked);
    if (build.status === 'notStarted') return undefined;
    return { records: build.records.map((record, index) => recordOf(record, index, build)) };
  },
  getLog(asked) {
    const record = foundBuild(asked).records.find(({ order }) => String(order) === asked.place[1]);
    if (record?.log === undefined) throw new Refusal(404, 'no such log');
    return record.log;
  },
  tagBuild(asked) {
    need(asked, 'queue builds');
    const { tags } = foundBuild(asked);
    for (const tag of asked.body as string[]) if (!tags.includes(tag)) tags.push(tag);
    return list(tags);
  },
  updateBuild(asked) {
    const build = foundBuild(asked);
    const { status } = asked.body as { readonly status?: string };
    need(asked, status === 'cancelling' ? 'stop builds' : 'queue builds');
    if (asked.query.get('retry') === 'true') retry(build, failedIn(build));
    if (status === 'cancelling' && build.status !== 'completed') {
      build.status = 'cancelling';
      build.cancels++;
    }
    return buildOf(build);
  },
  updateStage(asked) {
    need(asked, 'queue builds');
    retry(foundBuild(asked), [asked.place[1] ?? '']);
    return undefined;
  },
  preview(asked) {
    need(asked, 'queue builds');
    return { finalYaml: checkedRun(asked).pipeline.name };
  },
  start(asked) {
    need(asked, 'queue builds');
    const { pipeline, templateParameters, ref, commit } = checkedRun(asked);
    const build = asked.world.build(pipeline, templateParameters, { ref, ...(commit !== undefined && { commit }) });
    return { id: build.id, name: build.number, state: 'inProgress', createdDate: at(build.queuedAt) };
  },
  listApprovals(asked) {
    need(asked, 'read builds');
    const { world, query } = asked;
    const ids = query.get('approvalIds')?.split(',');
    // It lists all, whatever state is asked for: https://github.com/MicrosoftDocs/vsts-rest-api-specs/issues/557
    const found = world.approvals.filter(({ id }) => !ids || ids.includes(id));
    return list(found.map((each) => approvalOf(each, mayApprove(asked, each))));
  },
  decide(asked) {
    const { world, body } = asked;
    const decisions = body as { approvalId: string; status: 'approved' | 'rejected'; comment: string }[];
    return list(
      decisions.map(({ approvalId, status, comment }) => {
        const approval = world.approvals.find(({ id }) => id === approvalId);
        if (!approval) throw new Refusal(404, 'no such approval');
        if (approval.status !== 'pending') throw new Refusal(400, 'The approval has already been completed.');
        if (!mayApprove(asked, approval)) throw new Refusal(403, 'You are not an approver.');
        world.decide(approval, people.gavel, status, comment);
        return approvalOf(approval, true);
      }),
    );
  },
};
