import type { Person } from '../../chat/contract';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import type { LockTarget } from './contract';

/** The lock of one service in one environment; its id is both. */
export interface Lock {
  readonly service: string;
  readonly environment: string;
  readonly holder:
    | {
        readonly person: Person;
        readonly reason: string;
        readonly since: number;
        readonly until: number | undefined;
        /** When the holder is asked whether it is still needed. */
        readonly askAt: number;
      }
    | undefined;
  readonly queue: readonly {
    readonly person: Person;
    readonly reason: string;
    readonly at: number;
    readonly until: number | undefined;
  }[];
  /** The turns that changed it last: a message that is delivered again changes nothing more. */
  readonly turns?: readonly string[];
  /** Numbers the effects, so that their keys are never used twice. */
  readonly effectsMade: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

export const locksSpec: CollectionSpec<Lock> = {
  name: 'locks',
  schema: 1,
  indexes: { dueAt, state: ({ holder }) => (holder ? 'held' : 'free'), since: ({ holder }) => holder?.since },
  queries: [{ orderBy: 'dueAt' }, { where: ['state'], orderBy: 'since' }],
};

export function lockId({ service, environment }: LockTarget): string {
  return `${service}/${environment}`;
}

export function freeLock({ service, environment }: LockTarget): Lock {
  return { service, environment, holder: undefined, queue: [], effectsMade: 0, pending: [] };
}
