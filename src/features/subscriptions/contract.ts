import type { MessageFate } from '../../chat/contract';
import type { Severity } from '../../core/severity';

/** Notifications: which events a place or a person is told about. */

export const outcomes = ['alert', 'failure', 'recovery', 'resolved', 'success', 'started'] as const;
/**
 * How something ended, or that it began. `recovery`: the first success after a failure. `alert`: something is wrong, until it is `resolved`.
 */
export type EventOutcome = (typeof outcomes)[number];

/** Something that happened to a service in an environment. */
export interface ServiceEvent {
  /** The same id means the same event, reported again. */
  readonly id: string;
  /** What it happened to, for example a deployment: there is one message for it, which is updated. */
  readonly thread: string;
  /** Grows with each change of it. */
  readonly revision: number;
  /** The name that people use for it: `D-1042`. */
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  /** A success after a failure counts as a recovery. */
  readonly outcome: EventOutcome;
  readonly severity: Severity;
  /** The branch of the deployed release; undefined if nobody can tell. */
  readonly branch?: string;
  /** One line of Markdown, with outside text escaped. */
  readonly words: string;
  /** Ids of places and people who were told in another way. */
  readonly toldTo: readonly string[];
}

/** Lets events through that match all its parts. */
export interface Rule {
  /** Whether it was chosen together with others on a card of `setup` or `settings`, or with `subscribe`. */
  readonly from: 'setup' | 'subscribe';
  /** Empty: all of them. The same for the other lists. */
  readonly services: readonly string[];
  readonly environments: readonly string[];
  readonly branches: readonly string[];
  readonly outcomes: readonly EventOutcome[];
  /** The lowest severity that it lets through. */
  readonly severity: Severity;
}

/** Why a channel wants to hear nothing about something now, and until when. */
export interface Quiet {
  readonly why: 'quiet hours' | 'muted';
  readonly until: number;
}

/** What a channel may want to hear nothing about. */
export type QuietSubject = Pick<ServiceEvent, 'service' | 'environment' | 'severity'> & { readonly name?: string };

/** What a channel or a person can mute: everything that matches all of these, or one alert. */
export interface MutedSubject {
  readonly service?: string;
  readonly environment?: string;
  /** `A-101`; its service and environment are named, too. */
  readonly alert?: string;
}

/** A mute of a channel or group chat that lasts. */
export interface PlaceMute {
  readonly placeId: string;
  /** `shop in production`, `A-101 (shop in production)`, `everything`; plain text. */
  readonly what: string;
  readonly until: number;
  /** Whether it holds back what is told about this; `name` is what people call it: `A-101`. */
  readonly covers: (about: Pick<ServiceEvent, 'service' | 'environment' | 'name'>) => boolean;
}

/** One message a day or a week instead of many. */
export type Digest = 'none' | 'daily' | 'weekly';

/** The choices on a card of `setup` or `settings`. */
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

/** Whether messages arrive at a place or a person. */
export interface Delivery {
  readonly id: string;
  readonly to: 'person' | 'place';
  /** The name of the place; empty for a person. */
  readonly name: string;
  readonly last?: MessageFate & { readonly at: number };
  /** Set while nothing arrives there. */
  readonly refusedSince?: number;
  /** The number of events that wait for it. */
  readonly waiting: number;
}
