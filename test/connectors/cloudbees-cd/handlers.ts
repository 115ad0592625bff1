import type { CloudBees } from './double';
import type { OperationId } from './contract';
import { findObjects, flag, formalOf, listed } from './finding';
import type { Asked } from './finding';
import { JobState, RuntimeState } from './world';
import type { FormalState, JobStepState, PipelineState, Project, TaskState } from './world';

/** What the double does for each call. */

/** An error, as CloudBees CD names it. */
export class Fault extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

type Handler = (asked: Asked) => unknown;

function projectOf(cloudbees: CloudBees, name: string): Project {
  const found = cloudbees.projects.get(name);
  if (!found) throw new Fault('NoSuchProject', `Project '${name}' does not exist`);
  return found;
}

/** https://github.com/electric-cloud/tfs-extension has the words of both refusals. */
function valuesFor(
  what: string,
  formal: readonly FormalState[],
  given: readonly { readonly name: string; readonly value: string }[],
): Record<string, string> {
  const extra = given.filter(({ name }) => !formal.some((each) => each.name === name)).map(({ name }) => name);
  if (extra.length > 0) throw new Fault('InvalidParameter', `Extra parameter(s) to '${what}': ${extra.join(', ')}`);
  const values = Object.fromEntries(given.map(({ name, value }) => [name, value]));
  const missing = formal
    .filter(({ name, required }) => required && (values[name] ?? '') === '')
    .map(({ name }) => name);
  if (missing.length > 0)
    throw new Fault('MissingParameter', `Missing parameter(s) to '${what}': ${missing.join(', ')}`);
  return values;
}

interface Actual {
  readonly actualParameterName: string;
  readonly value: string;
}
const actualOf = (given: readonly Actual[] = []) =>
  given.map(({ actualParameterName: name, value }) => ({ name, value }));

function mayExecute(cloudbees: CloudBees, user: string, what: string): void {
  if (cloudbees.readers.has(user))
    throw new Fault('AccessDenied', `Principal '${user}' does not have execute privilege on ${what}`);
}

function start(
  { cloudbees, user }: Asked,
  project: Project,
  pipeline: PipelineState | undefined,
  release: string | undefined,
  given: readonly { readonly name: string; readonly value: string }[],
): object {
  if (!pipeline) throw new Fault('NoSuchPipeline', `Pipeline does not exist in project '${project.name}'`);
  mayExecute(cloudbees, user, `pipeline[name=${pipeline.name}]`);
  const values = valuesFor(pipeline.name, pipeline.formal, given);
  const run = new RuntimeState(project.name, pipeline, release, values, user, cloudbees.runtimes.length + 1);
  cloudbees.runtimes.unshift(run);
  return { flowRuntime: { flowRuntimeId: run.id, pipelineId: pipeline.id, pipelineName: pipeline.name } };
}

function runtimeOf({ cloudbees, place: [id] }: Asked): RuntimeState {
  const found = cloudbees.runtimes.find((each) => each.id === id);
  if (!found) throw new Fault('NoSuchFlowRuntime', `Flow runtime '${id}' does not exist`);
  return found;
}

function jobOf(cloudbees: CloudBees, id: string | undefined): JobState {
  const tasks = cloudbees.runtimes.flatMap(({ stages }) => stages.flatMap((stage) => stage.tasks));
  const found = [...cloudbees.jobs, ...tasks.flatMap(({ job }) => job ?? [])].find((each) => each.id === id);
  if (!found) throw new Fault('NoSuchJob', `Job '${id}' does not exist`);
  return found;
}

const waitsIn = (run: RuntimeState, tasks: readonly TaskState[]): boolean => tasks.some((task) => run.isWaiting(task));

function detailsOf(run: RuntimeState): object {
  const stages = run.stages.map(({ name, tasks }, index) => {
    const states = tasks.map(({ status, startTime }) => (startTime === undefined ? 'none' : status));
    const isDone = states.every((each) => each === 'success' || each === 'skipped' || each === 'warning');
    const failed = states.find((each) => each === 'error');
    const status = failed ?? (isDone ? 'success' : states.some((each) => each !== 'none') ? 'running' : 'pending');
    return {
      ...{ name, index, status, completed: flag(isDone || failed !== undefined) },
      ...{ waitingOnManual: flag(waitsIn(run, tasks)), waitingForManualRetry: '0' },
    };
  });
  return {
    ...{
      flowRuntimeId: run.id,
      flowRuntimeName: run.name,
      pipelineId: run.pipeline.id,
      pipelineName: run.pipeline.name,
    },
    ...{ projectName: run.project, status: run.status, completed: flag(run.isCompleted), startTime: run.createTime },
    ...(run.finish !== undefined && { finish: run.finish }),
    ...(run.release !== undefined && { releaseName: run.release }),
    ...{ launchedByUser: run.user, stages: { stage: stages } },
  };
}

