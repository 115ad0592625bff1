import type { Person } from '../../chat/contract';

/** What a lock is on. */
export interface LockTarget {
  readonly service: string;
  readonly environment: string;
}

/** Who keeps everybody else from changing a service in an environment. */
export interface HeldLock {
  readonly person: Person;
  readonly reason: string;
  readonly since: number;
  /** It ends by itself then; undefined: when somebody ends it. */
  readonly until: number | undefined;
  /** How many wait for it. */
  readonly waiting: number;
}

/** Tells who holds a lock. */
export interface Locks {
  /** Undefined when it is free. */
  held(target: LockTarget): Promise<HeldLock | undefined>;
}
