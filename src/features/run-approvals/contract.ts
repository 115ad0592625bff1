import type { Person } from '../../chat/contract';
import type { Parameter, ParameterValues } from '../../connectors/contract';
import type { Contributor } from '../../core/catalog/authors';
import type { Target } from '../../core/catalog/rights';

/** A step of a run in an outside system that waits for a decision, as Gavel keeps it. Every moment is in milliseconds since 1970. */

/** `deciding`: Gavel's people have decided, and the tool doesn't have it yet. */
type OpenRunApprovalState = 'waiting' | 'deciding';
/**
 * `decided there`: by somebody in the tool. `ended`: its run is over. `refused`: the tool doesn't take Gavel's decision. `unsent`: the decision never arrived,
 * and the step still waits, so it's asked about once more.
 */
export const finalRunApprovalStates = [
  'approved',
  'rejected',
  'decided there',
  'expired',
  'ended',
  'refused',
  'unsent',
] as const;
/** Where it is in its life. */
export type RunApprovalState = OpenRunApprovalState | (typeof finalRunApprovalStates)[number];

/** What people in Gavel decided. */
export interface DecisionMade {
  readonly approves: boolean;
  readonly by: readonly Person[];
  readonly at: number;
  /** What they said, one line of outside text; empty if nothing. */
  readonly words: string;
  /** What the approval says about the parameters of the step. */
  readonly answers?: ParameterValues;
  /** Why it can't be sent: a complete sentence of outside text. */
  readonly conflict?: string;
}

/** How it ended, if not by a decision in Gavel. Names and reasons are outside text. */
export interface RunApprovalEnd {
  readonly by?: string;
  readonly at?: number;
  readonly approves?: boolean;
  readonly comment?: string;
  readonly reason?: string;
}

/** A step that waits, with its whole life. */
export interface RunApproval {
  readonly connection: string;
  /** The run and the step, by their ids in the tool. */
  readonly run: string;
  readonly step: string;
  /** From 0: how often it was asked about before, without a decision that arrived. */
  readonly round: number;
  readonly pipeline: string;
  /** The machine that executes the run, if it's a process of one. */
  readonly executor?: string | undefined;
  /** What the tool calls the run, and what waits: outside text. */
  readonly title: string;
  readonly name: string;
  readonly target?: Target | undefined;
  readonly url?: string | undefined;
  readonly asks?: readonly Parameter[] | undefined;
  /** Why Gavel's account can't decide it: a sentence of outside text. People decide it in the tool then. */
  readonly whyNot?: string | undefined;
  /** Who started the run, as far as Gavel knows, and as the tool names them. */
  readonly requester: Person;
  readonly startedBy?: Contributor | undefined;
  /** What started the run, if Gavel did: `R-1042`, `D-1042`. */
  readonly origin?: string | undefined;
  /** Where its card is; empty: only with those who can decide. */
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly openedAt: number;
  readonly waitingSince: number;
  readonly expiresAt: number;
  readonly state: RunApprovalState;
  readonly stateSince: number;
  readonly decision?: DecisionMade;
  /** When the decision was sent. It's never sent again after that. */
  readonly triedAt?: number | undefined;
  /** How often in a row the tool has shown something that isn't sure yet. */
  readonly looks?: number;
  readonly end?: RunApprovalEnd;
  readonly wakeAt?: number | undefined;
}

/** What the tool says now about a step that waited. */
export type StepStanding =
  | { readonly is: 'waiting' }
  /** `isOurs`: by this very decision of Gavel's. Without a `by`, nobody says who decided. */
  | ({ readonly is: 'decided'; readonly isOurs: boolean; readonly isTold: boolean } & RunApprovalEnd)
  | { readonly is: 'over'; readonly reason: string };
