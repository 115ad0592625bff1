import type { Collection, Stored } from '../store/contract';

/** Give work to one instance at a time. */
export interface Leases {
  /**
   * Runs `work` while this owner holds the lease; renews it meanwhile. A dead owner's lease is free at once where the store knows the
   * dead, else after `ttlMs`.
   * `held` tells whether it surely still is this owner's: a store that does not answer, or a long standstill, may have lost it.
   */
  withLease(
    key: string,
    ttlMs: number,
    work: (held: () => boolean) => Promise<void>,
  ): Promise<'done' | 'held elsewhere'>;
}

/** What a record says must still follow from it. `key` is unique within the record and the same after a crash. */
export interface PendingEffect {
  readonly key: string;
  readonly kind: string;
  /** Survives JSON. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly dueAt: number;
}

/** A record that makes things happen: pending effects in order, and the next timed event. Its collection has an index `dueAt`: the first of the two. */
export interface Living {
  readonly pending: readonly PendingEffect[];
  /** When `wake` is to be called next; milliseconds since 1970. */
  readonly wakeAt?: number | undefined;
}

/** Records of one kind and what their effects do. */
export interface Sweepable<T extends Living> {
  readonly name: string;
  readonly collection: Collection<T>;
  /** Whether this instance may work on the record now; every instance may unless told. Must become true in time, or nobody does. */
  isOurs?(value: T): boolean;
  /** Performs one effect; called again with the same key after a failure or a crash, so it must be idempotent. */
  perform(record: Stored<T>, effect: PendingEffect): Promise<void>;
  /**
   * How far ahead `wakeAt` is set at most, where it only says how long to wait: when the clock is set back, a later one has come. Undefined where
   * `wakeAt` is a time of day that people were told.
   */
  wakesWithinMs?(value: T): number | undefined;
  /** Called when `wakeAt` has come; must move `wakeAt` on or clear it. */
  wake?(record: Stored<T>, now: number): Promise<void>;
}

/** Performs what records leave pending, in order for each record, by leases on the store. */
export interface Sweeper {
  register<T extends Living>(sweepable: Sweepable<T>): void;
  /** Looks at this record at once instead of at the next round. */
  kick(name: string, id: string): void;
  start(): void;
  /** Resolves when what is in work has ended. */
  stop(): Promise<void>;
  /** Resolves when nothing is in work and nothing is due now. */
  idle(): Promise<void>;
}
