import pino from 'pino';
import { StoreUnavailableError } from '../core/errors';
import { createSparingLog } from '../core/telemetry/logger';
import type { Logger } from '../core/telemetry/logger';
import { redactSecrets } from '../core/text/secrets';
import type { Clock } from '../core/time/clock';

type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
type LogFormat = 'json' | 'text';

interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Where a finished line goes; standard output by default. */
  readonly write?: (line: string) => void;
}

/** The structured log of the process. Registered secrets are redacted in every line. */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  const destination = {
    write: (line: string) => write(redactSecrets(options.format === 'json' ? line : readableLine(line))),
  };
  return pino(
    {
      level: options.level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  );
}

/** `14:09:41 warn  The outbox waits (conversation=…, waitMs=1200)` for people at a terminal. */
function readableLine(line: string): string {
  const { level, time, msg, error, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const words = `${String(msg)}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
  const stack = error ? String((error as { stack?: string }).stack ?? JSON.stringify(error)) : '';
  const lines = [words.replaceAll('\n', ' '), ...stack.split('\n').filter((each) => each !== '')].map(harmless);
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${lines.join('\n  ')}\n`;
}

/** Outside text must neither forge a line nor control the terminal. */
function harmless(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

/**
 * While the store is down, everything fails for the same reason: one line every ten seconds for each kind of work says so, with the number of omitted
 * lines, instead of one with a stack for every message.
 */
export function quietRepeats(logger: Logger, clock: Clock): Logger {
  const sparing = createSparingLog(clock, 10_000);

  function wrap(inner: Logger): Logger {
    const quietly =
      (level: 'warn' | 'error'): Logger['error'] =>
      (fields, message) => {
        if (!isStoreFailure((fields as { error?: unknown }).error)) return inner[level](fields, message);
        sparing.say(`${level} ${message}`, (leftOut) =>
          inner[level]({ ...fields, ...(leftOut > 0 && { leftOut }) }, message),
        );
      };
    return {
      debug: (fields, message) => inner.debug(fields, message),
      info: (fields, message) => inner.info(fields, message),
      warn: quietly('warn'),
      error: quietly('error'),
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
