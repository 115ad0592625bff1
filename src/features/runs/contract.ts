import type { Person } from '../../chat/contract';
import type { ParameterValues, RunStatus } from '../../connectors/contract';

/** One run of a pipeline that somebody asked for in chat. Every moment is in milliseconds since 1970. */

/** `prepared`: nothing was started yet. `unclear`: nobody knows whether it was started, and a person decides. */
type OpenPipelineState = 'prepared' | 'starting' | 'running' | 'unclear';
/** The states that a run never leaves. */
export const finalPipelineStates = ['succeeded', 'failed', 'canceled', 'superseded', 'dismissed', 'expired'] as const;
/** Where a run is in its life. */
export type PipelineState = OpenPipelineState | (typeof finalPipelineStates)[number];

/** What somebody wants to start. */
export interface PipelineChoice {
  readonly connection: string;
  /** Its id there. */
  readonly pipeline: string;
  /** What the tool calls it: outside text. */
  readonly title: string;
  readonly values: ParameterValues;
}

/** A run that failed, and which attempt of it that was. */
interface FailedRun {
  readonly number: number;
  readonly runId: string;
  readonly attempt: number;
}

/** A run as the store keeps it. */
export interface PipelineRun extends PipelineChoice {
  /** People know it as `R-1042`. */
  readonly number: number;
  /** What the form called each value, if not by its name: outside text. */
  readonly labels: Readonly<Record<string, string>>;
  readonly requester: Person;
  readonly preparedAt: number;
  /** What it runs again: only what failed there. Omitted if it starts anew. */
  readonly rerunOf?: FailedRun | undefined;
  /** Where its card is. */
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly state: PipelineState;
  readonly stateSince: number;
  readonly wakeAt?: number | undefined;
  /** When somebody started it; before that, nothing runs. */
  readonly startedAt?: number;
  /** How often people have had it started: another start needs another key. */
  readonly starts: number;
  /** When the start was first sent. From then on, it's sent again only if the tool says that there is no run. */
  readonly triedAt?: number | undefined;
  /** The machine that executes it, if it's a process of one. */
  readonly executor?: string | undefined;
  readonly runId?: string | undefined;
  /** As last seen. */
  readonly run?: RunStatus | undefined;
  /** How often the tool didn't answer, since it last did. */
  readonly looksFailed?: number;
  readonly cancelRequestedBy?: Person;
  /** Why it ended or is unclear: outside text. */
  readonly reason?: string | undefined;
  /** Who ended it, if it didn't end by itself. */
  readonly endedBy?: Person;
}

/** Called again after a failure or a crash. */
export type RunListener = (id: string, run: PipelineRun) => Promise<void>;

/** What starts it. */
export type PreparedRun = Pick<
  PipelineRun,
  | 'connection'
  | 'pipeline'
  | 'title'
  | 'values'
  | 'labels'
  | 'requester'
  | 'placeId'
  | 'thread'
  | 'correlationId'
  | 'number'
  | 'rerunOf'
>;
