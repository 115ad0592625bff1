import { cleanText } from '../../../core/text';
import type { PendingApproval, RunDecision, RunState, RunStatus, RunStep, StepState } from '../../contract';
import type { Job, JobStep, Runtime, StageRun, Task } from '../schema';
import { writeApprovalId } from './names';

/**
 * What CloudBees CD says of a run, in Gavel's words. Pure.
 * https://github.com/jenkinsci/electricflow-plugin/tree/master/src/main/java/org/jenkinsci/plugins/electricflow/models/cdrestdata/jobs
 */

/** A stage with its tasks; undefined before it begins. */
export interface SeenStage {
  readonly stage: StageRun;
  readonly tasks: readonly Task[] | undefined;
}

/** What is the same for each kind of run. */
interface Seen {
  readonly id: string;
  /** Gavel asked it to stop. */
  readonly isStopping: boolean;
  readonly lastLines: readonly string[];
  readonly readAt: number;
  readonly url: string | undefined;
}

const isAbort = (status: string): boolean => /abort/i.test(status);
const isQueued = (status: string): boolean => /^(?:pending|runnable|scheduled|queued)$/i.test(status);

/** The outcome of something that has ended. */
function endOf(outcome: string): { readonly state: RunState; readonly hasWarnings?: true } {
  if (isAbort(outcome)) return { state: 'canceled' };
  if (outcome === 'success' || outcome === 'skipped') return { state: 'succeeded' };
  return outcome === 'warning' ? { state: 'succeeded', hasWarnings: true } : { state: 'failed' };
}

function stepState(status: string, hasEnded: boolean): StepState {
  if (status === 'success' || status === 'warning') return 'done';
  if (status === 'error') return 'failed';
  if (status === 'skipped') return 'skipped';
  if (isAbort(status)) return 'canceled';
  if (hasEnded) return 'skipped';
  return status === '' || isQueued(status) ? 'waiting' : 'running';
}

const waits = ({ waitingOnManual }: Pick<Task, 'waitingOnManual'>): boolean => waitingOnManual;
const isManual = ({ taskType }: Task): boolean => /^(?:MANUAL|APPROVAL)$/i.test(taskType);

/** The name of a step that waits, and of one that was decided, is the same. */
export const taskApprovalId = (stage: string, { taskName, gateType, startTime = 0 }: Task): string =>
  writeApprovalId({ stage, task: taskName, gate: gateType, since: startTime });

/** `canAnyone`: people have accounts of their own, so what this one may says little. */
export function approvalOf(stage: string, task: Task, canAnyone: boolean, url: string | undefined): PendingApproval {
  const mayNot = task.allowCurrentUserToApprove === false && !canAnyone;
  return {
    ...{ id: taskApprovalId(stage, task), name: cleanText(`${stage}: ${task.taskName}`, 100) },
    ...(task.startTime !== undefined && { waitingSince: task.startTime }),
    ...(mayNot && { whyNot: 'Gavel’s account isn’t an approver of this task.' }),
    ...(url !== undefined && { url }),
  };
}

/** Every task that waits for somebody. */
export const waitingIn = (stages: readonly SeenStage[]): { readonly stage: string; readonly task: Task }[] =>
  stages.flatMap(({ stage, tasks = [] }) => tasks.filter(waits).map((task) => ({ stage: stage.name, task })));

/** CloudBees CD doesn’t say who decided, or when. */
const decisionsIn = (stages: readonly SeenStage[]): RunDecision[] =>
  stages.flatMap(({ stage, tasks = [] }) =>
    tasks.flatMap((task) => {
      const state = isManual(task) && !waits(task) ? stepState(task.status, false) : undefined;
      if (state !== 'done' && state !== 'failed') return [];
      return [{ approval: taskApprovalId(stage.name, task), approves: state === 'done' }];
    }),
  );

function stepsOf(stages: readonly SeenStage[], hasEnded: boolean): RunStep[] {
  return stages.flatMap(({ stage, tasks }) => {
    const name = cleanText(stage.name, 80);
    if (!tasks || tasks.length === 0)
      return [{ name, state: stepState(stage.status, hasEnded || stage.completed), detail: '' }];
    return tasks.map((task) => ({
      name: stages.length === 1 ? cleanText(task.taskName, 80) : cleanText(`${stage.name}: ${task.taskName}`, 120),
      state: waits(task) ? ('waiting' as const) : stepState(task.status, hasEnded),
      detail: cleanText(waits(task) ? task.instruction : task.errorMessage, 200),
      ...(task.startTime !== undefined && { startedAt: task.startTime }),
      ...(task.endTime !== undefined && { endedAt: task.endTime }),
    }));
  });
}

/** A task that failed and can be tried again in CloudBees CD holds its run up as an approval does. */
function waitingReason(stages: readonly SeenStage[]): string | undefined {
  const [approval] = waitingIn(stages);
  if (approval) return cleanText(`waiting for approval of ${approval.stage}: ${approval.task.taskName}`, 200);
  const retry = stages.find(
    ({ stage, tasks = [] }) => stage.waitingForManualRetry || tasks.some((each) => each.waitingForManualRetry),
  );
  return (
    retry && cleanText(`${retry.stage.name} failed, and waits for someone to retry or skip it in CloudBees CD`, 200)
  );
}

