import type { Catalog } from '../core/catalog';
import { ConnectorError } from '../core/errors';
import { lookUp } from '../core/keys';
import { measure } from '../core/telemetry';
import type { Telemetry } from '../core/telemetry';
import { forTerminal } from '../core/text';
import { maskSecrets } from '../core/text/secrets';
import type { Clock } from '../core/time/clock';
import type { Bound, Commit, Connector, Probe, RunStatus, Systems } from './contract';

/** All connectors of a process under their names, each masked, each call a dependency of the turn or record it is made for. */
export function guardConnectors(
  connectors: ReadonlyMap<string, Connector>,
  telemetry: Telemetry | undefined,
  clock: Clock,
): ReadonlyMap<string, Connector> {
  const observe = (connector: Connector): Connector => {
    const { name: target } = connector;
    return telemetry
      ? throughCalls(connector, (_, method, call) =>
          measure({ target, name: `${target} ${method}` }, telemetry, clock, call),
        )
      : connector;
  };
  return new Map([...connectors].map(([name, connector]) => [name, observe(maskConnector(connector))]));
}

type Capability = Exclude<keyof Connector, 'name' | 'check' | 'close'>;

type Answers<T> = {
  readonly [K in keyof T]?: T[K] extends (...given: never[]) => Promise<infer A> ? (answer: A) => A : never;
};

/** What of an answer is masked, by capability and method: what outside people wrote. Names, ids and figures pass as they are. */
const masks: {
  readonly [C in Capability]-?: Answers<NonNullable<Connector[C]>>;
} = {
  sourceControl: { commitsBetween: (found) => ({ ...found, commits: found.commits.map(maskCommit) }) },
  environments: {},
  pipelines: { runStatus: maskStatus, runLog: (lines) => lines.map(maskLine) },
  metrics: { probe: maskProbe },
  services: {},
  alerts: {},
};

/**
 * The same connector with secrets masked in everything outside people wrote: output of runs, reasons, commit messages, complaints and errors.
 * Everything a feature learns from an outside system goes through here, so no card, record, audit entry or log line can show what a deploy script
 * printed by accident.
 */
export function maskConnector(connector: Connector): Connector {
  return {
    ...throughCalls(connector, async (capability, method, call) => {
      try {
        const answer = await call();
        const answers = lookUp<Readonly<Record<string, unknown>>>(masks, capability);
        const mask = lookUp(answers, method) as ((answer: unknown) => unknown) | undefined;
        return mask ? mask(answer) : answer;
      } catch (error) {
        throw maskError(error);
      }
    }),
    check: async () => {
      const problem = await connector.check();
      return problem === undefined ? undefined : maskLine(problem);
    },
  };
}

/** The connector with each call of a method of its capabilities made by `through`. */
function throughCalls(
  connector: Connector,
  through: (capability: string, method: string, call: () => unknown) => unknown,
): Connector {
  const wrapped = Object.entries(connector).map(([name, capability]: [string, unknown]) => {
    if (typeof capability !== 'object' || capability === null) return [name, capability];
    const proxy = new Proxy(capability, {
      get(target, key, receiver) {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        return (...given: unknown[]) => through(name, key, () => value.apply(target, given) as unknown);
      },
    });
    return [name, proxy];
  });
  return { ...connector, ...(Object.fromEntries(wrapped) as Partial<Connector>) };
}

/** Longer lines hold no more than a card or a log view shows; what is cut off can't leak. */
const maxCharacters = 4_000;

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
  if (error instanceof ConnectorError) {
    const { connector, failure, retryAfterMs } = error;
    return new ConnectorError(connector, failure, message, { retryAfterMs });
  }
  return new Error(message);
}

/** The systems of the services by the connectors that the catalog names for them. */
export function createSystems(catalog: () => Catalog, connectors: ReadonlyMap<string, Connector>): Systems {
  return bindSystems((service) => connectors.get(lookUp(catalog().services, service)?.connector ?? ''));
}

/** The same by any rule that says which connector serves a service; undefined: none. */
export function bindSystems(connectorOf: (service: string) => Connector | undefined): Systems {
  return {
    nameOf: (service) => connectorOf(service)?.name,
    source: (service) =>
      bind(connectorOf(service), 'sourceControl', (source) => ({
        releases: () => source.releases(service),
        release: (version) => source.release(service, version),
        commitsBetween: (from, to) => source.commitsBetween(service, from, to),
      })),
    running: (service, environment) =>
      bind(connectorOf(service), 'environments', (source) => ({ read: () => source.running(service, environment) })),
    pipelines: (service) =>
      bind(connectorOf(service), 'pipelines', (pipelines) => ({
        executor: pipelines.executor,
        startRun: (request) => pipelines.startRun(request),
        findRun: (key) => pipelines.findRun(key),
        runStatus: (id) => pipelines.runStatus(id),
        cancelRun: (id) => pipelines.cancelRun(id),
        runLog: (id, maximumLines) => pipelines.runLog(id, maximumLines),
      })),
    metrics: (service, environment) =>
      bind(connectorOf(service), 'metrics', (metrics) => ({
        probe: () => metrics.probe(service, environment),
        figures: (overMs) => metrics.figures(service, environment, overMs),
        history: (fromMs, toMs) => metrics.history(service, environment, fromMs, toMs),
        answeringSince: () => metrics.answeringSince(service, environment),
      })),
    control: (service, environment) =>
      bind(connectorOf(service), 'services', (control) => ({
        restart: (key) => control.restart(service, environment, key),
      })),
    alerts: (service, environment) =>
      bind(connectorOf(service), 'alerts', (alerts) => ({ firing: () => alerts.firing(service, environment) })),
  };
}

function bind<K extends Capability, B>(
  connector: Connector | undefined,
  name: K,
  bound: (capability: NonNullable<Connector[K]>) => B,
): Bound<B> | undefined {
  const capability = connector?.[name];
  return connector && capability && { connection: connector.name, ...bound(capability) };
}
