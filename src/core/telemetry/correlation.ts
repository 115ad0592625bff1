import { AsyncLocalStorage } from 'node:async_hooks';

/** Which turn or record the work at hand belongs to: log lines, connector calls and telemetry of one story share it. */

const current = new AsyncLocalStorage<string>();

let followed = false;

/** From now on it is known which correlation id the work at hand has; every promise pays for that, so only whoever tells of it asks for it. */
export function followCorrelations(): void {
  followed = true;
}

/** Runs `work`, and everything it awaits, under this correlation id. */
export function withCorrelation<T>(correlationId: string, work: () => T): T {
  return followed ? current.run(correlationId, work) : work();
}

/** The correlation id of the work at hand; undefined outside of any, and where nobody follows them. */
export function currentCorrelation(): string | undefined {
  return current.getStore();
}
