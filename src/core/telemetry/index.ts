import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../time/clock';

/** What Gavel reports about itself. Times are milliseconds since 1970, durations are milliseconds. */

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
  /** An HTTP status, or what is known about the failure. */
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
  /** Sends what is waiting; never rejects. */
  close(): Promise<void>;
}

/** Reports to all of them. */
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

/** Runs a call and reports its outcome. */
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

/** The turn or record of the current work: its log lines, connector calls and telemetry share it. */

const current = new AsyncLocalStorage<string>();

let followed = false;

/** From now on, the correlation id of the current work is tracked. Every promise pays for that, so only code that uses it turns it on. */
export function followCorrelations(): void {
  followed = true;
}

/** Runs `work`, and everything it awaits, under this correlation id. */
export function withCorrelation<T>(correlationId: string, work: () => T): T {
  return followed ? current.run(correlationId, work) : work();
}

/** The correlation id of the current work; undefined outside of any, and if nobody tracks them. */
export function currentCorrelation(): string | undefined {
  return current.getStore();
}
