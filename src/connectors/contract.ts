import type { Authors } from '../core/catalog/authors';

/**
 * What a feature can ask of an outside system. A connector offers the capabilities it has and knows nothing about chat. Every method rejects with
 * `ConnectorError` if the system fails; its `failure` says what is known.
 */

export interface Release {
  readonly version: string;
  readonly commit: string;
  /** The branch it was built from, if known. */
  readonly branch?: string;
  readonly createdAt: number;
}

/** One commit of a release. `committedAt` is in milliseconds since 1970, like every moment in this file. */
export interface Commit {
  readonly id: string;
  /** First line of the message: outside text, to be escaped before it is shown. */
  readonly message: string;
  readonly author: string;
  readonly committedAt: number;
}

/** The releases of a service and what they contain. */
export interface SourceControl {
  /** Newest first, at most 50. */
  releases(service: string): Promise<Release[]>;
  /** Undefined if there is no such release. */
  release(service: string, version: string): Promise<Release | undefined>;
  /** Commits in `to` that aren't in `from`; if `from` is undefined, all of `to`. None if `to` is older or the same. */
  commitsBetween(service: string, from: string | undefined, to: string): Promise<CommitRange>;
}

interface CommitRange {
  /** Newest first, at most 200. */
  readonly commits: Commit[];
  /** `back` if `to` is older. */
  readonly direction: 'forward' | 'back' | 'same';
  /**
   * Authors, committers and co-authors of every commit in the range, including those that `commits` leaves out. `gap` says why somebody may be missing. Omitted
   * if the system doesn't say who wrote what, so that nobody can be excluded for it.
   */
  readonly authors?: Authors;
}

/** The release that is live in an environment now. */
export interface Running {
  readonly version: string;
  readonly commit: string;
  readonly since: number;
  readonly processId?: number;
  readonly address?: string;
}

/** Tells which release of a service is live in an environment. */
export interface EnvironmentSource {
  /** Undefined if nothing is deployed there. */
  running(service: string, environment: string): Promise<Running | undefined>;
}

/** Asks for one run of the deployment pipeline. */
export interface RunRequest {
  /** The idempotency key: the same key never starts a second run. */
  readonly key: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly commit: string;
  readonly timeLimitMs: number;
  /** Connects the run with the log lines of the turn that requested it. */
  readonly correlationId?: string;
}