function taskOf(run: RuntimeState, user: string, task: TaskState): object {
  const { plan, id, status, startTime, endTime, job } = task;
  return {
    ...{ taskName: plan.name, taskId: id, taskType: plan.approvers ? 'MANUAL' : 'COMMAND', status },
    ...{ waitingOnManual: flag(run.isWaiting(task)), waitingForManualRetry: '0' },
    allowCurrentUserToApprove: flag(plan.approvers?.includes(user) ?? false),
    ...(plan.instruction !== undefined && { instruction: plan.instruction }),
    ...(job && { jobId: job.id }),
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
  };
}

function stepOf(
  { id, name, status, outcome, errorMessage, log }: JobStepState,
  { createTime, finish }: JobState,
): object {
  return {
    ...{ jobStepId: id, stepName: name, status, start: createTime },
    ...(outcome !== undefined && { outcome }),
    ...(errorMessage !== undefined && { errorMessage }),
    ...(log.length > 0 && { logFileName: `${name}.${id}.log`, resourceName: 'local' }),
    ...(finish !== undefined && { finish }),
  };
}

function completeManualTask(asked: Asked): object {
  const { cloudbees, user, sent } = asked;
  const run = runtimeOf(asked);
  const { stageName, taskName, action, evidence, actualParameter } = sent as unknown as {
    readonly stageName: string;
    readonly taskName: string;
    readonly action: string;
    readonly evidence: string;
    readonly actualParameter?: readonly Actual[];
  };
  const stage = run.stages.find(({ name }) => name === stageName);
  const task = stage?.tasks.find(({ plan }) => plan.name === taskName);
  if (!task || !run.isWaiting(task))
    throw new Fault('InvalidState', `Task '${taskName}' is not waiting on manual approval`);
  if (!task.plan.approvers?.includes(user) || cloudbees.readers.has(user))
    throw new Fault('AccessDenied', `Principal '${user}' does not have execute privilege on flowRuntimeState`);
  const values = action === 'completed' ? valuesFor(taskName, task.plan.formal ?? [], actualOf(actualParameter)) : {};
  task.decision = { user, action, evidence, values };
  run.next(action === 'completed' ? 'success' : 'error');
  return { flowRuntime: { flowRuntimeId: run.id } };
}

