import { ConnectorError } from '../core/errors';
import { forTerminal } from '../core/text';
import { maskSecrets } from '../core/text/secrets';
import type { Commit, DescribedPipeline, Parameter, PendingApproval, Pipeline, Probe } from './contract';
import type { RunDecision, RunStatus, SourceAlert, Ticket, WaitingStep, WaitingRun } from './contract';
import type { AlertBinding, AlertSource } from './contract/alerts';
import type { ApprovalSource } from './contract/approvals';
import type { AnnotationSink, MeasurementSink, MetricSource, ServiceControl } from './contract/metrics';
import type { EventSource } from './contract/hooks';
import type { PipelineSource } from './contract/pipelines';
import type { PipelineRunner, PlaceSource, RunningSource } from './contract/runs';
import type { Check, CommitRange, PullRequest, SourceControl } from './contract/source';
import type { TestReport, TestRunner } from './contract/tests';
import type { TicketTracker } from './contract/tickets';
import type { Workload, WorkloadResult, WorkloadStatus } from './contract/workloads';

/** What is masked of what outside systems answer: secrets in everything that people wrote there. */

/** What a connection offers, by the name of its guard. */
export interface Capabilities {
  readonly source: SourceControl;
  readonly running: RunningSource;
  readonly pipelines: PipelineRunner;
  readonly pipelineSource: PipelineSource;
  readonly metrics: MetricSource;
  readonly control: ServiceControl;
  readonly alertBinding: AlertBinding;
  readonly annotations: AnnotationSink;
  readonly measurements: MeasurementSink;
  readonly tests: TestRunner;
  readonly alerts: AlertSource;
  readonly approvals: ApprovalSource;
  readonly tickets: TicketTracker;
  readonly workload: Workload;
  readonly events: EventSource;
  readonly places: PlaceSource;
}

/** What is guarded, by its name. */
export type Guarded = keyof Capabilities;

type Answers<T> = {
  readonly [K in keyof T]?: NonNullable<T[K]> extends (...given: never[]) => Promise<infer A>
    ? (answer: A) => A
    : never;
};

/** What of an answer is masked, by capability and method: what outside people wrote. Names, ids and figures pass as they are. */
export const masks: { readonly [C in Guarded]: Answers<Capabilities[C]> } = {
  source: {
    commitsBetween: maskRange,
    mainBranch: (branch) => ({ ...branch, ahead: maskRange(branch.ahead) }),
    pullRequests: (found) => ({ ...found, open: found.open.map(maskPullRequest) }),
    checks: (checks) => checks.map(maskCheck),
  },
  running: {},
  pipelines: { runStatus: maskStatus, runLog: (lines) => lines.map(maskLine) },
  pipelineSource: {
    list: (pipelines) => pipelines.map(maskPipeline),
    describe: (described) => described && maskDescribed(described),
    preview: (objections) => objections.map(maskLine),
    runStatus: maskStatus,
    runLog: (lines) => lines.map(maskLine),
  },
  metrics: { probe: maskProbe },
  control: {},
  alertBinding: {},
  annotations: {},
  measurements: {},
  tests: {
    runStatus: maskStatus,
    runLog: (lines) => lines.map(maskLine),
    report: (report) => report && maskReport(report),
  },
  tickets: {
    open: maskTicket,
    findTicket: (found) => (found.found === 'ticket' ? { ...found, ticket: maskTicket(found.ticket) } : found),
    read: (ticket) => ticket && maskTicket(ticket),
    move: maskTicket,
  },
  workload: {
    status: (status) => status && maskWorkload(status),
    podLog: (lines) => lines?.map(maskLine),
    scale: maskResult,
    undo: maskResult,
    evict: maskResult,
  },
  events: {},
  places: {},
  approvals: { waiting: (runs) => runs.map(maskWaitingRun) },
  alerts: {
    read: (reading) => ({ ...reading, alerts: reading.alerts.map(maskAlert) }),
    readHook: (hook) =>
      hook && {
        ...hook,
        firing: hook.firing.map(maskAlert),
        ended: hook.ended.map(({ alert, at }) => ({ alert: maskAlert(alert), at })),
      },
  },
};

/** Longer lines hold no more than a card or a log view shows; what is cut off can't leak. */
const maxCharacters = 4_000;

/** Colors and characters that nobody sees are gone before: they would split a secret into pieces that look like none. */
export function maskLine(line: string): string {
  return maskSecrets(forTerminal(line.slice(0, maxCharacters))).text;
}

function maskCommit(commit: Commit): Commit {
  return { ...commit, message: maskLine(commit.message) };
}

