import type { Contributor } from '../../core/catalog/authors';
import type { Target } from '../../core/catalog/rights';
import type { Parameter, ParameterValues } from './pipelines';
import type { OnBehalfOf, PendingApproval } from './runs';

/** The decisions that runs wait for in their tool, and how Gavel makes them there. Every moment is in milliseconds since 1970. */

/** A step that waits, with everything that somebody needs to decide it. */
export interface WaitingStep extends PendingApproval {
  /** What the step is for, if the bindings of the connection say so. */
  readonly target?: Target;
  /** What an approval has to say, such as the parameters of an input step. Omitted if it's a plain yes or no. */
  readonly asks?: readonly Parameter[];
}

/** A run with steps that wait for a decision, whoever started it. */
export interface WaitingRun {
  /** As `runStatus` and `cancelRun` of the connection's `pipelines` take it. */
  readonly id: string;
  /** The pipeline, by the id that `PipelineSource.list` gives it. */
  readonly pipeline: string;
  /** What the tool calls the run: outside text, one line. */
  readonly title: string;
  /** Who started it, as the tool names them: outside text. Omitted if nobody did, or if the tool doesn't say. */
  readonly startedBy?: Contributor;
  readonly startedAt?: number;
  /** Its page in the tool, https. */
  readonly url?: string;
  /**
   * Everything that waits now, at least one. If the same step waits again, as in another attempt of the run, its `id` is another one; otherwise it stays
   * the same.
   */
  readonly approvals: readonly WaitingStep[];
}

/** A decision that is made once. */
export interface ApprovalDecision {
  readonly approves: boolean;
  /** What the tool keeps with it: who decided and why, one line. Where a tool has no place for it, the connector says so in its readme. */
  readonly comment: string;
  /** The values that an approval gives to `asks`. */
  readonly answers?: ParameterValues;
}

/**
 * The decisions that a connection waits for. `runStatus` of the same connection must stop listing an approval once it's decided, and must then list it in
 * `decisions` if the tool says who decided.
 */
export interface ApprovalSource {
  /** Every run of the bound and the offered pipelines that waits for somebody. Rejects if that can't be said completely. */
  waiting(): Promise<readonly WaitingRun[]>;
  /**
   * Decides one of them, sent once. `already decided`: somebody has, one way or the other, or the run has ended. `key` is unique to this decision, for tools
   * that can keep one. Rejects with `refused` if the tool doesn't let Gavel, and with `unclear` if nobody knows whether it arrived: then `runStatus` tells.
   */
  decide(
    run: string,
    approval: string,
    decision: ApprovalDecision,
    by: OnBehalfOf,
    key: string,
  ): Promise<'decided' | 'already decided'>;
}