export const handlers: Readonly<Record<OperationId, Handler>> = {
  createSession: ({ cloudbees, sent }) => {
    const { password, token } = sent as unknown as { readonly password?: string; readonly token?: string };
    return cloudbees.openSession(password ?? token ?? '');
  },
  getProjects: ({ cloudbees }) =>
    listed(
      'project',
      [...cloudbees.projects.keys()].map((projectName) => ({ projectName })),
    ),
  getProcedures: ({ cloudbees, place: [project = ''] }) =>
    listed(
      'procedure',
      [...projectOf(cloudbees, project).procedures.keys()].map((procedureName) => ({ procedureName })),
    ),
  getPipelines: ({ cloudbees, place: [project = ''] }) =>
    listed(
      'pipeline',
      [...projectOf(cloudbees, project).pipelines.values()].map(({ id, name }) => ({
        pipelineName: name,
        pipelineId: id,
      })),
    ),
  getReleases: ({ cloudbees, place: [project = ''] }) =>
    listed(
      'release',
      [...projectOf(cloudbees, project).releases].map(([releaseName, { id, name }]) => ({
        ...{ releaseName, releaseId: `release-of-${id}`, pipelineName: name, pipelineId: id },
      })),
    ),
  getFormalParameters({ cloudbees, place: [project = '', procedure = ''] }) {
    const found = projectOf(cloudbees, project).procedures.get(procedure);
    if (!found) throw new Fault('NoSuchProcedure', `Procedure '${procedure}' does not exist in project '${project}'`);
    return listed('formalParameter', found.map(formalOf));
  },
  findObjects,
  runProcedure({ cloudbees, sent, user }) {
    const { projectName, procedureName, actualParameter } = sent as unknown as {
      readonly projectName: string;
      readonly procedureName: string;
      readonly actualParameter: readonly Actual[];
    };
    mayExecute(cloudbees, user, `procedure[name=${procedureName}]`);
    const formal = projectOf(cloudbees, projectName).procedures.get(procedureName) ?? [];
    const values = valuesFor(procedureName, formal, actualOf(actualParameter));
    const job = new JobState(projectName, procedureName, values, cloudbees.jobs.length + 1);
    cloudbees.jobs.unshift(job);
    return { jobId: job.id };
  },
  runPipeline(asked) {
    const { projectName = '', pipelineName = '', actualParameter } = asked.sent as unknown as Record<string, string>;
    const project = projectOf(asked.cloudbees, projectName);
    const given = actualOf(actualParameter as unknown as readonly Actual[]);
    return start(asked, project, project.pipelines.get(pipelineName), undefined, given);
  },
  startRelease(asked) {
    const { projectName = '', releaseName = '', pipelineParameter } = asked.sent as unknown as Record<string, string>;
    const project = projectOf(asked.cloudbees, projectName);
    const given = pipelineParameter as unknown as readonly {
      readonly pipelineParameterName: string;
      readonly value: string;
    }[];
    const values = given.map(({ pipelineParameterName: name, value }) => ({ name, value }));
    return start(asked, project, project.releases.get(releaseName), releaseName, values);
  },
  getPipelineRuntimeDetails({ cloudbees, sent }) {
    const { flowRuntimeId } = sent as unknown as { readonly flowRuntimeId: readonly string[] };
    const found = cloudbees.runtimes.filter(({ id }) => flowRuntimeId.includes(id));
    if (found.length === 0)
      throw new Fault('NoSuchFlowRuntime', `Flow runtime '${flowRuntimeId.join()}' does not exist`);
    return { flowRuntime: found.map(detailsOf) };
  },
  getPipelineStageRuntimeTasks(asked) {
    const { flowRuntimeId, stageName } = asked.sent as unknown as Record<string, string>;
    const run = runtimeOf({ ...asked, place: [flowRuntimeId ?? ''] });
    const tasks = run.stages.find(({ name }) => name === stageName)?.tasks ?? [];
    return listed(
      'task',
      tasks.map((task) => taskOf(run, asked.user, task)),
    );
  },
  getJobDetails({ cloudbees, place: [id] }) {
    const job = jobOf(cloudbees, id);
    const { abortStatus, abortedBy, errorMessage, outcome, finish, values, steps } = job;
    const actualParameter = Object.entries(values).map(([actualParameterName, value]) => ({
      actualParameterName,
      value,
    }));
    return {
      job: {
        ...{ jobId: job.id, jobName: job.name, projectName: job.project, procedureName: job.procedure },
        ...{ status: job.status, createTime: job.createTime, start: job.createTime },
        ...(outcome !== undefined && { outcome }),
        ...(abortStatus !== undefined && { abortStatus, abortedBy }),
        ...(errorMessage !== undefined && { errorMessage }),
        ...(finish !== undefined && { finish }),
        ...(steps.length > 0 && { jobStep: steps.map((step) => stepOf(step, job)) }),
        ...(actualParameter.length > 0 && { actualParameter }),
      },
    };
  },
  getProperty({ cloudbees, place: [propertyName = ''], query }) {
    const runtime = cloudbees.runtimes.find(({ id }) => id === query.get('flowRuntimeId'));
    const project = cloudbees.projects.get(query.get('projectName') ?? '');
    const value =
      runtime?.values[propertyName] ?? project?.properties.get(query.get('environmentName') ?? '')?.[propertyName];
    if (value === undefined) throw new Fault('NoSuchProperty', `Property '${propertyName}' does not exist`);
    return { property: { propertyName, value } };
  },
  getEnvironmentInventoryItems({ cloudbees, place: [project = '', environmentName = ''], query }) {
    const items = projectOf(cloudbees, project).inventory.get(environmentName);
    if (!items) throw new Fault('NoSuchEnvironment', `Environment '${environmentName}' does not exist`);
    const own = items.filter(({ application }) => application === query.get('applicationName'));
    return listed(
      'environmentInventoryItem',
      own.map(({ application, component, version, status = 'success', at }) => ({
        ...{ applicationName: application, componentName: component, artifactName: `com.acme:${component}` },
        ...{ artifactVersion: version, environmentName, status, createTime: at, modifyTime: at },
      })),
    );
  },
  abortJob({ cloudbees, place: [id], sent, user }) {
    const { force, reason } = sent as unknown as { readonly force: boolean; readonly reason: string };
    const job = jobOf(cloudbees, id);
    mayExecute(cloudbees, user, `job[id=${job.id}]`);
    if (job.status === 'completed') throw new Fault('InvalidState', 'The job is already completed');
    job.abort(force, reason, user);
    return { jobId: job.id };
  },
  abortPipelineRun(asked) {
    const run = runtimeOf(asked);
    mayExecute(asked.cloudbees, asked.user, `flowRuntime[id=${run.id}]`);
    if (run.isCompleted) throw new Fault('InvalidState', 'The pipeline run is already completed');
    run.abort((asked.sent as unknown as { readonly force: boolean }).force);
    return { flowRuntime: { flowRuntimeId: run.id } };
  },
  completeManualTask,
  readLog({ cloudbees, query }) {
    const step = jobOf(cloudbees, query.get('jobId') ?? undefined).steps.find(
      ({ id }) => id === query.get('jobStepId'),
    );
    return cloudbees.showsPages ? '<html><body>a page</body></html>' : `${(step?.log ?? []).join('\n')}\n`;
  },
};
