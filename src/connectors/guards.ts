import { ConnectorError } from '../core/errors';
import { forTerminal } from '../core/text';
import { maskSecrets } from '../core/text/secrets';
import type { Commit, DescribedPipeline, Parameter, PendingApproval, Pipeline, Probe } from './contract';
import type { RunDecision, RunStatus, SourceAlert, Ticket, WaitingStep, WaitingRun } from './contract';
import type { Check, CommitRange, PullRequest } from './contract/source';
import type { TestReport } from './contract/tests';
import type { WorkloadResult, WorkloadStatus } from './contract/workloads';
import { lookUp } from '../core/keys';
import { measure } from '../core/telemetry';
import type { Telemetry } from '../core/telemetry';
import type { Clock } from '../core/time/clock';
import type { OpenConnection } from './contract/kinds';
import type { PipelineRunner } from './contract/runs';
import type { TestRunner } from './contract/tests';
import type { Answers, Capabilities, Guarded } from './guarded';

interface GuardOptions {
  /** The name of the connection. */
  readonly name: string;
  readonly telemetry: Telemetry | undefined;
  readonly clock: Clock;
}

/**
 * The same connection with secrets masked in everything outside people wrote, and each call a dependency of the turn or record it is made for. Everything
 * a feature learns from an outside system goes through here, so no card, record, audit entry or log line can show what a deploy script printed by accident.
 */
export function guardConnection(connection: OpenConnection, options: GuardOptions): OpenConnection {
  const guard = <C extends Guarded>(capability: C, given: Capabilities[C]): Capabilities[C] =>
    guardCapability(capability, given, options);
  const { alerts, approvals, events, measurements, places, runs, pipelines, tests, hook } = connection;
  return {
    bind(capability, values, target) {
      const bound = connection.bind(capability, values, target);
      return (
        bound &&
        (guard(capability === 'alerts' ? 'alertBinding' : capability, bound as never) as unknown as typeof bound)
      );
    },
    ...(alerts && { alerts: guard('alerts', alerts) }),
    ...(runs && { runs: guard('pipelines', runs as PipelineRunner) }),
    ...(pipelines && { pipelines: guard('pipelineSource', pipelines) }),
    ...(tests && { tests: guard('tests', tests as TestRunner) }),
    ...(approvals && { approvals: guard('approvals', approvals) }),
    ...(events && { events: guard('events', events) }),
    ...(measurements && { measurements: guard('measurements', measurements) }),
    ...(places && { places: guard('places', places) }),
    ...(hook && { hook }),
    check: async () => {
      const lines = await connection.check();
      return lines.map((line) => (line.problem === undefined ? line : { ...line, problem: maskLine(line.problem) }));
    },
    close: () => connection.close(),
  };
}

/** What is no call: it answers from what it holds. */
const plain: readonly string[] = ['concerns', 'isQuietWith', 'readId'];

function guardCapability<C extends Guarded>(
  capability: C,
  given: Capabilities[C],
  { name, telemetry, clock }: GuardOptions,
): Capabilities[C] {
  async function through(method: string, call: () => unknown): Promise<unknown> {
    try {
      const answer = telemetry
        ? await measure({ target: name, name: `${name} ${method}` }, telemetry, clock, async () => call())
        : await call();
      const mask = lookUp<unknown>(masks[capability] as Readonly<Record<string, unknown>>, method);
      return mask ? (mask as (answer: unknown) => unknown)(answer) : answer;
    } catch (error) {
      throw maskError(error);
    }
  }
  return new Proxy(given as object, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== 'function' || typeof key !== 'string' || plain.includes(key)) return value;
      return (...args: unknown[]) => through(key, () => value.apply(target, args) as unknown);
    },
  }) as Capabilities[C];
}

/** What of an answer is masked, by capability and method: what outside people wrote. Names, ids and figures pass as they are. */
const masks: { readonly [C in Guarded]: Answers<Capabilities[C]> } = {
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
function maskLine(line: string): string {
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

function maskError(error: unknown): unknown {
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
