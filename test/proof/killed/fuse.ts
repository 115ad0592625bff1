/** Where a process should die: right before or right after the n-th write to the store, or the n-th start of a run. */
export interface KillPoint {
  readonly side: 'before' | 'after';
  readonly of: 'write' | 'start';
  readonly nth: number;
}

export interface Fuse {
  /** Counts from one again. */
  arm(point: KillPoint): void;
  /** Called right before such a step; the function it returns is called right after. */
  step(of: KillPoint['of']): () => void;
}

const nothing = (): void => undefined;

/** Counts the steps and kills the process at the named one. */
export function createFuse(blow: () => void): Fuse {
  let armed: KillPoint | undefined;
  let steps = 0;
  return {
    arm(point) {
      armed = point;
      steps = 0;
    },
    step(of) {
      const point = armed;
      if (point?.of !== of) return nothing;
      steps += 1;
      if (steps !== point.nth) return nothing;
      if (point.side === 'before') blow();
      return () => (armed === point ? blow() : undefined);
    },
  };
}
