import { z } from 'zod';

/**
 * The calls of CloudBees CD/RO that Gavel makes: each with the shapes of what is sent and answered, and where they are from. There’s no public description of
 * the REST API, and no server to try it with, so `isVerified` tells what a client of the vendor itself sends from what only follows from the documentation:
 * the names of operations and arguments are documented, the address isn’t.
 */

export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** `{}` stands for one encoded part. */
  readonly path: string;
  /** The value of `request` in the query; omitted if there is none. */
  readonly request?: string;
  readonly query?: readonly string[];
  readonly sent?: z.ZodType;
  readonly answered: z.ZodType;
  readonly source: string;
  readonly isVerified: boolean;
}

const client =
  'https://github.com/jenkinsci/electricflow-plugin/blob/master/src/main/java/org/jenkinsci/plugins/electricflow/ElectricFlowClient.java';
const commands = 'https://docs.cloudbees.com/apidocs/ec-perl/latest/c';
const intrinsic = 'https://docs.cloudbees.com/docs/cloudbees-cd/latest/automation-platform/properties-intrinsic';

const words = z.string();
/** https://docs.cloudbees.com/docs/cloudbees-cd/latest/automation-platform/properties-intrinsic: booleans are more often 0 and 1. */
const flag = z.enum(['0', '1']);
const date = z.iso.datetime();
const actual = z.array(z.strictObject({ actualParameterName: words, value: words }));

const formalParameter = z.strictObject({
  ...{ formalParameterName: words, type: words, required: flag, expansionDeferred: flag },
  label: words.optional(),
  description: words.optional(),
  defaultValue: words.optional(),
  simpleList: words.optional(),
  multiSelect: flag.optional(),
  checkedValue: words.optional(),
  uncheckedValue: words.optional(),
  minValue: words.optional(),
  maxValue: words.optional(),
  options: z.strictObject({ option: z.array(z.strictObject({ text: words, value: words })) }).optional(),
});

const filter = z.strictObject({
  propertyName: words,
  operator: z.enum(['equals', 'isNull', 'greaterOrEqual']),
  operand1: words.optional(),
});

/** What is empty is left out, and a list without items is an empty object. */
const list = (key: string, item: z.ZodType): z.ZodType =>
  z.union([z.strictObject({ [key]: z.array(item).min(1) }), z.strictObject({})]);

const stage = z.strictObject({
  ...{ name: words, index: z.number(), status: words, completed: flag },
  ...{ waitingOnManual: flag, waitingForManualRetry: flag },
});

const task = z.strictObject({
  ...{ taskName: words, taskId: words, taskType: words, status: words },
  ...{ waitingOnManual: flag, waitingForManualRetry: flag, allowCurrentUserToApprove: flag },
  instruction: words.optional(),
  jobId: words.optional(),
  errorMessage: words.optional(),
  startTime: date.optional(),
  endTime: date.optional(),
});

const jobStep = z.strictObject({
  ...{ jobStepId: words, stepName: words, status: words },
  outcome: words.optional(),
  errorCode: words.optional(),
  errorMessage: words.optional(),
  abortStatus: words.optional(),
  logFileName: words.optional(),
  resourceName: words.optional(),
  start: date.optional(),
  finish: date.optional(),
});

const job = z.strictObject({
  ...{ jobId: words, jobName: words, projectName: words, procedureName: words, status: words, createTime: date },
  outcome: words.optional(),
  abortStatus: words.optional(),
  abortedBy: words.optional(),
  errorMessage: words.optional(),
  start: date.optional(),
  finish: date.optional(),
  jobStep: z.array(jobStep).optional(),
  actualParameter: z.array(z.object({ actualParameterName: words, value: words })).optional(),
});

const runtime = z.strictObject({
  ...{ flowRuntimeId: words, flowRuntimeName: words, pipelineId: words, pipelineName: words, projectName: words },
  ...{ status: words, completed: flag, startTime: date, launchedByUser: words },
  finish: date.optional(),
  releaseName: words.optional(),
  stages: z.strictObject({ stage: z.array(stage) }),
});

const foundObject = z.union([
  z.strictObject({ objectId: words, formalParameter }),
  z.strictObject({
    objectId: words,
    pipeline: z.strictObject({ pipelineName: words, pipelineId: words, projectName: words }),
    access: z.strictObject({ allowRead: flag, allowExecute: flag }).optional(),
  }),
  z.strictObject({
    objectId: words,
    flowRuntime: z.strictObject({
      ...{ flowRuntimeId: words, flowRuntimeName: words, pipelineName: words, projectName: words },
      releaseName: words.optional(),
    }),
  }),
  z.strictObject({ objectId: words, job: z.strictObject({ jobId: words, jobName: words, projectName: words }) }),
]);

const projects = 'rest/v1.0/projects';
const started = z.strictObject({
  flowRuntime: z.strictObject({ flowRuntimeId: words, pipelineId: words, pipelineName: words }),
});

