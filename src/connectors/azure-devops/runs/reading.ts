import { cleanText } from '../../../core/text';
import type { PendingApproval, RunDecision, RunState, RunStatus, RunStep, StepState } from '../../contract';
import type { Build, TimelineRecord } from '../schema';

/** What Azure DevOps says of a run, in Gavel’s words. Pure. */

/** Everything that is known of a run at one moment. */
interface Seen {
  readonly build: Build;
  readonly records: readonly TimelineRecord[];
  readonly approvals: readonly PendingApproval[];
  readonly decisions: readonly RunDecision[];
  /** Whether Gavel asked it to stop. */
  readonly isStopping: boolean;
  readonly lastLines: readonly string[];
  readonly readAt: number;
}

interface Told {
  readonly state: RunState;
  readonly hasWarnings?: true;
  readonly reason?: string | undefined;
}

/** `id`: how the run is called from now on. */
export function azureRunStatus(id: string, seen: Seen): RunStatus {
  const { build, records, approvals, decisions, lastLines, readAt } = seen;
  const told = tellRun(seen);
  const steps = stagesOf(records).map((stage) => stepOf(stage, records));
  const hasEnded = build.status === 'completed';
  return {
    ...{ id, state: told.state, steps, attempt: attemptOf(records), lastLines, logReadAt: readAt },
    ...{ progress: told.state === 'succeeded' ? 1 : progressOf(steps) },
    startedAt: build.startTime ?? build.queueTime ?? readAt,
    ...(hasEnded && { endedAt: build.finishTime ?? readAt }),
    ...(told.reason !== undefined && { reason: told.reason }),
    ...(told.hasWarnings && { hasWarnings: true }),
    ...(approvals.length > 0 && { approvals }),
    ...(decisions.length > 0 && { decisions }),
    ...(build._links !== '' && { url: build._links }),
  };
}

/** What is known of an attempt that was asked for and isn’t there yet. */
export function awaitedAttempt(id: string, attempt: number, readAt: number): RunStatus {
  const nothing = { steps: [], progress: 0, lastLines: [] };
  return { ...nothing, id, attempt, state: 'queued', startedAt: readAt, logReadAt: readAt };
}

/** How often any of its stages was run. */
export const attemptOf = (records: readonly TimelineRecord[]): number =>
  Math.max(1, ...records.filter(({ type }) => type === 'Stage').map(({ attempt }) => attempt));

/** The approvals of a run have the IDs of its checkpoints. */
export const approvalsIn = (records: readonly TimelineRecord[]): string[] =>
  records.filter(({ type }) => type === 'Checkpoint.Approval').map(({ id }) => id);

/** What waits for somebody on a page of Azure DevOps, for which it has no call. */
const isManual = ({ type, state, name }: TimelineRecord): boolean =>
  type === 'Task' && state === 'inProgress' && /manual ?validation/i.test(name);

function tellRun({ build, records, approvals, isStopping }: Seen): Told {
  if (build.status === 'completed') return tellEnd(build, records);
  if (isStopping || build.status === 'cancelling') return { state: 'stopping' };
  if (build.status !== 'inProgress') return { state: 'queued' };
  const isBusy = records.some(({ type, state }) => type === 'Job' && state === 'inProgress');
  const names = approvals.map(({ name }) => name);
  if (names.length > 0) {
    const reason = cleanText(`waiting for approval of ${names.join(' and ')}`, 200);
    return { state: isBusy ? 'running' : 'waiting', reason };
  }
  if (records.some(isManual)) return { state: 'waiting', reason: 'waiting for a manual validation in Azure DevOps' };
  const check = isBusy ? undefined : records.find(isOpenCheck);
  return check ? { state: 'waiting', reason: 'waiting for a check in Azure DevOps' } : { state: 'running' };
}

const isOpenCheck = ({ type, state }: TimelineRecord): boolean => /^Checkpoint\b/.test(type) && state === 'inProgress';

