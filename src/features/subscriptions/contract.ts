import type { MessageFate } from '../../chat/contract';

/** Notifications: which events a place or a person wants to be told. */

export const outcomes = ['failure', 'recovery', 'success', 'started'] as const;
/** How something ended, or that it began. `recovery`: the first success after a failure. */
export type EventOutcome = (typeof outcomes)[number];

/** From the least to the most. */
export const severities = ['info', 'warning', 'critical'] as const;
/** How much an event matters. */
export type Severity = (typeof severities)[number];

/** Something that happened to a service somewhere. */
export interface ServiceEvent {
  /** The same id is the same event, told again. */
  readonly id: string;
  /** The one thing it happened to, for example a deployment: one message for it, updated. */
  readonly thread: string;
  /** Grows with what happens to that thing. */
  readonly revision: number;
  /** What people call that thing: `D-1042`. */
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  /** A success after a failure counts as a recovery. */
  readonly outcome: EventOutcome;
  readonly severity: Severity;
  /** Where what was deployed comes from; undefined where nobody can tell. */
  readonly branch?: string;
  /** One line of Markdown, outside parts escaped. */
  readonly words: string;
  /** Ids of places and people who were told in another way. */
  readonly toldTo: readonly string[];
}

/** Lets events through that it matches in every part. */
export interface Rule {
  /** Whether it was chosen with others on a card of `setup` or `settings`, or with `subscribe`. */
  readonly from: 'setup' | 'subscribe';
  /** Empty: all of them. The same for the other lists. */
  readonly services: readonly string[];
  readonly environments: readonly string[];
  readonly branches: readonly string[];
  readonly outcomes: readonly EventOutcome[];
  /** The least severity that it lets through. */
  readonly severity: Severity;
}

/** One message a day, or a week, in place of many. */
export type Digest = 'none' | 'daily' | 'weekly';

/** What was chosen on a card of `setup` or `settings`. */
export interface NotificationChoice {
  readonly to: 'person' | 'place';
  readonly services: readonly string[];
  /** Empty: all of them. */
  readonly environments: readonly string[];
  /** `failures` with the recovery after them, or all finished deployments. */
  readonly outcomes: 'failures' | 'everything';
  readonly digest: boolean;
  readonly hours?: string;
  readonly zone: string;
}

/** How well a place or a person is reached. */
export interface Delivery {
  readonly id: string;
  readonly to: 'person' | 'place';
  /** The name of the place; empty for a person. */
  readonly name: string;
  readonly last?: MessageFate & { readonly at: number };
  /** Set while nothing arrives there. */
  readonly refusedSince?: number;
  /** How many events wait for it. */
  readonly waiting: number;
}
