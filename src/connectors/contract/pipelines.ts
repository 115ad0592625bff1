import type { FoundRun, OnBehalfOf, RunFollower } from './runs';

/** What can be started on a connection, with the parameters that it asks for. Every moment is in milliseconds since 1970. */

interface CommonParameter {
  readonly name: string;
  /** What the tool calls it, if not by its name: outside text, one line. */
  readonly label?: string;
  /** Outside text, one line. */
  readonly description?: string;
  readonly isRequired: boolean;
}

/** What a pipeline asks for. A parameter of type `secret` is shown as such and can't be given in chat. */
export type Parameter = CommonParameter &
  (
    | {
        readonly type: 'text';
        readonly initial?: string;
        readonly isMultiline?: boolean;
        readonly maximumLength?: number;
      }
    | {
        readonly type: 'number';
        readonly initial?: number;
        /** The smallest and the largest number that the tool takes; omitted if it names none. */
        readonly minimum?: number;
        readonly maximum?: number;
      }
    | { readonly type: 'boolean'; readonly initial?: boolean }
    | { readonly type: 'choice'; readonly choices: readonly string[]; readonly initial?: string }
    | { readonly type: 'choices'; readonly choices: readonly string[]; readonly initial?: readonly string[] }
    | { readonly type: 'secret' }
  );

/** Something that can be started. */
export interface Pipeline {
  /** What the connection knows it by. Unique there; people type it. */
  readonly id: string;
  /** What the tool calls it: outside text, one line. */
  readonly title: string;
  /** Its page in the tool, https. */
  readonly url?: string;
}

/** A pipeline with what it asks for. */
export interface DescribedPipeline extends Pipeline {
  readonly parameters: readonly Parameter[];
}

/** The values of one start, each as the tool takes it: a number or boolean as text, several choices as a list. */
export type ParameterValues = Readonly<Record<string, string | readonly string[]>>;

/** One start of a pipeline. Stored before it is sent, so that the run can be found after a crash. */
export interface PipelineStart {
  /** The idempotency key: the same key never starts a second run. The connector puts it where the tool keeps it. */
  readonly key: string;
  readonly pipeline: string;
  /** The branch, tag or commit to run from, where the tool knows one; its default otherwise. */
  readonly ref?: string;
  readonly values: ParameterValues;
  readonly by: OnBehalfOf;
  /** Before it was first sent: no run of this key can be older. */
  readonly askedAt: number;
  /** Connects the run with the log lines of the turn that requested it. */
  readonly correlationId?: string;
}

/** One rerun of a run that has ended. Stored before it is sent, as a start is. */
export interface Rerun {
  /** The idempotency key of the rerun. */
  readonly key: string;
  /** The run that is run again, and which attempt of it has ended: its `attempt`, or 1. */
  readonly id: string;
  readonly attempt: number;
  readonly what: 'all' | 'failed';
  readonly by: OnBehalfOf;
  /** Before it was first sent. */
  readonly askedAt: number;
}

/** The pipelines of a connection: what `run` offers, and what a deployment is started with. */
export interface PipelineSource extends RunFollower {
  /** Those that the catalog lets people start: the patterns in `run` of the connection. */
  list(): Promise<readonly Pipeline[]>;
  /** With its parameters as of now; undefined if there is none, or if people may not start it. */
  describe(pipeline: string, ref?: string): Promise<DescribedPipeline | undefined>;
  /** What the tool would refuse about this start, in sentences; omitted if the tool has no dry run. Starts nothing. */
  preview?(start: PipelineStart): Promise<readonly string[]>;
  /** Sent once: rejects with `unclear` if nobody knows whether it arrived; then `findStart` tells. */
  start(start: PipelineStart): Promise<{ readonly id: string }>;
  /**
   * Whether a run was started with this key. Rejects with `unreachable` while the tool can't tell yet and will be able to: a start that was just sent may
   * still show up.
   */
  findStart(start: PipelineStart): Promise<FoundRun>;
  /**
   * Runs it once more with the same values, sent once as `start` is; `failed`: only what failed. The tool may go on with the same run, whose `attempt` is
   * higher then. Omitted if the tool can't.
   */
  rerun?(rerun: Rerun): Promise<{ readonly id: string }>;
  /** Whether this was run again, as `findStart` tells it of a start. */
  findRerun?(rerun: Rerun): Promise<FoundRun>;
}