/** `completed` counts: a status can be the last one a little earlier. */
export function runtimeStatusOf(
  runtime: Runtime,
  stages: readonly SeenStage[],
  { id, isStopping, lastLines, readAt, url }: Seen,
  canAnyone: boolean,
): RunStatus {
  const { status, completed } = runtime;
  const waiting = completed ? undefined : waitingReason(stages);
  const told = completed
    ? endOf(isStopping && status === 'error' ? 'ABORT' : status)
    : { state: openState(status, isStopping, waiting) };
  const steps = stepsOf(stages, completed);
  const approvals = completed
    ? []
    : waitingIn(stages).map(({ stage, task }) => approvalOf(stage, task, canAnyone, url));
  const decisions = decisionsIn(stages);
  const failed = steps.find(({ state }) => state === 'failed');
  const reason = waiting ?? (told.state === 'failed' ? reasonOf(failed) : undefined);
  return {
    ...{ id, ...told, steps, progress: progressOf(steps, told.state), lastLines, logReadAt: readAt },
    startedAt: runtime.startTime ?? runtime.start ?? readAt,
    ...(completed && { endedAt: runtime.finish ?? readAt }),
    ...(reason !== undefined && { reason }),
    ...(approvals.length > 0 && { approvals }),
    ...(decisions.length > 0 && { decisions }),
    ...(url !== undefined && { url }),
  };
}

function openState(status: string, isStopping: boolean, waiting: string | undefined): RunState {
  if (isStopping || isAbort(status)) return 'stopping';
  if (waiting !== undefined) return 'waiting';
  return isQueued(status) ? 'queued' : 'running';
}

function reasonOf(failed: RunStep | undefined): string | undefined {
  if (!failed) return undefined;
  return failed.detail === '' ? `${failed.name} failed` : cleanText(`${failed.name}: ${failed.detail}`, 200);
}

function progressOf(steps: readonly RunStep[], state: RunState): number {
  if (state === 'succeeded') return 1;
  const done = steps.filter((step) => step.state === 'done' || step.state === 'skipped').length;
  return steps.length === 0 ? 0 : done / steps.length;
}

export function jobStatusOf(job: Job, { id, isStopping, lastLines, readAt, url }: Seen): RunStatus {
  const hasEnded = job.status === 'completed';
  const isAborted = isStopping || job.abortStatus !== '';
  const told = hasEnded
    ? endOf(isAborted && job.outcome === 'error' ? 'ABORT' : job.outcome)
    : { state: openState(job.status, isAborted, undefined) };
  const steps = job.jobStep.map((step) => jobStepOf(step, hasEnded));
  const failed = steps.find(({ state }) => state === 'failed');
  const said = cleanText(job.errorMessage, 200);
  const reason =
    told.state === 'failed' ? (said === '' ? reasonOf(failed) : said) : told.state === 'canceled' ? said : '';
  return {
    ...{ id, ...told, steps, progress: progressOf(steps, told.state), lastLines, logReadAt: readAt },
    startedAt: job.start ?? job.createTime ?? readAt,
    ...(hasEnded && { endedAt: job.finish ?? readAt }),
    ...(reason && { reason }),
    ...(url !== undefined && { url }),
  };
}

function jobStepOf(step: JobStep, hasEnded: boolean): RunStep {
  const { stepName, status, outcome, abortStatus, start, finish } = step;
  const isDone = status === 'completed';
  const told = isDone ? (abortStatus !== '' && outcome === 'error' ? 'ABORT' : outcome) : status;
  return {
    ...{ name: cleanText(stepName, 80), state: stepState(told, hasEnded), detail: cleanText(saidBy(step), 200) },
    ...(start !== undefined && { startedAt: start }),
    ...(isDone && finish !== undefined && { endedAt: finish }),
  };
}

const saidBy = ({ errorMessage, errorCode }: JobStep): string => errorMessage || errorCode;

/** The step whose output says most: the first that failed, or the newest. */
export function tellingStep({ jobStep }: Job): JobStep | undefined {
  const failed = jobStep.filter(({ outcome }) => outcome === 'error');
  // A step that calls a procedure fails with the one in it, which has the log.
  return (
    failed.find(({ logFileName }) => logFileName !== '') ??
    failed[0] ??
    jobStep.findLast(({ start }) => start !== undefined)
  );
}

/** Where a log can’t be read, what CloudBees CD itself says of the step. */
export function logLinesOf(step: JobStep, log: string | undefined): string[] {
  const text = log ?? [saidBy(step)].filter((each) => each !== '').join('\n');
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** The task whose job says most. */
export function tellingTask(stages: readonly SeenStage[]): Task | undefined {
  const tasks = stages.flatMap(({ tasks: all = [] }) => all).filter(({ jobId }) => jobId !== '');
  return tasks.find(({ status }) => status === 'error') ?? tasks.at(-1);
}
