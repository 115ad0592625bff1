import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../time/clock';

/** What can be seen of Gavel from outside. Times are milliseconds since 1970, durations milliseconds. */

interface Operation {
  /** `deployments.request`, `local startRun`, `Teams POST`. */
  readonly name: string;
  readonly correlationId: string | undefined;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly succeeded: boolean;
}

interface Dependency extends Operation {
  /** The outside system. */
  readonly target: string;
  /** An HTTP status, or what is known of the failure. */
  readonly result?: string;
}

interface TelemetryEvent {
  readonly name: string;
  readonly correlationId: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
}

interface Circuit {
  /** The outside system. */
  readonly target: string;
  /** Which of its circuits: the kind of calls, as `read`. */
  readonly name: string;
  readonly state: 'closed' | 'half-open' | 'open';
}

export interface Telemetry {
  /** One thing that a person did, from its arrival to its answer. */
  request(operation: Operation): void;
  /** One call to an outside system. */
  dependency(dependency: Dependency): void;
  event(event: TelemetryEvent): void;
  /** Calls of this kind go out to an outside system again, or no longer. */
  circuit(circuit: Circuit): void;
  exception(error: unknown, correlationId: string | undefined): void;
  /** Sends what waits; never rejects. */
  close(): Promise<void>;
}

/** Tells all of them. */
export function allTelemetry(each: readonly Telemetry[]): Telemetry {
  return {
    request: (operation) => each.forEach((one) => one.request(operation)),
    dependency: (dependency) => each.forEach((one) => one.dependency(dependency)),
    event: (event) => each.forEach((one) => one.event(event)),
    circuit: (circuit) => each.forEach((one) => one.circuit(circuit)),
    exception: (error, correlationId) => each.forEach((one) => one.exception(error, correlationId)),
    close: async () => void (await Promise.all(each.map((one) => one.close()))),
  };
}

/** Runs a call and tells how it went. */
export async function measure<T>(
  { target, name }: { readonly target: string; readonly name: string },
  telemetry: Telemetry,
  clock: Clock,
  work: () => T | Promise<T>,
): Promise<T> {
  const startedAt = clock.now();
  const begun = performance.now();
  const tell = (succeeded: boolean, result: string): void =>
    telemetry.dependency({
      name,
      target,
      correlationId: currentCorrelation(),
      startedAt,
      durationMs: performance.now() - begun,
      succeeded,
      result,
    });
  try {
    const value = await work();
    tell(true, '');
    return value;
  } catch (error) {
    const failure = (error as { failure?: unknown; kind?: unknown } | undefined)?.failure;
    tell(false, typeof failure === 'string' ? failure : error instanceof Error ? error.name : 'failed');
    throw error;
  }
}

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
