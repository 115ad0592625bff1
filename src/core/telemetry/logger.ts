import type { Clock } from '../time/clock';

/** Structured log: a fixed message and its fields. Implementations redact secrets. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The same log with these fields on every line, for example the correlation id. */
  child(fields: object): Logger;
}

/** Logs nothing; for tests. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/**
 * Keeps lines that strangers can cause at will from filling the log: at most one line for each class per interval, with the number of omitted ones.
 */
export type SparingLog = ReturnType<typeof createSparingLog>;

const maxKinds = 200;

/** `kind` has to come from a short, fixed list; after 200 kinds, all others share one. */
export function createSparingLog(clock: Clock, gapMs = 1_000) {
  const kinds = new Map<string, { at: number; leftOut: number }>();
  return {
    /** Calls `write` at most once per interval for each `kind`; `leftOut` is the number of calls since the last line. */
    say(kind: string, write: (leftOut: number) => void): void {
      const key = kinds.has(kind) || kinds.size < maxKinds ? kind : 'others';
      const last = kinds.get(key);
      const now = clock.elapsed();
      if (last && now - last.at < gapMs) return void last.leftOut++;
      kinds.set(key, { at: now, leftOut: 0 });
      write(last?.leftOut ?? 0);
    },
  };
}
