import { cleanText } from '../../../core/text';
import type { PendingApproval, RunDecision, RunState, RunStatus, RunStep, StepState } from '../../contract';
import type { Build, PendingInput, QueueItem, RunStage } from '../schema';
import { asksForSecret } from './parameters';

/** What Jenkins says of a run, in Gavel's words. Pure. */

/** What is the same for each build. */
interface Seen {
  readonly id: string;
  /** Gavel asked it to stop. */
  readonly isStopping: boolean;
  readonly lastLines: readonly string[];
  readonly readAt: number;
  readonly url: string | undefined;
}

const stepStates: ReadonlyMap<string, StepState> = new Map([
  ['SUCCESS', 'done'],
  ['UNSTABLE', 'done'],
  ['FAILED', 'failed'],
  ['ABORTED', 'canceled'],
  ['IN_PROGRESS', 'running'],
  ['PAUSED_PENDING_INPUT', 'waiting'],
  ['NOT_EXECUTED', 'skipped'],
  ['SKIPPED', 'skipped'],
]);

function stepOf({ name, status, error, startTimeMillis, durationMillis }: RunStage): RunStep {
  const state = stepStates.get(status) ?? 'running';
  const hasEnded = state === 'done' || state === 'failed' || state === 'canceled';
  return {
    ...{ name: cleanText(name, 80), state, detail: cleanText(error?.message ?? '', 200) },
    ...(startTimeMillis !== undefined && { startedAt: startTimeMillis }),
    ...(startTimeMillis !== undefined && hasEnded && { endedAt: startTimeMillis + durationMillis }),
  };
}

/** https://javadoc.jenkins.io/hudson/model/Result.html */
function endOf(result: string): { readonly state: RunState; readonly hasWarnings?: true } {
  if (result === 'SUCCESS') return { state: 'succeeded' };
  if (result === 'UNSTABLE') return { state: 'succeeded', hasWarnings: true };
  if (result === 'ABORTED') return { state: 'canceled' };
  // A newer build took its turn: https://www.jenkins.io/doc/pipeline/steps/pipeline-milestone-step/
  return { state: result === 'NOT_BUILT' ? 'superseded' : 'failed' };
}

export function approvalOf({ id, message, inputs }: PendingInput, url: string | undefined): PendingApproval {
  return {
    ...{ id, name: cleanText(message, 100) || cleanText(id, 100) },
    ...(asksForSecret(inputs) && { whyNot: 'It asks for a password, credential, or file, so decide it in Jenkins.' }),
    ...(url !== undefined && { url }),
  };
}

/** The people who have approved input steps of this build, in order. */
export const approversIn = ({ actions }: Build): string[] =>
  actions.flatMap(({ _class, userId }) => (/ApproverAction$/.test(_class) ? [userId] : []));

const interruptions = ({ actions }: Build) =>
  actions.flatMap(({ _class, causes }) => (/InterruptedBuildAction$/.test(_class) ? causes : []));

/** Who rejected an input step, if somebody has. */
export function rejectionIn(build: Build): Omit<RunDecision, 'approval'> | undefined {
  const found = interruptions(build).find(({ _class }) => /\.Rejection$/.test(_class));
  if (!found) return undefined;
  return {
    approves: false,
    // The sentence is in the language of the server.
    ...(found.user !== '' && { by: cleanText(found.user, 80) }),
    ...(found.timestamp !== undefined && { at: found.timestamp }),
  };
}

/** Who started a build, as Jenkins names them. */
export const startedBy = ({ actions }: Build): string | undefined =>
  actions.flatMap(({ causes }) => causes.map(({ userName }) => userName)).find((each) => each !== '');

export function buildStatusOf(
  build: Build,
  stages: readonly RunStage[],
  inputs: readonly PendingInput[],
  decisions: readonly RunDecision[],
  { id, isStopping, lastLines, readAt, url }: Seen,
): RunStatus {
  const steps = stages.map(stepOf);
  const told = build.building
    ? { state: isStopping ? 'stopping' : inputs.length > 0 ? 'waiting' : 'running' }
    : endOf(build.result);
  const state = told.state as RunState;
  const reason = reasonOf(build, state, steps, inputs);
  const approvals = inputs.map((input) => approvalOf(input, url));
  return {
    ...{ id, ...told, state, steps, progress: progressOf(steps, state), lastLines, logReadAt: readAt },
    startedAt: build.timestamp,
    ...(!build.building && { endedAt: build.timestamp + build.duration }),
    ...(reason !== undefined && { reason }),
    ...(approvals.length > 0 && { approvals }),
    ...(decisions.length > 0 && { decisions }),
    ...(url !== undefined && { url }),
  };
}

function reasonOf(
  build: Build,
  state: RunState,
  steps: readonly RunStep[],
  [input]: readonly PendingInput[],
): string | undefined {
  if (state === 'waiting' && input) return cleanText(`waiting for approval: ${input.message || input.id}`, 200);
  if (state === 'canceled' || state === 'superseded')
    return cleanText(interruptions(build)[0]?.shortDescription ?? '', 200) || undefined;
  const failed = state === 'failed' ? steps.find((step) => step.state === 'failed') : undefined;
  if (!failed) return undefined;
  return failed.detail === '' ? `${failed.name} failed` : cleanText(`${failed.name}: ${failed.detail}`, 200);
}

function progressOf(steps: readonly RunStep[], state: RunState): number {
  if (state === 'succeeded') return 1;
  const done = steps.filter((step) => step.state === 'done' || step.state === 'skipped').length;
  return steps.length === 0 ? 0 : done / steps.length;
}

/** A start that has no build yet, or never got one. */
export function itemStatusOf({ cancelled, why, inQueueSince }: QueueItem, id: string, readAt: number): RunStatus {
  const reason = cancelled ? 'removed from the queue' : cleanText(why, 200);
  return {
    ...{ id, state: cancelled ? 'canceled' : 'queued', steps: [], progress: 0, lastLines: [], logReadAt: readAt },
    startedAt: inQueueSince ?? readAt,
    ...(cancelled && { endedAt: readAt }),
    ...(reason !== '' && { reason }),
  };
}
