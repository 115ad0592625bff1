import type { Person } from '../../chat/contract';
import type { ActionKind } from '../../core/catalog';

/** What may be done where and when, and why not. */

export interface PolicyTarget {
  readonly service: string;
  readonly environment: string;
}

/** Acting in spite of a freeze: by whom and why, on record and on every card. */
export interface Override {
  readonly by: Person;
  readonly reason: string;
}

/** A rule that stands in the way. */
export interface Obstacle {
  readonly rule: 'freeze' | 'lock';
  /** Which rule, and whose: `production is frozen until … (Weekend: nobody is at work)`, without a full stop; to be escaped. */
  readonly what: string;
  /** What would make it pass: a sentence. */
  readonly cure: string;
  /** Whether this person may go on with a reason. */
  readonly overridable: boolean;
}

export interface Policy {
  /** What stands in this person's way there now; empty: nothing. */
  obstacles(
    target: PolicyTarget,
    action: ActionKind,
    person: Person,
    override?: Override,
  ): Promise<readonly Obstacle[]>;
}
