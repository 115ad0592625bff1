import type { Person } from '../../chat/contract';
import type { Scope } from '../../core/catalog/rights';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';

/** What was granted in chat, all of it in one record: whether the last admin may go is decided over the whole. */

/** Who gets a right: one person, or a group of the catalog. */
export type Receiver = { readonly person: Person } | { readonly group: string };

export interface StoredGrant extends Scope {
  readonly id: string;
  readonly to: Receiver;
  readonly role: string;
  /** From then on it counts for nothing; undefined: until it is revoked. */
  readonly until?: number;
  readonly by: Person;
  readonly at: number;
  readonly reason: string;
}

export interface GrantLedger {
  /** Grows with each change of what is granted: whoever knows this number knows the grants. */
  readonly serial: number;
  readonly grants: readonly StoredGrant[];
  /** The turns that changed it last: a message that is delivered again changes nothing more. */
  readonly turns: readonly string[];
  /** Numbers the effects, so that their keys are never used twice. */
  readonly effectsMade: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

export const ledgerId = 'all';

export const ledgerSpec: CollectionSpec<GrantLedger> = {
  name: 'granted-rights',
  schema: 1,
  indexes: { dueAt, serial: ({ serial }) => serial },
  queries: [{ orderBy: 'dueAt' }, { orderBy: 'serial' }],
};

export const emptyLedger: GrantLedger = { serial: 0, grants: [], turns: [], effectsMade: 0, pending: [] };

/** Whether it still counts. */
export function isActive({ until }: Pick<StoredGrant, 'until'>, now: number): boolean {
  return until === undefined || until > now;
}

/** One key for whoever gets it. */
export function receiverKey(to: Receiver): string {
  return 'group' in to ? `group:${to.group}` : to.person.id;
}
