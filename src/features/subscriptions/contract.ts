import type { MessageFate, PersonalData, Place } from '../../chat/contract';

/** What people and places hear of by themselves. */

export const outcomes = ['failure', 'recovery', 'success', 'started'] as const;
export type HappeningOutcome = (typeof outcomes)[number];

/** From the least to the most. */
export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** Something that happened to a service somewhere. */
export interface Happening {
  /** The same id is the same happening, told again. */
  readonly id: string;
  /** The one thing it happened to, for example a deployment: one message for it, updated. */
  readonly thread: string;
  /** Grows with what happens to that thing. */
  readonly revision: number;
  /** How people call that thing, shortly: `D-1042`. */
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  /** A success after a failure becomes a recovery by itself. */
  readonly outcome: HappeningOutcome;
  readonly severity: Severity;
  /** Where what was deployed comes from; undefined where nobody can tell. */
  readonly branch?: string;
  /** One line of Markdown, outside parts escaped. */
  readonly words: string;
  /** Places and people who have been told otherwise. */
  readonly toldTo: readonly string[];
}

export interface Rule {
  /** Whether it was chosen with others on a card of `setup` or `settings`, or with `subscribe`. */
  readonly from: 'setup' | 'subscribe';
  /** Empty: all of them. The same for the other lists. */
  readonly services: readonly string[];
  readonly environments: readonly string[];
  readonly branches: readonly string[];
  readonly outcomes: readonly HappeningOutcome[];
  /** The least severity that is told. */
  readonly severity: Severity;
}

export type Digest = 'none' | 'daily' | 'weekly';

/** What was chosen on a card of `setup` or `settings`. */
export interface Wish {
  readonly to: 'person' | 'place';
  readonly services: readonly string[];
  /** Empty: all of them. */
  readonly environments: readonly string[];
  /** `failures` with the recovery after them, or everything that ends. */
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
  /** How many happenings wait for it. */
  readonly waiting: number;
}

export interface Subscriptions {
  /** Resolves when it is stored; whoever is to hear of it does so a moment later. The same happening again changes nothing. */
  tell(happening: Happening): Promise<void>;
  /** Takes the place of what was chosen so before; without services nothing of it is told any more. */
  choose(id: string, wish: Wish, place?: Place): Promise<void>;
  /** What was chosen so, as it stands. */
  chosen(id: string): Promise<Wish | undefined>;
  /** Whether any place hears of something. */
  reachAnyPlace(): Promise<boolean>;
  deliveries(): Promise<readonly Delivery[]>;
  readonly personalData: PersonalData;
}
