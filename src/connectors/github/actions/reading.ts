import { cleanText } from '../../../core/text';
import type { PendingApproval, RunDecision, RunState, RunStatus, RunStep, StepState } from '../../contract';
import type { Job, JobStep, Run } from '../schema';

/** What GitHub says of a run, in Gavel's words. Pure. */

/** Everything that is known of a run at one moment. */
interface Seen {
  readonly run: Run;
  readonly jobs: readonly Job[];
  readonly approvals: readonly PendingApproval[];
  readonly decisions?: readonly RunDecision[] | undefined;
  /** Whether Gavel asked it to stop. */
  readonly isStopping: boolean;
  /** Who or what ended it, if it was canceled. */
  readonly ending?: Ending | undefined;
  readonly lastLines: readonly string[];
  readonly readAt: number;
}

/** `newer`: another run of its concurrency group replaced it. `person`: the account that canceled it, if that is known. */
export type Ending = { readonly by: 'newer' } | { readonly by: 'person'; readonly login?: string | undefined };

interface Told {
  readonly state: RunState;
  readonly hasWarnings?: true;
  readonly reason?: string | undefined;
}

/** `id`: how the run is called from now on. */
export function githubRunStatus(id: string, seen: Seen): RunStatus {
  const { run, jobs, approvals, decisions = [], lastLines, readAt } = seen;
  const told = tellRun(seen);
  const hasEnded = isOver(told.state);
  const startedAt = run.run_started_at ?? run.created_at ?? readAt;
  return {
    ...{ id, state: told.state, steps: stepsOf(jobs, hasEnded), attempt: run.run_attempt },
    ...{ progress: told.state === 'succeeded' ? 1 : progressOf(jobs), startedAt, lastLines, logReadAt: readAt },
    ...(hasEnded && { endedAt: run.updated_at ?? readAt }),
    ...(told.reason !== undefined && told.reason !== '' && { reason: told.reason }),
    ...(told.hasWarnings && { hasWarnings: true }),
    ...(approvals.length > 0 && { approvals }),
    ...(decisions.length > 0 && { decisions }),
    ...(run.html_url.startsWith('https://') && { url: run.html_url }),
  };
}

/** What is known of an attempt that was asked for and isn't there yet. */
export function awaitedStatus(id: string, attempt: number, readAt: number): RunStatus {
  const nothing = { steps: [], progress: 0, lastLines: [] };
  return { ...nothing, id, attempt, state: 'queued', startedAt: readAt, logReadAt: readAt };
}

const isOver = (state: RunState): boolean => ['succeeded', 'failed', 'canceled', 'superseded'].includes(state);

function tellRun({ run, jobs, approvals, isStopping, ending }: Seen): Told {
  if (run.status === 'completed') return tellEnd(run, jobs, ending);
  if (isStopping) return { state: 'stopping' };
  const isWaiting = run.status === 'waiting' || (approvals.length > 0 && !jobs.some(isActive));
  if (isWaiting) return { state: 'waiting', reason: describeApprovals(approvals) };
  switch (run.status) {
    case 'queued':
    case 'requested':
      return { state: 'queued' };
    case 'pending':
      return { state: 'queued', reason: 'another run of its concurrency group is in progress' };
    default:
      return { state: 'running', ...(approvals.length > 0 && { reason: describeApprovals(approvals) }) };
  }
}

const isActive = ({ status }: Job): boolean => status === 'in_progress' || status === 'queued';

function describeApprovals(approvals: readonly PendingApproval[]): string | undefined {
  const names = approvals.map(({ name }) => name);
  return names.length === 0 ? undefined : `waiting for approval of ${names.join(' and ')}`;
}

