import type { Capability } from '../../core/catalog/bindings';

/** What is live, and the runs that change it. Every moment is in milliseconds since 1970. */

/** The release that is live in an environment now. */
export interface Running {
  readonly version: string;
  readonly commit: string;
  readonly since: number;
  readonly processId?: number;
  readonly address?: string;
}

/** Tells which release is live. */
export interface RunningSource {
  /** Undefined if nothing is deployed there. */
  read(): Promise<Running | undefined>;
}

/** An environment of a service, as the system has it. Texts are outside text, one line. */
export interface FoundPlace {
  /** As people of the tool call it: `production-eu of acme/shop`. */
  readonly name: string;
  /** Whose it is: the service in the catalog that is bound there, or else what the tool calls it. */
  readonly service: string;
  /** The tool’s own name of the environment. */
  readonly environment: string;
  /** What a binding of it says. */
  readonly capability: Capability;
  readonly values: Readonly<Record<string, string>>;
}

/** Tells which environments a system has. */
export interface PlaceSource {
  /** Those that no binding of the catalog names, at most 100. */
  findUnbound(): Promise<readonly FoundPlace[]>;
}

/** The person a run is started, stopped or rerun for. Connectors carry it where the tool keeps it: in a reason, a comment or a description. */
export interface OnBehalfOf {
  readonly name: string;
  readonly id: string;
}

/** Asks for one run of the deployment pipeline. Stored before it is sent, so that the run can be found after a crash. */
export interface RunRequest {
  /** The idempotency key: the same key never starts a second run. */
  readonly key: string;
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly commit: string;
  readonly timeLimitMs: number;
  readonly by: OnBehalfOf;
  /** Before it was first sent: no run of this key can be older. */
  readonly askedAt: number;
  /** Restores an earlier release. Omitted for any other deployment. */
  readonly isRollback?: true;
  /** Connects the run with the log lines of the turn that requested it. */
  readonly correlationId?: string;
}

/** The state of one step of a run. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'canceled';

/** One step of a run, as its card lists it. `detail` is outside text. */
export interface RunStep {
  readonly name: string;
  readonly state: StepState;
  readonly detail: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** `waiting`: for a person or a rule of the tool. `stopping`: it was asked to stop and hasn't yet. */
type OpenRunState = 'queued' | 'waiting' | 'running' | 'stopping';
/** `superseded`: the tool dropped it for a newer one. */
type FinalRunState = 'succeeded' | 'failed' | 'canceled' | 'superseded';
/** A run goes on in the first four states, and never leaves the last four. */
export type RunState = OpenRunState | FinalRunState;

/** A step of a run that somebody has to decide in the tool before it goes on. */
export interface PendingApproval {
  /** Unique within the run. */
  readonly id: string;
  /** What waits: outside text, one line. */
  readonly name: string;
  readonly waitingSince?: number;
  readonly expiresAt?: number;
  /** Why Gavel's account can't decide it, in a sentence; omitted if it can. */
  readonly whyNot?: string;
  /** Where it's decided in the tool, https. */
  readonly url?: string;
}

/** What somebody decided about a step of a run, as the tool tells it. Names and comments are outside text. */
export interface RunDecision {
  /** The `id` that the step had while it waited. */
  readonly approval: string;
  readonly approves: boolean;
  /** Who decided, as the tool names them. For a decision of Gavel's, that's its account, and the comment has the person. */
  readonly by?: string;
  readonly at?: number;
  readonly comment?: string;
}

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
  /** Why it failed, or what it waits for: one line of outside text. */
  readonly reason?: string;
  /** It succeeded, and the tool has something to say about it. */
  readonly hasWarnings?: boolean;
  /** How often it was run again, from 1, where the tool keeps the same run for that. */
  readonly attempt?: number;
  /** What has to be decided before it goes on. Omitted if the tool has no such steps. */
  readonly approvals?: readonly PendingApproval[];
  /** What was decided so far, the latest last. Omitted if the tool doesn't say. */
  readonly decisions?: readonly RunDecision[];
  /** The page of the run in the outside system, https. */
  readonly url?: string;
}

/** Whether a run exists. `cannot tell`: the system didn't answer or doesn't store keys, so nothing may be started again. */
export type FoundRun = { found: 'run'; id: string } | { found: 'none' } | { found: 'cannot tell' };

/**
 * Follows and cancels the runs of a connection. The id of a run says everything that is needed for that, so a run is followed to its end although the
 * catalog has changed since it began.
 */
export interface RunFollower {
  /**
   * The machine that executes the runs, if they are its processes: an instance with another `executor` can't find, follow or stop them. Omitted if every
   * instance sees the same runs.
   */
  readonly executor?: string;
  /** Undefined if there is no such run. */
  runStatus(id: string): Promise<RunStatus | undefined>;
  /**
   * Asks the run to stop; its status says when it has. Harmless if it has already ended. What the run has changed stays as it is, unless its own script
   * restores it, as those of `local` and `host` do.
   */
  cancelRun(id: string, by?: OnBehalfOf): Promise<void>;
  /** The end of the run's log, at most `maximumLines`: outside text. */
  runLog(id: string, maximumLines: number): Promise<string[]>;
}

/** Starts runs, too. */
export interface PipelineRunner extends RunFollower {
  /** Starts one run and returns before it ends. The same key again returns the same run. */
  startRun(request: RunRequest): Promise<{ id: string }>;
  /** Whether a run was started with the key of this request. */
  findRun(request: RunRequest): Promise<FoundRun>;
}
