import type { Clock } from '../core/time/clock';
import { currentCorrelation } from '../core/telemetry/correlation';
import type { Logger } from '../core/telemetry/logger';
import { measure } from '../core/telemetry';
import type { Telemetry } from '../core/telemetry';

/** Watches parts of Gavel from outside: what they do goes on unchanged, and telemetry hears of it. */

/** What is written to the audit is an event too; who did it is told only where personal data is wanted. */
export function observeAudit<Entry extends AuditLine, Log extends { append(entry: Entry): Promise<void> }>(
  log: Log,
  telemetry: Telemetry,
  personal: boolean,
): Log {
  return {
    ...log,
    async append(entry: Entry) {
      await log.append(entry);
      const { what, target, outcome, correlationId, who } = entry;
      telemetry.event({ name: what, correlationId, properties: { target, outcome, ...(personal && { who }) } });
    },
  };
}

interface AuditLine {
  readonly who: string;
  readonly what: string;
  readonly target: string;
  readonly outcome: string;
  readonly correlationId: string;
}

/** A connector whose every call is a dependency of the turn or record it is made for. */
function observeConnector<T extends { readonly name: string }>(connector: T, telemetry: Telemetry, clock: Clock): T {
  const capabilities = Object.entries(connector).map(([key, value]) => [
    key,
    typeof value === 'object' && value !== null ? observe(value as object, connector.name, telemetry, clock) : value,
  ]);
  return { ...connector, ...Object.fromEntries(capabilities) } as T;
}

/** All connectors of a process, each observed, under their names. */
export function observeConnectors<T extends { readonly name: string }>(
  connectors: ReadonlyMap<string, T>,
  telemetry: Telemetry,
  clock: Clock,
): ReadonlyMap<string, T> {
  return new Map([...connectors].map(([name, connector]) => [name, observeConnector(connector, telemetry, clock)]));
}

function observe<T extends object>(capability: T, target: string, telemetry: Telemetry, clock: Clock): T {
  return new Proxy(capability, {
    get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, receiver);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      return (...given: unknown[]) =>
        measure({ target, name: `${target} ${key}` }, telemetry, clock, () => value.apply(object, given) as unknown);
    },
  });
}

/** A log whose errors are exceptions too. */
export function observeLog(logger: Logger, telemetry: Telemetry): Logger {
  return {
    ...bound(logger),
    error(fields, message) {
      logger.error(fields, message);
      const { error, correlationId } = fields as { error?: unknown; correlationId?: string };
      telemetry.exception(error ?? new Error(message), correlationId ?? currentCorrelation());
    },
    child: (fields) => observeLog(logger.child(fields), telemetry),
  };
}

const bound = (logger: Logger): Pick<Logger, 'debug' | 'info' | 'warn'> => ({
  debug: (fields, message) => logger.debug(fields, message),
  info: (fields, message) => logger.info(fields, message),
  warn: (fields, message) => logger.warn(fields, message),
});