function tellEnd({ conclusion }: Run, jobs: readonly Job[], ending: Ending | undefined): Told {
  switch (conclusion) {
    case 'success':
      return { state: 'succeeded', ...(jobs.some(isFailure) && { hasWarnings: true }) };
    case 'neutral':
      return { state: 'succeeded', hasWarnings: true };
    case 'cancelled':
      if (ending?.by === 'newer') return { state: 'superseded', reason: 'a newer run replaced it' };
      return {
        state: 'canceled',
        ...(ending?.login !== undefined && { reason: `canceled by ${ending.login} in GitHub` }),
      };
    case 'action_required':
      return { state: 'waiting', reason: 'GitHub wants it approved before it runs' };
    case 'skipped':
      return { state: 'failed', reason: 'GitHub skipped all its jobs' };
    case 'startup_failure':
      return { state: 'failed', reason: 'GitHub couldn’t start it: check the workflow file' };
    case 'stale':
      return { state: 'failed', reason: 'GitHub gave it up' };
    case 'timed_out':
      return { state: 'failed', reason: describeFailure(jobs) ?? 'it ran into its time limit' };
    default:
      return { state: 'failed', reason: describeFailure(jobs) };
  }
}

const failures: readonly (string | null | undefined)[] = ['failure', 'timed_out', 'startup_failure'];

/** Whether a job or a step explains why its run didn't succeed. */
export const isFailure = ({ conclusion }: Pick<Job | JobStep, 'conclusion'>): boolean => failures.includes(conclusion);

function describeFailure(jobs: readonly Job[]): string | undefined {
  const job = jobs.find(isFailure);
  if (!job) return undefined;
  const step = job.steps.find(isFailure);
  const words = [jobs.length > 1 || !step ? job.name : undefined, step?.name].flatMap((each) => each ?? []);
  const verb = job.conclusion === 'timed_out' ? 'ran into its time limit' : 'failed';
  return cleanText(`${words.join(': ')} ${verb}`, 200);
}

/** The steps of the only job, or the jobs of several. */
function stepsOf(jobs: readonly Job[], hasEnded: boolean): RunStep[] {
  const [only, ...others] = jobs;
  if (!only) return [];
  if (others.length > 0 || only.steps.length === 0) return jobs.map((job) => jobStep(job, hasEnded));
  return only.steps.map((step) => stepOf(step, '', hasEnded));
}

function jobStep(job: Job, hasEnded: boolean): RunStep {
  const step = job.steps.find(isFailure) ?? job.steps.find(({ status }) => status === 'in_progress');
  return stepOf(job, step === undefined ? '' : cleanText(step.name, 200), hasEnded);
}

function stepOf(given: Job | JobStep, detail: string, hasEnded: boolean): RunStep {
  const { name, started_at, completed_at, status } = given;
  const state = stateOf(given, hasEnded);
  const hasBegun = state !== 'waiting' && state !== 'skipped';
  return {
    ...{ name: cleanText(name, 80), state, detail },
    ...(hasBegun && started_at !== undefined && { startedAt: started_at }),
    ...(hasBegun && status === 'completed' && completed_at !== undefined && { endedAt: completed_at }),
  };
}

function stateOf({ status, conclusion }: Pick<Job | JobStep, 'status' | 'conclusion'>, hasEnded: boolean): StepState {
  if (status !== 'completed')
    return status === 'in_progress' && !hasEnded ? 'running' : hasEnded ? 'skipped' : 'waiting';
  switch (conclusion) {
    case 'success':
    case 'neutral':
      return 'done';
    case 'skipped':
      return 'skipped';
    case 'cancelled':
      return 'canceled';
    default:
      return 'failed';
  }
}

/** GitHub lists a job that needs another one only once that has ended, so how many are to come is unknown. */
function progressOf(jobs: readonly Job[]): number {
  if (jobs.length === 0) return 0;
  const shares = jobs.map(({ status, steps }) => {
    if (status === 'completed') return 1;
    return steps.filter((step) => step.status === 'completed').length / (steps.length + 1);
  });
  return Math.min(0.95, shares.reduce((sum, share) => sum + share, 0) / jobs.length);
}

/** What annotations of a canceled job say of its end. */
export function endingIn(messages: readonly string[]): Ending | undefined {
  if (messages.some((message) => /\bhigher priority waiting request\b/i.test(message))) return { by: 'newer' };
  for (const message of messages) {
    const [, login] = /\brun was cancel+ed by @([\w-]{1,60})/i.exec(message) ?? [];
    if (login !== undefined) return { by: 'person', login };
  }
  return undefined;
}
