import { currentCorrelation } from '../core/telemetry';
import type { Telemetry } from '../core/telemetry';
import type { Logger } from '../core/telemetry/logger';

/** The audit log and the log of the process, both also reported to telemetry. */

/** An audit entry is also an event; it includes the person only if personal data is allowed. */
export function observeAudit<Log extends { append(entry: AuditLine): Promise<void> }>(
  log: Log,
  telemetry: Telemetry | undefined,
  personal: boolean,
): Log {
  if (!telemetry) return log;
  return {
    ...log,
    async append(entry: AuditLine) {
      await log.append(entry);
      const { what, target, outcome, correlationId, who } = entry;
      telemetry.event({ name: what, correlationId, properties: { target, outcome, ...(personal && { who }) } });
    },
  };
}

type AuditLine = Readonly<Record<'who' | 'what' | 'target' | 'outcome' | 'correlationId', string>>;

/** A log whose errors are also exceptions. */
export function observeLog(logger: Logger, telemetry: Telemetry | undefined): Logger {
  if (!telemetry) return logger;
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error(fields, message) {
      logger.error(fields, message);
      const { error, correlationId } = fields as { error?: unknown; correlationId?: string };
      telemetry.exception(error ?? new Error(message), correlationId ?? currentCorrelation());
    },
    child: (fields) => observeLog(logger.child(fields), telemetry),
  };
}
