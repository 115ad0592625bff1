import type { Asked, Outbox, PersonalData, Reply, Turn } from '../chat/contract';
import type { ConnectorOf } from '../connectors/contract';
import type { Catalog } from '../core/catalog';
import type { Logger } from '../core/telemetry/logger';
import type { Clock } from '../core/time/clock';
import type { Sweeper } from '../jobs/contract';
import type { Store } from '../store/contract';

/** What a feature may use. What it offers is in the contract of chat. */

/** One thing that was looked at in the installation; `problem` says what is wrong with it and how to fix that. */
export interface Look {
  readonly about: string;
  /** It wasn't checked, and what to do so that it is. */
  readonly unchecked?: string;
  readonly problem?: string;
}

/** What `app.ts` gives each feature. */
export interface FeatureDependencies {
  readonly catalog: () => Catalog;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly connectorOf: ConnectorOf;
  readonly sweeper: Sweeper;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who answers for Gavel in a place; nobody is known where it is left out. */
  readonly ownerOf?: (placeId: string) => Promise<{ readonly personId: string } | undefined>;
  /** Whether somebody is still a member of a place; also true where nobody can tell. */
  readonly isStillIn?: (personId: string, placeId: string) => Promise<boolean>;
  /** Whether Gavel was removed from a place, or the place is gone: nothing arrives there. */
  readonly isGone?: (placeId: string) => Promise<boolean>;
  /** The IANA time zone that somebody named as theirs; left out, everybody lives by the catalog's. */
  readonly zoneOf?: (personId: string) => Promise<string | undefined>;
  /** What is kept of people outside the features. Asked late, when everything is there. */
  readonly personalData?: () => readonly PersonalData[];
  /** Looks at all that Gavel needs from outside; never rejects. Asked late. */
  readonly looks?: () => Promise<readonly Look[]>;
}

/** Does in the name of people what they began earlier, as if they did it now: every right is checked again. Neither rejects. */
export interface LaterTurns {
  /** Does what was confirmed or approved since it was asked. */
  readonly carryOut: (turn: Turn, asked: Asked) => Promise<Reply>;
  /** Runs a line that was planned. `ended` hears how: `done`, `refused`, `not understood`, … */
  readonly runLine: (turn: Turn, line: string, ended: (outcome: string) => void) => Promise<Reply>;
}
