import type { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import type { ConnectorFailure } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { HttpClient } from '../http';
import type { CallPath, QueryValue } from '../http/address';
import type { HttpCall } from '../http/contract';
import * as answers from './schema';
import type { FormalParameter, InventoryItem, Job, JobStep, Runtime, Task } from './schema';
import type { Account, Sessions } from './sessions';

/** The calls of CloudBees CD's REST API that Gavel makes. Every method rejects with `ConnectorError`. */

export type CloudbeesClient = ReturnType<typeof createCloudbeesClient>;

interface ClientParts {
  /** The name of the connection. */
  readonly name: string;
  /** Signs in with the user and password of the connection, if it has a user. */
  readonly http: HttpClient;
  /** Signs in with nothing. */
  readonly open: HttpClient;
  readonly sessions: Sessions;
  /** The automation account, if it signs in with a session. */
  readonly account: Account | undefined;
}

type Parts = readonly (string | number)[];
type Query = Readonly<Record<string, QueryValue>>;

/** `PUT` performs actions, so nothing but a read is sent again: https://docs.cloudbees.com/docs/cloudbees-cd-api-rest/latest/ */
type Sent = Pick<HttpCall, 'kind' | 'method' | 'query'> & { readonly path: Parts; readonly json?: unknown };

export interface Filter {
  readonly propertyName: string;
  readonly operator: 'equals' | 'isNull' | 'greaterOrEqual';
  readonly operand1?: string;
}

export interface ActualValue {
  readonly name: string;
  readonly value: string;
}

type PropertyOwner =
  { readonly flowRuntimeId: string } | { readonly projectName: string; readonly environmentName: string };

const maxLogBytes = 262_144;

export function createCloudbeesClient({ name, http, open, sessions, account }: ClientParts) {
  const send = <T>(call: HttpCall, answer: z.ZodType<T>, as: Account | undefined): Promise<T> =>
    as
      ? sessions.with(as, (headers) => readAnswer(name, open, { ...call, headers }, answer))
      : readAnswer(name, http, call, answer);

  const ask = <T>({ path, json, ...call }: Sent, answer: z.ZodType<T>, as: Account | undefined = account): Promise<T> =>
    send({ ...call, path: ['rest', 'v1.0', ...path], ...(json !== undefined && { body: { json } }) }, answer, as);
  const get = <T>(path: Parts, answer: z.ZodType<T>, query: Query = {}): Promise<T> =>
    ask({ kind: 'read', path, query }, answer);
  const put = <T>(path: Parts, request: string, json: object, answer: z.ZodType<T>): Promise<T> =>
    ask({ kind: 'read', method: 'PUT', path, query: { request }, json }, answer);

  const find = <T>(
    objectType: string,
    filters: readonly Filter[],
    answer: z.ZodType<T>,
    more: object = {},
  ): Promise<T> =>
    put(['objects'], 'findObjects', { objectType, filter: { operator: 'and', filter: filters }, ...more }, answer);

  return {
    projects: () => get(['projects'], answers.ProjectsAnswer),
    procedures: (project: string) => get(['projects', project, 'procedures'], answers.ProceduresAnswer),
    pipelines: (project: string) => get(['projects', project, 'pipelines'], answers.PipelinesAnswer),
    releases: (project: string) => get(['projects', project, 'releases'], answers.ReleaseListAnswer),
    procedureParameters: (project: string, procedure: string): Promise<FormalParameter[]> =>
      get(['projects', project, 'procedures', procedure, 'formalParameters'], answers.ParametersAnswer),
    /** `container`: `pipeline-<id>` or `task-<id>`. In the order of the form. */
    async parametersIn(container: string): Promise<FormalParameter[]> {
      const filter = { operator: 'equals', propertyName: 'container', operand1: container };
      const sort = { propertyName: 'orderIndex', order: 'ascending' };
      const found = await put(
        ['objects'],
        'findObjects',
        { objectType: 'formalParameter', filter, sort },
        answers.FoundParameters,
      );
      return found.map(({ formalParameter }) => formalParameter);
    },
    /** With whether the account may execute it, where CloudBees CD says so. */
    async pipeline(project: string, pipeline: string) {
      const filters = [equals('projectName', project), equals('pipelineName', pipeline)];
      const found = await find('pipeline', filters, answers.FoundPipelines, { includeAccess: true });
      return found.find((each) => each.pipeline.pipelineName === pipeline);
    },
    /** Newest first, at most `maximum`. */
    async runtimes(filters: readonly Filter[], maximum: number) {
      const found = await find('flowRuntime', filters, answers.FoundRuntimes, newest(maximum));
      return found.map(({ flowRuntime }) => flowRuntime);
    },
    async jobs(filters: readonly Filter[], maximum: number): Promise<readonly string[]> {
      return (await find('job', filters, answers.FoundJobs, newest(maximum))).map(({ job }) => job.jobId);
    },
    runtimeDetails: async (ids: readonly string[]): Promise<readonly Runtime[]> =>
      (
        await put(
          ['pipelineRuntimeDetails'],
          'getPipelineRuntimeDetails',
          { flowRuntimeId: ids },
          answers.RuntimesAnswer,
        )
      ).flowRuntime,
    tasks: (flowRuntimeId: string, stageName: string): Promise<Task[]> =>
      put(
        ['pipelineStageRuntimeTasks'],
        'getPipelineStageRuntimeTasks',
        { flowRuntimeId, stageName },
        answers.TasksAnswer,
      ),
    job: async (jobId: string): Promise<Job> =>
      (await get(['jobs', jobId], answers.JobAnswer, { request: 'getJobDetails' })).job,
    /** The value of a property of a run, which its parameters are, or of an environment; undefined if it has none of that name. */
    async property(property: string, of: PropertyOwner): Promise<string | undefined> {
      try {
        return (await get(['properties', property], answers.PropertyAnswer, { ...of })).property.value;
      } catch (error) {
        if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
        throw error;
      }
    },
    inventory: (project: string, environment: string, applicationName: string | undefined): Promise<InventoryItem[]> =>
      get(['projects', project, 'environments', environment, 'environmentInventoryItems'], answers.InventoryAnswer, {
        applicationName,
      }),
    log: ({ jobName, jobId }: Job, step: JobStep): Promise<string | undefined> =>
      logOf({ http: account ? open : http, sessions, account }, { jobName, jobId }, step),
    ...actionsOf(ask),
  };
}

type Ask = <T>(call: Sent, answer: z.ZodType<T>, as?: Account) => Promise<T>;

/** Everything that acts, as the person if they have an account. */
function actionsOf(ask: Ask) {
  const once = <T>(path: Parts, json: object, answer: z.ZodType<T>, as: Account | undefined, query: Query = {}) =>
    ask({ kind: 'once', method: 'POST', path, json, query }, answer, as);
  const act = (path: Parts, request: string, json: object, as: Account | undefined): Promise<unknown> =>
    ask({ kind: 'once', method: 'PUT', path, query: { request }, json }, answers.AnyAnswer, as);
  return {
    async runProcedure(projectName: string, procedureName: string, values: readonly ActualValue[], as?: Account) {
      const body = { projectName, procedureName, actualParameter: actual(values) };
      return (await once(['jobs'], body, answers.StartedJobAnswer, as, { request: 'runProcedure' })).jobId;
    },
    async runPipeline(projectName: string, pipelineName: string, values: readonly ActualValue[], as?: Account) {
      const body = { projectName, pipelineName, actualParameter: actual(values) };
      return (await once(['pipelines'], body, answers.StartedRuntimeAnswer, as)).flowRuntime.flowRuntimeId;
    },
    async startRelease(projectName: string, releaseName: string, values: readonly ActualValue[], as?: Account) {
      const pipelineParameter = values.map(({ name, value }) => ({ pipelineParameterName: name, value }));
      const body = { projectName, releaseName, pipelineParameter };
      return (await once(['releases'], body, answers.StartedRuntimeAnswer, as)).flowRuntime.flowRuntimeId;
    },
    /** Steps that always run still run, unless it’s forced. */
    abortJob: (jobId: string, force: boolean, reason: string, as?: Account) =>
      act(['jobs', jobId], 'abortJob', { force, reason }, as),
    abortRuntime: (flowRuntimeId: string, force: boolean, as?: Account) =>
      act(['flowRuntimes', flowRuntimeId], 'abortPipelineRun', { force }, as),
    /** Approves a manual task (`completed`) or rejects it (`failed`). */
    completeTask: (flowRuntimeId: string, completion: TaskCompletion, as?: Account) => {
      const { values, ...rest } = completion;
      const body = { ...rest, ...(values.length > 0 && { actualParameter: actual(values) }) };
      return act(['flowRuntimes', flowRuntimeId], 'completeManualTask', body, as);
    },
  };
}

interface TaskCompletion {
  readonly stageName: string;
  readonly taskName: string;
  readonly gateType?: string;
  readonly action: 'completed' | 'failed';
  readonly evidence: string;
  readonly values: readonly ActualValue[];
}

const actual = (values: readonly ActualValue[]): object[] =>
  values.map(({ name, value }) => ({ actualParameterName: name, value }));

const newest = (maximum: number): object => ({
  ...{ maxIds: maximum, numObjects: maximum },
  sort: [{ propertyName: 'createTime', order: 'descending' }],
});

export const equals = (propertyName: string, operand1: string): Filter => ({
  ...{ propertyName, operator: 'equals', operand1 },
});

/** What the answer says, unless that is an error. */
async function readAnswer<T>(name: string, http: HttpClient, call: HttpCall, answer: z.ZodType<T>): Promise<T> {
  const told = await http.json(call, answers.JsonAnswer);
  const fault = answers.FaultAnswer.safeParse(told);
  if (fault.success) {
    const { code, message } = fault.data;
    throw new ConnectorError(
      name,
      failureOf(code, call.kind === 'read'),
      `${cleanText(code, 80)}: ${cleanText(message)}`,
    );
  }
  const found = answer.safeParse(told);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new ConnectorError(
    name,
    call.kind === 'read' ? 'invalid answer' : 'unclear',
    `unexpected ${issue?.path.map(String).join('.') ?? 'answer'}`,
  );
}

/** https://docs.cloudbees.com/docs/cloudbees-cd-api-perl/latest/response-element-glossary names no codes; these are those of the vendor’s own tests. */
function failureOf(code: string, isRead: boolean): ConnectorFailure {
  if (/^NoSuch/.test(code)) return 'not found';
  if (/Session|Credentials|NotLoggedIn|Unauthorized/.test(code)) return 'unauthorized';
  if (/^(?:Internal|Server|Database|Unknown)/.test(code)) return isRead ? 'unreachable' : 'unclear';
  return 'refused';
}

interface LogParts {
  readonly http: HttpClient;
  readonly sessions: Sessions;
  readonly account: Account | undefined;
}

/** The end of what a step wrote; undefined if the web server of CloudBees CD doesn’t give it as text. The REST API has no logs. */
async function logOf(
  { http, sessions, account }: LogParts,
  job: Pick<Job, 'jobName' | 'jobId'>,
  { jobStepId, logFileName, workspaceName, resourceName }: JobStep,
): Promise<string | undefined> {
  if (logFileName === '') return undefined;
  const path: CallPath = ['commander', 'link', 'workspaceFile', 'workspaces', workspaceName || 'default'];
  const query = { jobStepId, fileName: logFileName, ...job, resourceName, completed: 1 };
  const call: HttpCall = {
    ...{ kind: 'read', path, query, circuit: 'logs', keepEnd: true },
    ...{ limits: { maxBytes: maxLogBytes }, accept: [404, 410] },
  };
  const { status, headers, body } = account
    ? await sessions.with(account, (cookie) => http.bytes({ ...call, headers: cookie }))
    : await http.bytes(call);
  const isText = /^text\/plain\b/i.test(headers.get('content-type') ?? '');
  return status === 200 && isText ? body.toString('utf8') : undefined;
}
