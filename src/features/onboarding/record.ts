import type { Person } from '../../chat/contract';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';

/** How far somebody has come, and what they want. The record is the truth; the dialog only asks what it says. */

export const steps = ['work', 'services', 'when', 'hours', 'zone', 'rights', 'practice'] as const;
export type Step = (typeof steps)[number];
export type Work = 'ship' | 'decide' | 'run' | 'look';
export type When = 'at once' | 'digest' | 'only when I ask';

/** What somebody wants to hear, and how. */
export interface Wishes {
  readonly work?: Work;
  /** Empty: none. */
  readonly services?: readonly string[];
  readonly when?: When;
  /** `22:00-07:00`, or `none`. */
  readonly hours?: string;
  /** IANA: `Europe/Berlin`. */
  readonly zone?: string;
}

export interface Onboarding {
  readonly person: Person;
  /** The personal chat, once the person wrote or clicked there. */
  readonly placeId: string;
  readonly step: Step | 'done';
  /** Only this question was to be asked again, from `settings`. */
  readonly single?: true;
  readonly wishes: Wishes;
  /** Wrong answers to this question so far. */
  readonly misses: number;
  /** How often it was begun: keys of what follows differ each time. */
  readonly round: number;
  /** Whether the dialog listens, as far as is known here, and since when. */
  readonly listensSince?: number;
  readonly startedAt: number;
  readonly changedAt: number;
  readonly finishedAt?: number;
  /** When the checklist was sent to this admin by itself: once. */
  readonly checklistAt?: number;
  /** The practice deployment that ended well. */
  readonly practised?: string;
  /** Numbers the effects, so that their keys are never used twice. */
  readonly effectsMade: number;
  readonly pending: readonly PendingEffect[];
}

export const onboardingSpec: CollectionSpec<Onboarding> = {
  name: 'onboarding',
  schema: 1,
  indexes: { dueAt },
  queries: [{ orderBy: 'dueAt' }],
};

export function newOnboarding(person: Person, placeId: string, now: number): Onboarding {
  return {
    person: { id: person.id, name: person.name },
    placeId,
    step: 'work',
    wishes: {},
    misses: 0,
    round: 1,
    startedAt: now,
    changedAt: now,
    effectsMade: 0,
    pending: [],
  };
}
