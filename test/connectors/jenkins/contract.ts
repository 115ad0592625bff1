import { z } from 'zod';

/**
 * The calls of Jenkins that Gavel makes: each with the shapes of what is sent and answered, and where they are from. There’s no published schema, and no
 * server to try it with. `isRead`: what Gavel relies on was read in the source that is named; without it, the call is only known from others who make it.
 * None was tried with a real server.
 */

export interface Operation {
  readonly method: 'GET' | 'POST';
  /** `{job}` stands for the address of a job, `{}` for one encoded part. */
  readonly path: string;
  readonly query?: readonly string[];
  /** The form. */
  readonly sent?: z.ZodType;
  readonly answered: z.ZodType;
  readonly source: string;
  readonly isRead: boolean;
}

const core = 'https://github.com/jenkinsci/jenkins/blob/master/core/src/main/java';
const rest = 'https://github.com/jenkinsci/pipeline-stage-view-plugin/tree/master/rest-api';
const input =
  'https://github.com/jenkinsci/pipeline-input-step-plugin/blob/master/src/main/java/org/jenkinsci/plugins/workflow/support/steps/input';
const junit = 'https://github.com/jenkinsci/junit-plugin/blob/master/src/main/java/hudson/tasks/junit';

const words = z.string();
/** Every exported object says what it is. */
const kind = words.optional();
const count = z.number().int();
const nothing = z.undefined();
const value = z.union([z.string(), z.boolean()]);

const parameters = z.array(z.strictObject({ _class: kind, name: words, value: value.optional() })).optional();
const cause = z.strictObject({
  _class: kind,
  shortDescription: words,
  userName: words.optional(),
  timestamp: count.optional(),
  /** Who has rejected: `Rejection` exports its user. */
  user: z.strictObject({ id: words, fullName: words }).optional(),
});
/**
 * `ApproverAction` exports `userId`, and `InterruptedBuildAction` its `causes`: of a rejection once the run has ended with it, by
 * https://github.com/jenkinsci/workflow-step-api-plugin/blob/master/src/main/java/org/jenkinsci/plugins/workflow/steps/FlowInterruptedException.java
 */
const actions = z.array(
  z.strictObject({ _class: kind, parameters, userId: words.optional(), causes: z.array(cause).optional() }),
);

const definition = z.strictObject({
  ...{ _class: kind, name: words, type: words, description: words },
  choices: z.array(words).optional(),
  /** That of a password has no value. */
  defaultParameterValue: z.strictObject({ _class: kind, value: value.optional() }).nullable(),
});

interface Listed {
  readonly _class?: string | undefined;
  readonly name: string;
  readonly buildable?: boolean | undefined;
  readonly jobs?: readonly Listed[] | undefined;
}
const listed: z.ZodType<Listed> = z.strictObject({
  ...{ _class: kind, name: words, buildable: z.boolean().optional() },
  jobs: z.array(z.lazy(() => listed)).optional(),
});

const status = z.enum([
  ...(['NOT_EXECUTED', 'ABORTED', 'SUCCESS', 'IN_PROGRESS', 'PAUSED_PENDING_INPUT'] as const),
  ...(['FAILED', 'SKIPPED', 'UNSTABLE'] as const),
]);
const node = z.object({
  ...{ id: words, name: words, status, startTimeMillis: count, durationMillis: count },
  error: z.strictObject({ message: words, type: words }).optional(),
});

const get = { method: 'GET', query: ['tree'] } as const;
const act = { method: 'POST', answered: nothing } as const;

