import { AsyncLocalStorage } from 'node:async_hooks';

/** Which turn or record the work at hand belongs to: log lines, connector calls and telemetry of one story share it. */

const current = new AsyncLocalStorage<string>();

/** Runs `work`, and everything it awaits, under this correlation id. */
export function withCorrelation<T>(correlationId: string, work: () => T): T {
  return current.run(correlationId, work);
}

/** The correlation id of the work at hand; undefined outside of any. */
export function currentCorrelation(): string | undefined {
  return current.getStore();
}