export const operations = {
  createSession: {
    ...{ method: 'POST', path: 'rest/v1.0/sessions', source: client, isVerified: true },
    sent: z.union([z.strictObject({ userName: words, password: words }), z.strictObject({ token: words })]),
    answered: z.strictObject({ sessionId: words, userName: words }),
  },
  getProjects: {
    ...{ method: 'GET', path: projects, source: client, isVerified: true },
    answered: list('project', z.strictObject({ projectName: words })),
  },
  getProcedures: {
    ...{ method: 'GET', path: `${projects}/{}/procedures`, source: client, isVerified: true },
    answered: list('procedure', z.strictObject({ procedureName: words })),
  },
  getPipelines: {
    ...{ method: 'GET', path: `${projects}/{}/pipelines`, source: client, isVerified: true },
    answered: list('pipeline', z.strictObject({ pipelineName: words, pipelineId: words })),
  },
  getReleases: {
    ...{ method: 'GET', path: `${projects}/{}/releases`, source: client, isVerified: true },
    answered: list(
      'release',
      z.strictObject({ releaseName: words, releaseId: words, pipelineName: words, pipelineId: words }),
    ),
  },
  getFormalParameters: {
    ...{ method: 'GET', path: `${projects}/{}/procedures/{}/formalParameters`, source: client, isVerified: true },
    answered: list('formalParameter', formalParameter),
  },
  findObjects: {
    ...{ method: 'PUT', path: 'rest/v1.0/objects', request: 'findObjects', source: client, isVerified: true },
    sent: z.strictObject({
      objectType: z.enum(['formalParameter', 'pipeline', 'flowRuntime', 'job']),
      filter: z.union([filter, z.strictObject({ operator: z.literal('and'), filter: z.array(filter) })]),
      includeAccess: z.boolean().optional(),
      maxIds: z.number().optional(),
      numObjects: z.number().optional(),
      sort: z.union([z.object({}), z.array(z.object({}))]).optional(),
    }),
    answered: list('object', foundObject),
  },
  runProcedure: {
    ...{ method: 'POST', path: 'rest/v1.0/jobs', request: 'runProcedure', source: client, isVerified: true },
    sent: z.strictObject({ projectName: words, procedureName: words, actualParameter: actual }),
    answered: z.strictObject({ jobId: words }),
  },
  runPipeline: {
    ...{ method: 'POST', path: 'rest/v1.0/pipelines', source: client, isVerified: true },
    sent: z.strictObject({ projectName: words, pipelineName: words, actualParameter: actual }),
    answered: started,
  },
  startRelease: {
    ...{ method: 'POST', path: 'rest/v1.0/releases', source: client, isVerified: true },
    sent: z.strictObject({
      ...{ projectName: words, releaseName: words },
      pipelineParameter: z.array(z.strictObject({ pipelineParameterName: words, value: words })),
    }),
    answered: started,
  },
  getPipelineRuntimeDetails: {
    ...{ method: 'PUT', path: 'rest/v1.0/pipelineRuntimeDetails', request: 'getPipelineRuntimeDetails' },
    ...{ source: client, isVerified: true },
    sent: z.strictObject({ flowRuntimeId: z.array(words).min(1) }),
    answered: z.strictObject({ flowRuntime: z.array(runtime) }),
  },
  getPipelineStageRuntimeTasks: {
    ...{ method: 'PUT', path: 'rest/v1.0/pipelineStageRuntimeTasks', request: 'getPipelineStageRuntimeTasks' },
    ...{ source: `${commands}/getPipelineStageRuntimeTasks`, isVerified: false },
    sent: z.strictObject({ flowRuntimeId: words, stageName: words }),
    answered: list('task', task),
  },
  getJobDetails: {
    ...{ method: 'GET', path: 'rest/v1.0/jobs/{}', request: 'getJobDetails', source: intrinsic, isVerified: true },
    answered: z.strictObject({ job }),
  },
  getProperty: {
    ...{ method: 'GET', path: 'rest/v1.0/properties/{}', source: `${commands}/getProperty`, isVerified: true },
    query: ['flowRuntimeId', 'projectName', 'environmentName'],
    answered: z.strictObject({ property: z.strictObject({ propertyName: words, value: words }) }),
  },
  getEnvironmentInventoryItems: {
    ...{ method: 'GET', path: `${projects}/{}/environments/{}/environmentInventoryItems`, query: ['applicationName'] },
    ...{ source: `${commands}/getEnvironmentInventoryItems`, isVerified: false },
    answered: list(
      'environmentInventoryItem',
      z.strictObject({
        ...{ applicationName: words, componentName: words, artifactName: words, artifactVersion: words },
        ...{ environmentName: words, status: words, createTime: date, modifyTime: date },
      }),
    ),
  },
  abortJob: {
    ...{
      method: 'PUT',
      path: 'rest/v1.0/jobs/{}',
      request: 'abortJob',
      source: `${commands}/abortJob`,
      isVerified: false,
    },
    sent: z.strictObject({ force: z.boolean(), reason: words }),
    answered: z.strictObject({ jobId: words }),
  },
  abortPipelineRun: {
    ...{ method: 'PUT', path: 'rest/v1.0/flowRuntimes/{}', request: 'abortPipelineRun' },
    ...{ source: `${commands}/abortPipelineRun`, isVerified: false },
    sent: z.strictObject({ force: z.boolean() }),
    answered: z.strictObject({ flowRuntime: z.strictObject({ flowRuntimeId: words }) }),
  },
  completeManualTask: {
    ...{ method: 'PUT', path: 'rest/v1.0/flowRuntimes/{}', request: 'completeManualTask' },
    ...{ source: `${commands}/completeManualTask`, isVerified: false },
    sent: z.strictObject({
      ...{ stageName: words, taskName: words, evidence: words, action: z.enum(['completed', 'failed', 'skipped']) },
      gateType: z.enum(['PRE', 'POST']).optional(),
      actualParameter: actual.optional(),
    }),
    answered: z.strictObject({ flowRuntime: z.strictObject({ flowRuntimeId: words }) }),
  },
  /** A comment in TestHelper.groovy, in the tests of a plugin of the vendor, has the address. */
  readLog: {
    ...{ method: 'GET', path: 'commander/link/workspaceFile/workspaces/{}' },
    query: ['jobStepId', 'fileName', 'jobName', 'jobId', 'resourceName', 'completed'],
    ...{ source: 'https://github.com/electric-cloud-community', isVerified: false },
    answered: words,
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof operations;

export const fault = z.strictObject({ code: words, message: words });
