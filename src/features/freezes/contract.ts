import type { ActionKind } from '../../core/catalog';

/** A time in which something may not be done. */
export interface Freeze {
  readonly name: string;
  readonly reason: string;
  readonly environments: readonly string[];
  /** Undefined: every service. */
  readonly services: readonly string[] | undefined;
  readonly stops: readonly ActionKind[];
  readonly from: number;
  /** Undefined: until somebody ends it. */
  readonly until: number | undefined;
  /** Who froze it; undefined: the catalog. */
  readonly by: string | undefined;
}

export interface FreezeTarget {
  readonly service: string;
  readonly environment: string;
}

export interface Freezes {
  /** What stops this action there now, the longest last. */
  stopping(target: FreezeTarget, action: ActionKind): Promise<readonly Freeze[]>;
  /** Everything that is on now or begins within a week, soonest first; undefined target: anywhere. */
  upcoming(target?: FreezeTarget): Promise<readonly Freeze[]>;
}
