import type { Collection, Stored } from '../store/contract';

/** Gives work to one instance at a time. */
export interface Leases {
  /**
   * Runs `work` while this owner holds the lease, and renews it in the meantime. A dead owner's lease is free at once if the store knows which
   * processes are dead, and otherwise after `ttlMs`. `held` tells whether this owner certainly still has it: a store that doesn't answer or a long
   * pause may have lost it.
   */
  withLease(
    key: string,
    ttlMs: number,
    work: (held: () => boolean) => Promise<void>,
  ): Promise<'done' | 'held elsewhere'>;
}

/** Something that must still follow from a record. `key` is unique within the record and the same after a crash. */
export interface PendingEffect {
  readonly key: string;
  readonly kind: string;
  /** Survives JSON. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly dueAt: number;
}

/** A record with effects: pending effects in order, and the next timed event. Its collection has an index `dueAt`: the earlier of the two. */
export interface Living {
  readonly pending: readonly PendingEffect[];
  /** When to call `wake` next, in milliseconds since 1970. */
  readonly wakeAt?: number | undefined;
}

/** Records of one kind and their effects. */
export interface Sweepable<T extends Living> {
  readonly name: string;
  readonly collection: Collection<T>;
  /** Whether this instance can work on the record now; by default, every instance can. It must become true for some instance in time. */
  isOurs?(value: T): boolean;
  /** Performs one effect. Called again with the same key after a failure or a crash, so it must be idempotent. */
  perform(record: Stored<T>, effect: PendingEffect): Promise<void>;
  /**
   * How far ahead `wakeAt` is set at most, if it only says how long to wait: after the clock is set back, a later one counts as due. Undefined if
   * `wakeAt` is a time that people were told.
   */
  wakesWithinMs?(value: T): number | undefined;
  /** Called when `wakeAt` is due; must postpone or clear `wakeAt`. */
  wake?(record: Stored<T>, now: number): Promise<void>;
}

/** Performs the pending effects of records, in order for each record, under leases in the store. */
export interface Sweeper {
  register<T extends Living>(sweepable: Sweepable<T>): void;
  /** Checks this record at once instead of in the next round. */
  kick(name: string, id: string): void;
  start(): void;
  /** Resolves when the work in progress has ended. */
  stop(): Promise<void>;
  /** Resolves when nothing is in progress and nothing is due now. */
  idle(): Promise<void>;
}