/** The state of one step of a run. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

/** One step of a run, as its card lists it. `detail` is outside text. */
export interface RunStep {
  readonly name: string;
  readonly state: StepState;
  readonly detail: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** The state of a run; all except `running` are final. */
export type RunState = 'running' | 'succeeded' | 'failed' | 'cancelled';

/** A run as the outside system describes it now. */
export interface RunStatus {
  readonly id: string;
  readonly state: RunState;
  readonly steps: readonly RunStep[];
  /** 0 to 1. */
  readonly progress: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Newest last, at most `lines`: outside text. */
  readonly lastLines: readonly string[];
  readonly logReadAt: number;
  /** Why it failed, one line of outside text. */
  readonly reason?: string;
  /** The page of the run in the outside system, https. */
  readonly url?: string;
}

/** Whether a run exists. `cannot tell`: the system didn't answer or doesn't store keys, so nothing may be started again. */
export type FoundRun = { found: 'run'; id: string } | { found: 'none' } | { found: 'cannot tell' };

/** Starts, follows and cancels runs. */
export interface PipelineRunner {
  /**
   * The machine that executes the runs, if they are its processes: an instance with another `executor` can't find, follow or stop them. Omitted if every
   * instance sees the same runs.
   */
  readonly executor?: string;
  /** Starts one run and returns before it ends. The same key again returns the same run. */
  startRun(request: RunRequest): Promise<{ id: string }>;
  /** Whether a run was started with this key. */
  findRun(key: string): Promise<FoundRun>;
  /** Undefined if there is no such run. */
  runStatus(id: string): Promise<RunStatus | undefined>;
  /** Asks the run to stop and to restore what it changed; its status says when it has. Harmless if it has already ended. */
  cancelRun(id: string): Promise<void>;
  /** The end of the run's log, at most `maximumLines`: outside text. */
  runLog(id: string, maximumLines: number): Promise<string[]>;
}

/** Metrics at one moment; each is undefined if nothing was measured. */
export interface MetricPoint {
  readonly at: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  /** 0 to 100. */
  readonly errorPercent: number | undefined;
  readonly requestsPerSecond: number | undefined;
}

/** One check of a health endpoint. */
export interface Probe {
  readonly at: number;
  readonly answers: boolean;
  /** What the service says if it isn't healthy, one line of outside text. */
  readonly complaint?: string;
}

/** The measurements of a service: its health endpoint and its metrics. */
export interface MetricSource {
  /** A fresh probe of the service's health endpoint. */
  probe(service: string, environment: string): Promise<Probe>;
  /** Metrics over the last `overMs`; undefined if there are none. */
  figures(service: string, environment: string, overMs: number): Promise<MetricPoint | undefined>;
  /** Oldest first, at most 240 points, evenly spaced. */
  history(service: string, environment: string, fromMs: number, toMs: number): Promise<MetricPoint[]>;
  /**
   * Since when the health endpoint has responded well, or hasn't, without a break, as far as is known. `unwellAt`: when it last failed to respond well, however
   * long ago.
   */
  answeringSince(
    service: string,
    environment: string,
  ): Promise<{ well: boolean; since: number; unwellAt?: number } | undefined>;
}

/** Acts on the processes of a service. */
export interface ServiceControl {
  /** Restarts it in place with the same release; the same key twice restarts once. Resolves when it answers again. */
  restart(service: string, environment: string, key: string): Promise<{ processId: number }>;
}

/** An alert that is firing now. */
export interface Alert {
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  readonly firingSince: number;
}

/** One outside system and the capabilities it offers. */
export interface Connector {
  /** The name that people know it by: `local`, `Jenkins`. */
  readonly name: string;
  readonly sourceControl?: SourceControl;
  readonly environments?: EnvironmentSource;
  readonly pipelines?: PipelineRunner;
  readonly metrics?: MetricSource;
  readonly services?: ServiceControl;
  readonly alerts?: { firing(service: string, environment: string): Promise<Alert[]> };
  /** Tests the credential with a real call; resolves to undefined if it works, or else to one sentence with the fix. */
  check(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A capability of one connection, bound to a service or to a service in an environment. */
export type Bound<C> = C & {
  /** The name people know the connection by. */
  readonly connection: string;
};

/** The releases of a service and what they contain. */
export type Source = Bound<{
  /** Newest first, at most 50. */
  releases(): Promise<Release[]>;
  /** Undefined if there is no such release. */
  release(version: string): Promise<Release | undefined>;
  /** Commits in `to` that aren't in `from`; with `from` undefined, all of `to`. None when `to` is older or the same. */
  commitsBetween(from: string | undefined, to: string): Promise<CommitRange>;
}>;

/** What is measured of a service in an environment. */
type Metrics = Bound<{
  /** A fresh probe of the health endpoint. */
  probe(): Promise<Probe>;
  /** Metrics over the last `overMs`; undefined if there are none. */
  figures(overMs: number): Promise<MetricPoint | undefined>;
  /** Oldest first, at most 240 points, evenly spaced. */
  history(fromMs: number, toMs: number): Promise<MetricPoint[]>;
  /** See `MetricSource.answeringSince`. */
  answeringSince(): ReturnType<MetricSource['answeringSince']>;
}>;

/**
 * The outside systems that serve a service in an environment, by the catalog. A capability that nothing there offers is undefined, as are all of a
 * service that the catalog no longer has.
 */
export interface Systems {
  /** The name people know the system by that deploys the service. */
  nameOf(service: string): string | undefined;
  source(service: string): Source | undefined;
  /** Tells which release is live; its answer is undefined when nothing is deployed there. */
  running(service: string, environment: string): Bound<{ read(): Promise<Running | undefined> }> | undefined;
  pipelines(service: string, environment: string): Bound<PipelineRunner> | undefined;
  metrics(service: string, environment: string): Metrics | undefined;
  control(
    service: string,
    environment: string,
  ): Bound<{ restart(key: string): Promise<{ processId: number }> }> | undefined;
  alerts(service: string, environment: string): Bound<{ firing(): Promise<Alert[]> }> | undefined;
}
