import { ConnectorError } from '../core/errors';
import { maskSecrets } from '../core/text/secrets';
import { forTerminal } from '../core/text';
import type { Commit, Connector, Probe, RunStatus } from './contract';
import type { Clock } from '../core/time/clock';
import { currentCorrelation, measure } from '../core/telemetry';
import type { Telemetry } from '../core/telemetry';
import type { Logger } from '../core/telemetry/logger';

/** Longer lines hold no more than a card or a log view shows; what is cut off can't leak. */
const maxCharacters = 4_000;

/**
 * The same connector with secrets masked in everything outside people wrote: output of runs, reasons, commit messages, complaints and errors.
 * Names, ids and figures pass as they are. Everything a feature learns from an outside system goes through here, so no card, record, audit entry or
 * log line can show what a deploy script printed by accident.
 */
export function maskConnector(connector: Connector): Connector {
  const { sourceControl, environments, pipelines, metrics, services, alerts } = connector;
  return {
    ...connector,
    sourceControl:
      sourceControl &&
      maskWith(sourceControl, {
        commitsBetween: (found) => ({ ...found, commits: found.commits.map(maskCommit) }),
      }),
    environments: environments && maskWith(environments, {}),
    pipelines: pipelines && maskWith(pipelines, { runStatus: maskStatus, runLog: (lines) => lines.map(maskLine) }),
    metrics: metrics && maskWith(metrics, { probe: maskProbe }),
    services: services && maskWith(services, {}),
    alerts: alerts && maskWith(alerts, {}),
    check: async () => {
      const problem = await connector.check();
      return problem === undefined ? undefined : maskLine(problem);
    },
  };
}

/** All connectors of a process, each masked, under their names. */
export function maskConnectors(connectors: ReadonlyMap<string, Connector>): ReadonlyMap<string, Connector> {
  return new Map([...connectors].map(([name, connector]) => [name, maskConnector(connector)]));
}

type Answers<T> = {
  readonly [K in keyof T]?: T[K] extends (...given: never[]) => Promise<infer A> ? (answer: A) => A : never;
};

/** The capability with these answers passed through their mask, and every error masked. */
function maskWith<T extends object>(capability: T, answers: Answers<T>): T {
  return new Proxy(capability, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== 'function') return value;
      const maskAnswer = answers[key as keyof T] as ((answer: unknown) => unknown) | undefined;
      return async (...given: unknown[]): Promise<unknown> => {
        try {
          const answer = (await value.apply(target, given)) as unknown;
          return maskAnswer ? maskAnswer(answer) : answer;
        } catch (error) {
          throw maskError(error);
        }
      };
    },
  });
}

/** Colors and characters that nobody sees are gone before: they would split a secret into pieces that look like none. */
function maskLine(line: string): string {
  return maskSecrets(forTerminal(line.slice(0, maxCharacters))).text;
}

function maskCommit(commit: Commit): Commit {
  return { ...commit, message: maskLine(commit.message) };
}

function maskStatus(status: RunStatus | undefined): RunStatus | undefined {
  if (!status) return undefined;
  return {
    ...status,
    steps: status.steps.map((step) => ({ ...step, detail: maskLine(step.detail) })),
    lastLines: status.lastLines.map(maskLine),
    ...(status.reason !== undefined && { reason: maskLine(status.reason) }),
  };
}

function maskProbe(probe: Probe): Probe {
  return probe.complaint === undefined ? probe : { ...probe, complaint: maskLine(probe.complaint) };
}

function maskError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = maskLine(error.message);
  if (message === error.message) return error;
  // The cause and the stack repeat the message.
  if (error instanceof ConnectorError) return new ConnectorError(error.connector, error.failure, message);
  return new Error(message);
}

/** Watches parts of Gavel from outside: what they do goes on unchanged, and telemetry hears of it. */

/** What is written to the audit is an event too; who did it is told only where personal data is wanted. */
export function observeAudit<Entry extends AuditLine, Log extends { append(entry: Entry): Promise<void> }>(
  log: Log,
  telemetry: Telemetry | undefined,
  personal: boolean,
): Log {
  if (!telemetry) return log;
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
  telemetry: Telemetry | undefined,
  clock: Clock,
): ReadonlyMap<string, T> {
  if (!telemetry) return connectors;
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
export function observeLog(logger: Logger, telemetry: Telemetry | undefined): Logger {
  if (!telemetry) return logger;
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
