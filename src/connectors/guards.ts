import { lookUp } from '../core/keys';
import { measure } from '../core/telemetry';
import type { Telemetry } from '../core/telemetry';
import type { Clock } from '../core/time/clock';
import type { OpenConnection } from './contract/kinds';
import type { PipelineRunner } from './contract/runs';
import type { TestRunner } from './contract/tests';
import { maskError, maskLine, masks } from './masks';
import type { Capabilities, Guarded } from './masks';

interface GuardOptions {
  /** The name of the connection. */
  readonly name: string;
  readonly telemetry: Telemetry | undefined;
  readonly clock: Clock;
}

/**
 * The same connection with secrets masked in everything outside people wrote, and each call a dependency of the turn or record it is made for. Everything
 * a feature learns from an outside system goes through here, so no card, record, audit entry or log line can show what a deploy script printed by accident.
 */
export function guardConnection(connection: OpenConnection, options: GuardOptions): OpenConnection {
  const guard = <C extends Guarded>(capability: C, given: Capabilities[C]): Capabilities[C] =>
    guardCapability(capability, given, options);
  const { alerts, approvals, events, measurements, places, runs, pipelines, tests, hook } = connection;
  return {
    bind(capability, values, target) {
      const bound = connection.bind(capability, values, target);
      return (
        bound &&
        (guard(capability === 'alerts' ? 'alertBinding' : capability, bound as never) as unknown as typeof bound)
      );
    },
    ...(alerts && { alerts: guard('alerts', alerts) }),
    ...(runs && { runs: guard('pipelines', runs as PipelineRunner) }),
    ...(pipelines && { pipelines: guard('pipelineSource', pipelines) }),
    ...(tests && { tests: guard('tests', tests as TestRunner) }),
    ...(approvals && { approvals: guard('approvals', approvals) }),
    ...(events && { events: guard('events', events) }),
    ...(measurements && { measurements: guard('measurements', measurements) }),
    ...(places && { places: guard('places', places) }),
    ...(hook && { hook }),
    check: async () => {
      const lines = await connection.check();
      return lines.map((line) => (line.problem === undefined ? line : { ...line, problem: maskLine(line.problem) }));
    },
    close: () => connection.close(),
  };
}

/** What is no call: it answers from what it holds. */
const plain: readonly string[] = ['concerns', 'isQuietWith', 'readId'];

function guardCapability<C extends Guarded>(
  capability: C,
  given: Capabilities[C],
  { name, telemetry, clock }: GuardOptions,
): Capabilities[C] {
  async function through(method: string, call: () => unknown): Promise<unknown> {
    try {
      const answer = telemetry
        ? await measure({ target: name, name: `${name} ${method}` }, telemetry, clock, async () => call())
        : await call();
      const mask = lookUp<unknown>(masks[capability] as Readonly<Record<string, unknown>>, method);
      return mask ? (mask as (answer: unknown) => unknown)(answer) : answer;
    } catch (error) {
      throw maskError(error);
    }
  }
  return new Proxy(given as object, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== 'function' || typeof key !== 'string' || plain.includes(key)) return value;
      return (...args: unknown[]) => through(key, () => value.apply(target, args) as unknown);
    },
  }) as Capabilities[C];
}
