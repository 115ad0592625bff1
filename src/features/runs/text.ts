import type { DescribeAudit } from '../../chat/contract';
import type { RunStatus, RunStep } from '../../connectors/contract';
import { lookUp } from '../../core/keys';
import { capitalize, enumerate, plainText, quote, withFullStop } from '../../core/text';
import { describeDuration, timeOfDay } from '../../core/time/clock';
import type { PipelineChoice, PipelineRun } from './contract';
import { silentLooks } from './workflow';

/** Sentences about runs of pipelines. Outside text is escaped. */

/** `R-1042` */
export function runLabel({ number }: Pick<PipelineRun, 'number'>): string {
  return `R-${number}`;
}

/** What people call the pipeline: outside text, not escaped. */
export function titleOf({ title, pipeline }: Pick<PipelineChoice, 'title' | 'pipeline'>): string {
  return title === '' ? pipeline : title;
}

const named = (run: PipelineRun): string => plainText(titleOf(run), 80);

/** How it is, for its card. */
export function describeRun(run: PipelineRun, system: string, timeZone: string): string {
  const { state, run: status, cancelRequestedBy, looksFailed = 0, reason } = run;
  const tool = plainText(system, 40);
  switch (state) {
    case 'prepared':
      return '**Nothing has been started yet.**';
    case 'starting':
      return cancelRequestedBy
        ? `**Stopping.** ${plainText(cancelRequestedBy.name, 80)} canceled this run.`
        : `**Starting** in ${tool}.`;
    case 'running':
      break;
    case 'unclear':
      return `**Gavel can’t tell whether this ran**: ${plainText(reason ?? '', 300)}. Please check ${tool}, then choose below. Gavel won’t start it again on its own.`;
    case 'dismissed':
      return '**Not started.** The requester canceled this run.';
    case 'expired':
      return '**Not started.** Nobody confirmed it in time.';
    default:
      return describeEnding(run, tool);
  }
  if (looksFailed >= silentLooks)
    return `**${tool} isn’t responding.** The run may still be in progress. Gavel will keep checking.`;
  if (cancelRequestedBy && status?.state !== 'stopping')
    return `**Stopping.** ${plainText(cancelRequestedBy.name, 80)} canceled this run.`;
  switch (status?.state) {
    case 'queued':
      return `**Queued in ${tool}.**${describeWaiting(status.reason)}`;
    case 'waiting':
      return status.approvals === undefined || status.approvals.length === 0
        ? `**Waiting in ${tool}.**${describeWaiting(status.reason)}`
        : `**Waiting for approval in ${tool}**: ${enumerate(status.approvals.map(({ name }) => quote(name, 80)))}.`;
    case 'stopping':
      return cancelRequestedBy
        ? `**Stopping.** ${plainText(cancelRequestedBy.name, 80)} canceled this run.`
        : `**Stopping.** It was canceled in ${tool}.`;
    default: {
      const step = currentStep(status?.steps ?? []);
      if (!step) return `**Running** in ${tool}.`;
      const since = step.startedAt === undefined ? '' : ` since ${timeOfDay(step.startedAt, timeZone)}`;
      return `**Running “${plainText(step.name, 60)}”**${since}.`;
    }
  }
}

const describeWaiting = (reason: string | undefined): string =>
  reason === undefined || reason === '' ? '' : ` ${withFullStop(capitalize(plainText(reason, 300)))}`;

/** The step that is running; undefined if none is. */
export function currentStep(steps: readonly RunStep[]): RunStep | undefined {
  return steps.find(({ state }) => state === 'running');
}

/** How it ended, with the reason. */
function describeEnding(run: PipelineRun, tool: string): string {
  const { state, run: status, endedBy, cancelRequestedBy, reason } = run;
  const failed = status?.steps.find((step) => step.state === 'failed');
  const why = reason === undefined || reason === '' ? '' : `: ${plainText(reason, 400)}`;
  switch (state) {
    case 'succeeded':
      return status?.hasWarnings
        ? '**Succeeded with warnings.** See the log.'
        : `**Succeeded${describeSpan(status)}.**`;
    case 'failed':
      if (run.runId === undefined) return `**Not started**${why}.`;
      return failed ? `**“${plainText(failed.name, 60)}” failed**${why}.` : `**Failed**${why}.`;
    case 'superseded':
      return '**Superseded by a newer run.**';
    default: {
      const by = endedBy ?? cancelRequestedBy;
      const who = by ? ` by ${plainText(by.name, 80)}` : '';
      if (run.runId === undefined) return `**Canceled${who}.** Nothing ran.`;
      return `**Canceled${by ? who : ` in ${tool}`}.**`;
    }
  }
}

/** ` in 12 s`; empty if the tool doesn’t say when it began and ended. */
function describeSpan({ startedAt, endedAt }: Partial<Pick<RunStatus, 'startedAt' | 'endedAt'>> = {}): string {
  return startedAt === undefined || endedAt === undefined ? '' : ` in ${describeDuration(endedAt - startedAt)}`;
}

/** How it ended, for the message that mentions the requester. */
export function describeEnd(run: PipelineRun): string {
  const what = `${named(run)} (${runLabel(run)})`;
  switch (run.state) {
    case 'succeeded':
      return `${what} succeeded.`;
    case 'failed':
      return `${what} failed.`;
    case 'unclear':
      return `Gavel can’t tell whether ${what} ran. On the run’s card, mark it as not run or start it again.`;
    case 'superseded':
      return `${what} was superseded by a newer run.`;
    default:
      return `${what} was canceled.`;
  }
}

/** `started Load test (R-1042)`: the lines of the audit log about runs. */
export const describeRunAudit: DescribeAudit = ({ what, target, outcome }) => {
  if (what !== 'runs.run') return undefined;
  const [, label = target, address = 'a pipeline'] = /^(R-\d+) (.+)$/.exec(target) ?? [];
  return lookUp(verbs, outcome)?.(`${address} (${label})`);
};

const verbs: Readonly<Record<string, (run: string) => string>> = {
  started: (run) => `started ${run}`,
  rerun: (run) => `reran what failed in ${run}`,
  'started again': (run) => `started ${run} again, because nobody could tell whether it ran`,
  closed: (run) => `closed ${run} without another start`,
  canceled: (run) => `canceled ${run}`,
  stopped: (run) => `saw ${run} stop`,
  succeeded: (run) => `saw ${run} succeed`,
  failed: (run) => `saw ${run} fail`,
  superseded: (run) => `saw a newer run replace ${run}`,
};