function maskRange(range: CommitRange): CommitRange {
  return { ...range, commits: range.commits.map(maskCommit) };
}

function maskPullRequest(request: PullRequest): PullRequest {
  const { title, checks } = request;
  return { ...request, title: maskLine(title), ...(checks && { checks: checks.map(maskCheck) }) };
}

function maskCheck(check: Check): Check {
  return { ...check, name: maskLine(check.name) };
}

function maskStatus(status: RunStatus | undefined): RunStatus | undefined {
  if (!status) return undefined;
  return {
    ...status,
    steps: status.steps.map((step) => ({ ...step, detail: maskLine(step.detail) })),
    lastLines: status.lastLines.map(maskLine),
    ...(status.reason !== undefined && { reason: maskLine(status.reason) }),
    ...(status.approvals && { approvals: status.approvals.map(maskPending) }),
    ...(status.decisions && { decisions: status.decisions.map(maskDecision) }),
  };
}

function maskReport(report: TestReport): TestReport {
  const { cases } = report;
  const masked = cases.map((each) => ({
    ...each,
    id: maskLine(each.id),
    name: maskLine(each.name),
    ...(each.file !== undefined && { file: maskLine(each.file) }),
    message: maskLine(each.message),
    detail: each.detail.map(maskLine),
  }));
  return { ...report, cases: masked };
}

function maskPending<A extends PendingApproval>(approval: A): A {
  return { ...approval, name: maskLine(approval.name) };
}

function maskDecision(decision: RunDecision): RunDecision {
  return { ...decision, ...(decision.comment !== undefined && { comment: maskLine(decision.comment) }) };
}

function maskWaitingRun(run: WaitingRun): WaitingRun {
  const mask = (approval: WaitingStep): WaitingStep => ({
    ...maskPending(approval),
    ...(approval.asks && { asks: approval.asks.map(maskParameter) }),
  });
  return { ...run, title: maskLine(run.title), approvals: run.approvals.map(mask) };
}

function maskPipeline<P extends Pipeline>(pipeline: P): P {
  return { ...pipeline, title: maskLine(pipeline.title) };
}

/** Default values stay as they are: people see and send them. */
function maskDescribed(pipeline: DescribedPipeline): DescribedPipeline {
  return { ...maskPipeline(pipeline), parameters: pipeline.parameters.map(maskParameter) };
}

function maskParameter(parameter: Parameter): Parameter {
  return {
    ...parameter,
    ...(parameter.label !== undefined && { label: maskLine(parameter.label) }),
    ...(parameter.description !== undefined && { description: maskLine(parameter.description) }),
  };
}

function maskProbe(probe: Probe): Probe {
  return probe.complaint === undefined ? probe : { ...probe, complaint: maskLine(probe.complaint) };
}

function maskAlert(alert: SourceAlert): SourceAlert {
  const { acknowledgement } = alert;
  return {
    ...alert,
    summary: maskLine(alert.summary),
    ...(acknowledgement && { acknowledgement: { ...acknowledgement, comment: maskLine(acknowledgement.comment) } }),
    silences: alert.silences.map((silence) => ({ ...silence, comment: maskLine(silence.comment) })),
  };
}

function maskTicket(ticket: Ticket): Ticket {
  return { ...ticket, title: maskLine(ticket.title), status: maskLine(ticket.status) };
}

function maskWorkload(status: WorkloadStatus): WorkloadStatus {
  const { rollout, revisions, pods, events } = status;
  return {
    ...status,
    rollout: { ...rollout, ...maskOptional('reason', rollout.reason) },
    revisions: revisions.map((each) => ({ ...each, ...maskOptional('cause', each.cause) })),
    pods: pods.map((each) => ({ ...each, ...maskOptional('reason', each.reason) })),
    events: events.map((each) => ({ ...each, message: maskLine(each.message) })),
  };
}

function maskOptional<K extends string>(key: K, words: string | undefined): { readonly [key in K]?: string } {
  return words === undefined ? {} : ({ [key]: maskLine(words) } as { readonly [key in K]?: string });
}

function maskResult(result: WorkloadResult): WorkloadResult {
  return result.outcome === 'refused' ? { ...result, why: maskLine(result.why) } : result;
}

/** The same failure without secrets in its message. */
export function maskError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = maskLine(error.message);
  if (message === error.message) return error;
  // The cause and the stack repeat the message.
  if (error instanceof ConnectorError) {
    const { connector, failure, retryAfterMs } = error;
    return new ConnectorError(connector, failure, message, { retryAfterMs });
  }
  return new Error(message);
}
