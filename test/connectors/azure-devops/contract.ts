import { z } from 'zod';
import { count, links, listOf, person, specification, time, words } from './shapes';
import type { Operation } from './shapes';
import { sourceOperations } from './source-contract';
import { ticketOperations } from './ticket-contract';

/**
 * The calls of Azure DevOps that Gavel makes: each with the shapes of what is sent and answered, by the vendor’s published specifications. They hold only
 * the fields that Gavel uses, and the double fills in. None was tried with a real server. Where the specification leaves a field open, `source` says where
 * else it’s from.
 */

const build = `${specification}/build/7.1/build.json`;
const pipelines = `${specification}/pipelines/7.1/pipelines.json`;
const approvals = `${specification}/approvalsAndChecks/7.1/pipelinesapproval.json`;
const git = `${specification}/git/7.1/git.json`;

const definitionReference = {
  ...{ id: count, name: words, path: words.regex(/^\\/) },
  queueStatus: z.enum(['enabled', 'paused', 'disabled']).optional(),
};
const definitionEntry = z.strictObject({ ...definitionReference, _links: links });

const buildRecord = z.strictObject({
  ...{ id: count, buildNumber: words, sourceBranch: words.regex(/^refs\//), sourceVersion: words },
  status: z.enum(['none', 'inProgress', 'completed', 'cancelling', 'postponed', 'notStarted']),
  result: z.enum(['none', 'succeeded', 'partiallySucceeded', 'failed', 'canceled']).optional(),
  ...{ queueTime: time, startTime: time.optional(), finishTime: time.optional() },
  ...{ definition: z.strictObject(definitionReference), requestedFor: person, _links: links },
  templateParameters: z.record(words, words).optional(),
  tags: z.array(words).optional(),
});

const timelineRecord = z.strictObject({
  ...{ id: z.guid(), parentId: z.guid().nullable(), name: words, identifier: words.nullable() },
  /** `type` is a plain string there; its values are those of https://learn.microsoft.com/rest/api/azure/devops/build/timeline/get */
  type: z.enum(['Stage', 'Phase', 'Job', 'Task', 'Checkpoint', 'Checkpoint.Approval']),
  ...{ startTime: time.nullable(), finishTime: time.nullable(), order: count, attempt: count },
  state: z.enum(['pending', 'inProgress', 'completed']),
  result: z.enum(['succeeded', 'succeededWithIssues', 'failed', 'canceled', 'skipped', 'abandoned']).nullable(),
  issues: z.array(z.strictObject({ type: z.enum(['error', 'warning']), message: words })).optional(),
  log: z.strictObject({ id: count, type: words, url: words }).nullable(),
});

const approvalStatus = z.enum([
  ...(['undefined', 'uninitiated', 'pending', 'approved', 'rejected', 'skipped', 'canceled'] as const),
  ...(['timedOut', 'deferred', 'failed', 'completed', 'all'] as const),
]);
const approval = z.strictObject({
  ...{ id: z.guid(), status: approvalStatus, createdOn: time, instructions: words, minRequiredApprovers: count },
  blockedApprovers: z.array(person),
  /** One of the names of `ApprovalPermissions`, or several. */
  permissions: words.optional(),
  steps: z
    .array(
      z.strictObject({
        ...{ assignedApprover: person, actualApprover: person.optional(), status: approvalStatus },
        ...{ comment: words.optional(), order: count, lastModifiedOn: time.optional() },
      }),
    )
    .optional(),
  /** An open object there; by https://github.com/microsoft/azure-devops-go-api/issues/147 */
  pipeline: z.strictObject({
    owner: z.strictObject({ id: count, name: words, _links: links }),
    ...{ id: words, name: words },
  }),
});

const runParameters = z.strictObject({
  previewRun: z.literal(true).optional(),
  resources: z
    .strictObject({
      repositories: z.strictObject({
        self: z.strictObject({ refName: words.regex(/^refs\//), version: words.optional() }),
      }),
    })
    .optional(),
  templateParameters: z.record(words, words).optional(),
});

export const operations = {
  /** Not in the specifications; the vendor’s own clients sign in with it: https://github.com/microsoft/azure-devops-node-api/blob/master/api/LocationsApi.ts */
  whoAmI: {
    ...{ method: 'GET', path: '/_apis/connectionData', version: '7.1-preview' },
    answered: z.strictObject({ authenticatedUser: z.strictObject({ id: words, providerDisplayName: words }) }),
    source: 'https://github.com/microsoft/azure-devops-node-api/blob/master/api/interfaces/LocationsInterfaces.ts',
  },
  getProject: {
    ...{ method: 'GET', path: '/_apis/projects/{}', source: `${specification}/core/7.1/core.json` },
    answered: z.strictObject({ id: words, name: words }),
  },
  evaluatePermissions: {
    ...{ method: 'POST', path: '/_apis/security/permissionevaluationbatch' },
    sent: z.strictObject({
      alwaysAllowAdministrators: z.boolean(),
      evaluations: z.array(z.strictObject({ securityNamespaceId: z.guid(), token: words, permissions: count })),
    }),
    answered: z.strictObject({ evaluations: z.array(z.strictObject({ value: z.boolean() })) }),
    source: `${specification}/security/7.1/security.json`,
  },
  listDefinitions: {
    ...{ method: 'GET', path: '_apis/build/definitions', query: ['$top', 'queryOrder', 'name', 'path'] },
    ...{ answered: listOf(definitionEntry), source: build },
  },
  /** `process` is an open object there; `YamlProcess` of the vendor’s own client names the file. */
  getDefinition: {
    ...{ method: 'GET', path: '_apis/build/definitions/{}' },
    answered: z.strictObject({
      ...definitionEntry.shape,
      process: z.strictObject({ yamlFilename: words, type: count }),
      repository: z.strictObject({ id: words, type: words, defaultBranch: words }),
    }),
    source: build,
  },
  getFile: {
    ...{ method: 'GET', path: '_apis/git/repositories/{}/items' },
    query: ['path', 'includeContent', '$format', 'versionDescriptor.version', 'versionDescriptor.versionType'],
    answered: z.strictObject({ path: words, content: words }),
    source: git,
  },
  listBuilds: {
    ...{ method: 'GET', path: '_apis/build/builds' },
    query: ['definitions', 'minTime', 'queryOrder', '$top', 'statusFilter', 'resultFilter', 'buildNumber'],
    ...{ answered: listOf(buildRecord), source: build },
  },
  getBuild: { ...{ method: 'GET', path: '_apis/build/builds/{}', answered: buildRecord, source: build } },
  getTimeline: {
    ...{ method: 'GET', path: '_apis/build/builds/{}/timeline', source: build },
    answered: z.strictObject({ records: z.array(timelineRecord) }).optional(),
  },
  getLog: { ...{ method: 'GET', path: '_apis/build/builds/{}/logs/{}', answered: words, source: build } },
  tagBuild: {
    ...{ method: 'POST', path: '_apis/build/builds/{}/tags', sent: z.array(words.min(1).max(400)).min(1) },
    ...{ answered: listOf(words), source: build },
  },
  updateBuild: {
    ...{ method: 'PATCH', path: '_apis/build/builds/{}', query: ['retry'] },
    sent: z.strictObject({ status: z.literal('cancelling').optional() }),
    ...{ answered: buildRecord, source: build },
  },
  updateStage: {
    ...{ method: 'PATCH', path: '_apis/build/builds/{}/stages/{}' },
    sent: z.strictObject({ state: z.enum(['cancel', 'retry', 'run']), forceRetryAllJobs: z.boolean() }),
    ...{ answered: z.undefined(), source: build },
  },
  preview: {
    ...{ method: 'POST', path: '_apis/pipelines/{}/preview', sent: runParameters },
    ...{ answered: z.strictObject({ finalYaml: words }), source: pipelines },
  },
  start: {
    ...{ method: 'POST', path: '_apis/pipelines/{}/runs', sent: runParameters, source: pipelines },
    answered: z.strictObject({
      ...{ id: count, name: words, state: z.enum(['unknown', 'inProgress', 'canceling', 'completed']) },
      createdDate: time,
    }),
  },
  listApprovals: {
    ...{ method: 'GET', path: '_apis/pipelines/approvals', query: ['approvalIds', '$expand', 'state', 'top'] },
    ...{ answered: listOf(approval), source: approvals },
  },
  decide: {
    ...{ method: 'PATCH', path: '_apis/pipelines/approvals', source: approvals },
    sent: z.array(z.strictObject({ approvalId: z.guid(), status: z.enum(['approved', 'rejected']), comment: words })),
    answered: listOf(approval),
  },
  ...sourceOperations,
  ...ticketOperations,
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof operations;