/** https://learn.microsoft.com/rest/api/azure/devops/build/builds/get#buildresult */
function tellEnd({ result }: Build, records: readonly TimelineRecord[]): Told {
  if (result === 'succeeded') return { state: 'succeeded' };
  if (result === 'partiallySucceeded')
    return { state: 'succeeded', hasWarnings: true, reason: describeFailure(records) };
  if (result === 'canceled') return { state: 'canceled' };
  return { state: 'failed', reason: describeFailure(records) };
}

/** Whether a record explains why its run didn’t succeed. */
export const isFailedRecord = ({ result }: TimelineRecord): boolean => result === 'failed' || result === 'abandoned';

/** The first task that failed; without one, the job or the checkpoint. */
export function failedRecord(records: readonly TimelineRecord[]): TimelineRecord | undefined {
  const failed = records.filter(isFailedRecord).sort((one, other) => (one.finishTime ?? 0) - (other.finishTime ?? 0));
  const byType = (type: RegExp): TimelineRecord | undefined => failed.find((each) => type.test(each.type));
  return byType(/^Task$/) ?? byType(/^Job$/) ?? byType(/^Checkpoint\./) ?? failed[0];
}

function describeFailure(records: readonly TimelineRecord[]): string | undefined {
  const failed = failedRecord(records);
  if (!failed) return undefined;
  const stage = stagesOf(records).length > 1 ? stageOf(failed, records) : undefined;
  const where = [...(stage && stage !== failed ? [stage.name] : []), failed.name].join(': ');
  const error = failed.issues.find(({ type }) => type === 'error')?.message ?? '';
  return cleanText(error === '' ? `${where} failed` : `${where} failed: ${error}`, 200);
}

/** The stage that a record is in. */
function stageOf(record: TimelineRecord, records: readonly TimelineRecord[]): TimelineRecord | undefined {
  let at: TimelineRecord | undefined = record;
  for (let depth = 0; at && at.type !== 'Stage' && depth < 10; depth++) {
    const parent: string | null | undefined = at.parentId;
    at = records.find(({ id }) => id === parent);
  }
  return at?.type === 'Stage' ? at : undefined;
}

const stagesOf = (records: readonly TimelineRecord[]): TimelineRecord[] =>
  records.filter(({ type }) => type === 'Stage').sort((one, other) => (one.order ?? 0) - (other.order ?? 0));

/** By the names that a rerun takes. */
export const failedStages = (records: readonly TimelineRecord[]): string[] =>
  stagesOf(records).flatMap((stage) =>
    (isFailedRecord(stage) || stage.result === 'canceled') && stage.identifier !== '' ? [stage.identifier] : [],
  );

function stepOf(stage: TimelineRecord, records: readonly TimelineRecord[]): RunStep {
  const inside = records.filter((each) => each.type === 'Task' && stageOf(each, records) === stage);
  const telling = inside.find(isFailedRecord) ?? inside.find(({ state }) => state === 'inProgress');
  const waits = records.some((each) => isOpenCheck(each) && stageOf(each, records) === stage);
  const state = stateOf(stage, waits);
  const hasBegun = state !== 'waiting' && state !== 'skipped';
  return {
    ...{ name: cleanText(stage.name, 80), state, detail: telling ? cleanText(telling.name, 200) : '' },
    ...(hasBegun && stage.startTime !== undefined && { startedAt: stage.startTime }),
    ...(hasBegun && stage.finishTime !== undefined && { endedAt: stage.finishTime }),
  };
}

/** https://learn.microsoft.com/rest/api/azure/devops/build/timeline/get#taskresult */
function stateOf({ state, result }: TimelineRecord, waits: boolean): StepState {
  if (state !== 'completed') return state === 'inProgress' && !waits ? 'running' : 'waiting';
  if (result === 'skipped') return 'skipped';
  if (result === 'canceled') return 'canceled';
  return result === 'succeeded' || result === 'succeededWithIssues' ? 'done' : 'failed';
}

function progressOf(steps: readonly RunStep[]): number {
  const done = steps.filter(({ state }) => state === 'done' || state === 'skipped').length;
  return steps.length === 0 ? 0 : Math.min(0.95, done / steps.length);
}
