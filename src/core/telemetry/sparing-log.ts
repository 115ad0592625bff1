import type { Clock } from '../time/clock';

/** Keeps what strangers can cause at will from filling the log: one line a second for each class, with the number of those left out. */
export interface SparingLog {
  /** Calls `write` at most once a second for each `kind`; `leftOut` counts those since the last line. */
  say(kind: string, write: (leftOut: number) => void): void;
}

const gapMs = 1_000;
const maxKinds = 200;

/** `kind` has to come from a short list of ours; beyond 200 of them all others share one. */
export function createSparingLog(clock: Clock): SparingLog {
  const kinds = new Map<string, { at: number; leftOut: number }>();
  return {
    say(kind, write) {
      const key = kinds.has(kind) || kinds.size < maxKinds ? kind : 'others';
      const last = kinds.get(key);
      const now = clock.elapsed();
      if (last && now - last.at < gapMs) return void last.leftOut++;
      kinds.set(key, { at: now, leftOut: 0 });
      write(last?.leftOut ?? 0);
    },
  };
}
