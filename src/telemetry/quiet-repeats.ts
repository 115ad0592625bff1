import type { Clock } from '../core/time/clock';
import { StoreUnavailableError } from '../core/errors';
import type { Logger } from '../core/telemetry/logger';

const gapMs = 10_000;

/**
 * While the store is out of reach, everything fails for the same reason: one line for each kind of work in ten seconds says so, with the number of
 * those left out, instead of one with a stack for every message.
 */
export function quietRepeats(logger: Logger, clock: Clock): Logger {
  const kinds = new Map<string, { at: number; leftOut: number }>();

  function wrap(inner: Logger): Logger {
    const sparing =
      (level: 'warn' | 'error'): Logger['error'] =>
      (fields, message) => {
        const { error } = fields as { error?: unknown };
        if (!isStoreFailure(error)) return inner[level](fields, message);
        const kind = `${level} ${message}`;
        const last = kinds.get(kind);
        const now = clock.now();
        if (last && now - last.at < gapMs && now >= last.at) return void last.leftOut++;
        kinds.set(kind, { at: now, leftOut: 0 });
        inner[level]({ ...fields, ...(last && last.leftOut > 0 && { leftOut: last.leftOut }) }, message);
      };
    return {
      debug: (fields, message) => inner.debug(fields, message),
      info: (fields, message) => inner.info(fields, message),
      warn: sparing('warn'),
      error: sparing('error'),
      child: (fields) => wrap(inner.child(fields)),
    };
  }

  return wrap(logger);
}

function isStoreFailure(error: unknown): boolean {
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 10; each = each.cause, depth++)
    if (
      each instanceof StoreUnavailableError ||
      ['ENOSPC', 'EDQUOT'].includes(String((each as { code?: unknown }).code))
    )
      return true;
  return false;
}