export const operations = {
  whoAmI: {
    ...{ ...get, path: 'whoAmI/api/json', source: `${core}/hudson/security/WhoAmI.java`, isRead: true },
    answered: z.strictObject({ _class: kind, anonymous: z.boolean(), authenticated: z.boolean() }),
  },
  /** And what Jenkins is set to call itself, which `getConfiguredRootUrl` exports as `url`. */
  listJobs: {
    ...{ ...get, path: 'api/json', source: `${core}/jenkins/model/Jenkins.java`, isRead: true },
    answered: z.strictObject({ _class: kind, jobs: z.array(listed).optional(), url: words.nullable().optional() }),
  },
  /** What `getPermissions` says was read there; that it’s exported as `permissions` wasn’t. */
  getPermissions: {
    ...{ method: 'GET', path: 'blue/rest/organizations/jenkins/{pipelines}', isRead: false },
    source:
      'https://github.com/jenkinsci/blueocean-plugin/blob/master/blueocean-rest-impl/src/main/java/io/jenkins/blueocean/service/embedded/rest/AbstractPipelineImpl.java',
    answered: z.object({ permissions: z.record(words, z.boolean()) }),
  },
  getJob: {
    ...{ ...get, path: '{job}/api/json', source: `${core}/hudson/model/Job.java`, isRead: true },
    answered: z.strictObject({
      ...{ _class: kind, name: words.optional() },
      buildable: z.boolean().optional(),
      property: z
        .array(z.strictObject({ _class: kind, parameterDefinitions: z.array(definition).optional() }))
        .optional(),
      builds: z
        .array(z.strictObject({ _class: kind, number: count, queueId: count, timestamp: count, actions }))
        .optional(),
      allBuilds: z.array(z.strictObject({ _class: kind, number: count, queueId: count })).optional(),
    }),
  },
  getQueue: {
    ...{ ...get, path: 'queue/api/json', source: `${core}/hudson/model/Queue.java`, isRead: true },
    answered: z.strictObject({
      _class: kind,
      items: z.array(z.strictObject({ _class: kind, id: count, actions })),
    }),
  },
  /** One that has left stays for five minutes. */
  getQueueItem: {
    ...{ ...get, path: 'queue/item/{}/api/json', source: `${core}/hudson/model/Queue.java`, isRead: true },
    answered: z.strictObject({
      ...{ _class: kind, id: count, why: words.nullable(), inQueueSince: count, cancelled: z.boolean().optional() },
      executable: z.strictObject({ _class: kind, number: count }).nullable().optional(),
    }),
  },
  getBuild: {
    ...{ ...get, path: '{job}/{}/api/json', source: `${core}/hudson/model/Run.java`, isRead: true },
    answered: z.strictObject({
      ...{ _class: words, number: count, queueId: count, timestamp: count, duration: count, building: z.boolean() },
      ...{ result: z.enum(['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED']).nullable(), actions },
      ...{ displayName: words, description: words.nullable() },
    }),
  },
  /** `getOneOffExecutors` is exported. */
  listExecutors: {
    ...{ ...get, path: 'computer/api/json', source: `${core}/hudson/model/Computer.java`, isRead: true },
    answered: z.strictObject({
      _class: kind,
      computer: z.array(
        z.strictObject({
          _class: kind,
          oneOffExecutors: z.array(
            z.strictObject({ currentExecutable: z.strictObject({ _class: kind, url: words }).nullable() }),
          ),
        }),
      ),
    }),
  },
  /** `CaseResult` exports all of this but `flakyFailures`: that a version exports them wasn’t found, nor that they have a message then. */
  getTestReport: {
    ...{ ...get, path: '{job}/{}/testReport/api/json', source: `${junit}/CaseResult.java`, isRead: true },
    answered: z.strictObject({
      _class: kind,
      suites: z.array(
        z.strictObject({
          name: words,
          cases: z.array(
            z.strictObject({
              ...{ className: words, name: words, duration: z.number() },
              status: z.enum(['PASSED', 'SKIPPED', 'FAILED', 'FIXED', 'REGRESSION']),
              ...{ errorDetails: words.nullable(), errorStackTrace: words.nullable() },
              flakyFailures: z.array(z.strictObject({ message: words.optional() })).optional(),
            }),
          ),
        }),
      ),
    }),
  },
  describeRun: {
    ...{ method: 'GET', path: '{job}/{}/wfapi/describe', source: rest, isRead: true },
    answered: z.strictObject({ id: words, name: words, status, stages: z.array(node) }),
  },
  describeNode: {
    ...{ method: 'GET', path: '{job}/{}/execution/node/{}/wfapi/describe', source: rest, isRead: true },
    answered: node.extend({ stageFlowNodes: z.array(node) }),
  },
  readNodeLog: {
    ...{ method: 'GET', path: '{job}/{}/execution/node/{}/wfapi/log', source: rest, isRead: true },
    answered: z.strictObject({
      ...{ nodeId: words, nodeStatus: status, length: count, hasMore: z.boolean(), text: words },
    }),
  },
  listInputs: {
    ...{ method: 'GET', path: '{job}/{}/wfapi/pendingInputActions', source: rest, isRead: true },
    answered: z.array(
      z.strictObject({
        ...{ id: words, message: words, proceedText: words, proceedUrl: words, abortUrl: words },
        inputs: z.array(
          z.strictObject({
            ...{ type: words, name: words, description: words.nullable().optional() },
            definition: z.strictObject({ defaultVal: value.optional(), choices: z.array(words).optional() }),
          }),
        ),
      }),
    ),
  },
  readLog: {
    ...{ method: 'GET', path: '{job}/{}/logText/progressiveText', query: ['start'] },
    ...{ source: `${core}/hudson/model/Run.java`, isRead: true, answered: words },
  },
  /** 303 with the item of an equal start that waits; 201 otherwise, and in versions before https://github.com/jenkinsci/jenkins/pull/5615 always. */
  buildWithParameters: {
    ...{ ...act, path: '{job}/buildWithParameters', sent: z.record(words, words), isRead: true },
    source: `${core}/hudson/model/ParametersDefinitionProperty.java`,
  },
  /** Of a job without parameters. The source that was read answers 201 also if an equal start waits. */
  build: {
    ...{ ...act, path: '{job}/build', sent: z.strictObject({}), isRead: true },
    source: `${core}/jenkins/model/ParameterizedJobMixIn.java`,
  },
  /** What it answers wasn’t read. */
  cancelItem: {
    ...{ ...act, path: 'queue/cancelItem', query: ['id'], isRead: false },
    source: `${core}/hudson/model/Queue.java`,
  },
  /** Back to the page that the request names as its referrer, if it does. So do the next two. */
  stop: { ...act, path: '{job}/{}/stop', source: `${core}/hudson/model/Executor.java`, isRead: true },
  term: {
    ...{ ...act, path: '{job}/{}/term', isRead: true },
    source:
      'https://github.com/jenkinsci/workflow-job-plugin/blob/master/src/main/java/org/jenkinsci/plugins/workflow/job/WorkflowRun.java',
  },
  kill: {
    ...{ ...act, path: '{job}/{}/kill', isRead: true },
    source:
      'https://github.com/jenkinsci/workflow-job-plugin/blob/master/src/main/java/org/jenkinsci/plugins/workflow/job/WorkflowRun.java',
  },
  /** 400 or 200 with a page if the account may not, and if somebody was faster by a moment; then the step is gone, and its address with it. */
  proceedEmpty: {
    ...{ ...act, path: '{job}/{}/input/{}/proceedEmpty', sent: z.strictObject({}) },
    ...{ source: `${input}/InputStepExecution.java`, isRead: true },
  },
  proceed: {
    ...{ ...act, path: '{job}/{}/input/{}/proceed', sent: z.strictObject({ json: words }) },
    ...{ source: `${input}/InputStepExecution.java`, isRead: true },
  },
  abort: {
    ...{ ...act, path: '{job}/{}/input/{}/abort', sent: z.strictObject({}) },
    ...{ source: `${input}/InputStepExecution.java`, isRead: true },
  },
  submitDescription: {
    ...{ ...act, path: '{job}/{}/submitDescription', sent: z.strictObject({ description: words }) },
    ...{ source: `${core}/hudson/model/Run.java`, isRead: true },
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof operations;
