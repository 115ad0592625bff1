import { ConnectorError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { ApprovalSource, ParameterValues, WaitingRun, WaitingStep } from '../../contract';
import { isOffered } from '../../pipelines/offered';
import { equals } from '../client';
import type { CloudbeesClient } from '../client';
import type { Acting } from '../people';
import type { FormalParameter, Runtime, Task } from '../schema';
import type { RunFollowing } from './following';
import { readRunName, writePipelineName, writeRunName } from './names';
import type { BoundPipeline } from './names';
import { unlessNotFound } from './offering';
import { formParametersOf, valuesOf } from './parameters';
import { taskApprovalId, approvalOf, waitingIn } from './reading';

/** The manual tasks that runs of bound and offered pipelines wait for. */

interface ApprovalParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: CloudbeesClient;
  readonly following: RunFollowing;
  readonly acting: Acting;
  readonly offered: readonly string[];
  readonly projects: () => readonly string[];
  readonly bound: () => readonly BoundPipeline[];
}

const maxOpen = 200;
const maxEvidence = 1_000;

export function createCloudbeesApprovals(parts: ApprovalParts): ApprovalSource {
  const { name, client, following, acting, offered, projects, bound } = parts;

  const openRuntimes = (project: string) =>
    client.runtimes([{ propertyName: 'finish', operator: 'isNull' }, equals('projectName', project)], maxOpen);

  /** The pipeline, if people may start it or a binding names it. */
  function pipelineOf(project: string, releaseName: string, pipelineName: string): string | undefined {
    const pipeline =
      releaseName === ''
        ? writePipelineName({ project, kind: 'pipeline', name: pipelineName })
        : writePipelineName({ project, kind: 'release', name: releaseName });
    return isOffered(offered, pipeline) || bound().some((each) => each.pipeline === pipeline) ? pipeline : undefined;
  }

  /** A stage is named as its environment, or the pipeline deploys to a single one. */
  function targetOf(pipeline: string, stage: string) {
    const own = bound().filter((each) => each.pipeline === pipeline);
    const named = own.find(({ target }) => target.environment.toLowerCase() === stage.toLowerCase());
    return (named ?? (own.length === 1 ? own[0] : undefined))?.target;
  }

  async function stepOf(pipeline: string, stage: string, task: Task, url: string | undefined): Promise<WaitingStep> {
    const asks = formParametersOf(await formalOf(client, task));
    const target = targetOf(pipeline, stage);
    return {
      ...approvalOf(stage, task, acting.hasPeople, url),
      ...(target && { target }),
      ...(asks.length > 0 && { asks }),
    };
  }

  async function waitingRun(pipeline: string, runtime: Runtime): Promise<WaitingRun[]> {
    const url = following.runtimePage(runtime);
    const waiting = waitingIn(await following.stagesOf(runtime));
    if (waiting.length === 0) return [];
    const approvals = await Promise.all(waiting.map(({ stage, task }) => stepOf(pipeline, stage, task, url)));
    const { flowRuntimeId, flowRuntimeName, launchedByUser, startTime, start } = runtime;
    const startedAt = startTime ?? start;
    return [
      {
        ...{ id: writeRunName({ kind: 'runtime', id: flowRuntimeId }), pipeline, approvals },
        title: cleanText(flowRuntimeName, 120) || pipeline,
        ...(launchedByUser !== '' && { startedBy: { name: cleanText(launchedByUser, 80) } }),
        ...(startedAt !== undefined && { startedAt }),
        ...(url !== undefined && { url }),
      },
    ];
  }

  async function waitingOf(project: string): Promise<WaitingRun[]> {
    const open = await openRuntimes(project);
    if (open.length >= maxOpen)
      throw new ConnectorError(name, 'invalid answer', `more than ${maxOpen} runs are open in ${project}`);
    const ours = open.flatMap(({ flowRuntimeId, releaseName, pipelineName }) => {
      const pipeline = pipelineOf(project, releaseName, pipelineName);
      return pipeline === undefined ? [] : [[flowRuntimeId, pipeline] as const];
    });
    if (ours.length === 0) return [];
    const names = new Map(ours);
    const details = await client.runtimeDetails([...names.keys()]);
    const stopped = details.filter(
      ({ completed, stages }) => !completed && stages?.stage.some((each) => each.waitingOnManual),
    );
    return (
      await Promise.all(stopped.map((runtime) => waitingRun(names.get(runtime.flowRuntimeId) ?? '', runtime)))
    ).flat();
  }

  return {
    async waiting() {
      return (await Promise.all(projects().map(waitingOf))).flat();
    },

    decide: createDecide(parts),
  };
}

async function formalOf(client: CloudbeesClient, { taskId }: Task): Promise<readonly FormalParameter[]> {
  return taskId === '' ? [] : ((await unlessNotFound(client.parametersIn(`task-${taskId}`))) ?? []);
}

function createDecide({ name, client, following, acting }: ApprovalParts): ApprovalSource['decide'] {
  async function find(id: string, approval: string) {
    const runtime = await following.findRuntime(id);
    if (!runtime || runtime.completed) return undefined;
    return waitingIn(await following.stagesOf(runtime)).find(
      ({ stage, task }) => taskApprovalId(stage, task) === approval,
    );
  }

  /** What an approval has to say, as the task takes it. A rejection says nothing. */
  async function answersOf(task: Task, answers: ParameterValues | undefined) {
    if (!answers) return [];
    const made = valuesOf(await formalOf(client, task), { key: '', by: { name: '', id: '' }, values: answers });
    if (made.refused !== undefined) throw new ConnectorError(name, 'refused', made.refused);
    return made.values;
  }

  return async (run, approval, { approves, comment, answers }, by) => {
    const called = readRunName(run);
    if (called?.kind !== 'runtime') throw new ConnectorError(name, 'not found', 'no such run');
    const as = acting.as(by);
    const waiting = await find(called.id, approval);
    if (!waiting) return 'already decided';
    const { stage, task } = waiting;
    const { whyNot } = approvalOf(stage, task, as !== undefined, undefined);
    if (whyNot !== undefined) throw new ConnectorError(name, 'refused', whyNot);
    const completion = {
      ...{ stageName: stage, taskName: task.taskName, ...(task.gateType !== '' && { gateType: task.gateType }) },
      ...{
        action: approves ? ('completed' as const) : ('failed' as const),
        evidence: cleanText(comment, maxEvidence),
      },
      values: await answersOf(task, approves ? answers : undefined),
    };
    try {
      await client.completeTask(called.id, completion, as);
      return 'decided';
    } catch (error) {
      // Somebody was faster.
      const isRefused = error instanceof ConnectorError && error.isFinal;
      if (isRefused && (await find(called.id, approval)) === undefined) return 'already decided';
      throw error;
    }
  };
}
