import type { Capability } from '../core/catalog/bindings';
import type { Catalog } from '../core/catalog';
import { oncePerCatalog } from '../core/catalog/rights';
import type { Bound, Checker, Restarter, ServiceControl, Systems } from './contract';
import type { Target } from '../core/catalog/rights';
import type { AlertBinding } from './contract/alerts';
import type { Bindable, BoundCapabilities, OpenConnection } from './contract/kinds';
import type { BoundTargets } from './bindings';

/** The open connections of the catalog, as they are at the moment. */
export interface OpenConnections {
  get(name: string): OpenConnection | undefined;
  all(): ReadonlyMap<string, OpenConnection>;
  /** What people call it. */
  titleOf(name: string): string;
}

interface SystemsOptions {
  /** The same object until something changes. */
  readonly catalog: () => Catalog;
  readonly targets: BoundTargets;
  readonly connections: OpenConnections;
}

/** The systems of the services, by what the catalog binds. Each capability is bound once for each state of the catalog. */
export function createSystems({ catalog, targets, connections }: SystemsOptions): Systems {
  const boundIn = oncePerCatalog(() => new Map<string, readonly Bound<object>[]>());
  const sourcesIn = oncePerCatalog(() => new Map<string, readonly Bound<object>[]>());
  const alertBindingsOf = createAlertBindings({ catalog, targets, connections });

  function bind<C extends Bindable>(capability: C, service: string, environment: string) {
    return (targets.of(service, environment).get(capability satisfies Capability) ?? []).flatMap(
      ({ connection, values }): Bound<BoundCapabilities[C]>[] => {
        const bound = connections.get(connection)?.bind(capability, values, { service, environment });
        return bound ? [named(connection, bound)] : [];
      },
    );
  }

  function bindAll<C extends Bindable>(capability: C, service: string, environment: string) {
    const known = boundIn(catalog());
    const key = `${capability} ${service}/${environment}`;
    let bound = known.get(key) as ReturnType<typeof bind<C>> | undefined;
    if (!bound) known.set(key, (bound = bind(capability, service, environment)));
    return bound;
  }

  function bindFirst<C extends Bindable>(capability: C, service: string, environment: string) {
    return bindAll(capability, service, environment)[0];
  }

  /** A service has its source in every environment, so any of them can say which. */
  function sourceOf(service: string) {
    const known = sourcesIn(catalog());
    let found = known.get(service) as ReturnType<typeof bind<'source'>> | undefined;
    if (!found) {
      const all = targets.environmentsOf(service).flatMap((environment) => bindAll('source', service, environment));
      known.set(service, (found = all.slice(0, 1)));
    }
    return found[0];
  }

  function nameOf(service: string): string | undefined {
    const inEach = targets.environmentsOf(service).map((environment) => targets.of(service, environment));
    const binding = inEach.map((bound) => bound.get('pipelines')?.[0]).find((each) => each !== undefined);
    return binding && connections.titleOf(binding.connection);
  }

  return {
    nameOf,
    source: sourceOf,
    running: (service, environment) => bindFirst('running', service, environment),
    runningSources: (service, environment) => bindAll('running', service, environment),
    pipelines: (service, environment) => bindFirst('pipelines', service, environment),
    runsOf(connection) {
      const runs = connections.get(connection)?.runs;
      return runs && named(connection, runs);
    },
    pipelineSources: () =>
      [...connections.all()].flatMap(([name, { pipelines }]) => (pipelines ? [named(name, pipelines)] : [])),
    pipelineSource(connection) {
      const pipelines = connections.get(connection)?.pipelines;
      return pipelines && named(connection, pipelines);
    },
    approvalSources: () =>
      [...connections.all()].flatMap(([name, { approvals }]) => (approvals ? [named(name, approvals)] : [])),
    approvalSource(connection) {
      const approvals = connections.get(connection)?.approvals;
      return approvals && named(connection, approvals);
    },
    tests: (service, environment) => bindFirst('tests', service, environment),
    testsOf(connection) {
      const tests = connections.get(connection)?.tests;
      return tests && named(connection, tests);
    },
    metrics: (service, environment) => bindAll('metrics', service, environment),
    restarter: (service, environment) => bindAll('control', service, environment).find(canRestart),
    checkers: (service, environment) => bindAll('control', service, environment).filter(canCheck),
    annotations: (service, environment) => bindAll('annotations', service, environment),
    measurementSinks: () =>
      [...connections.all()].flatMap(([name, { measurements }]) => (measurements ? [named(name, measurements)] : [])),
    tickets: (service, environment) => bindFirst('tickets', service, environment),
    workload: (service, environment) => bindFirst('workload', service, environment),
    placeSources: () => [...connections.all()].flatMap(([name, { places }]) => (places ? [named(name, places)] : [])),
    titleOf: (connection) => connections.titleOf(connection),
    alertSources: () => [...connections.all()].flatMap(([name, { alerts }]) => (alerts ? [named(name, alerts)] : [])),
    alerts: (service, environment) => bindAll('alerts', service, environment),
    concernedBy: (connection, alert) =>
      alertBindingsOf(connection).flatMap(({ target, bound }) => (bound.concerns(alert) ? [target] : [])),
    quietWith: (connection, subject) =>
      alertBindingsOf(connection).flatMap(({ target, bound }) =>
        (bound.isQuietWith?.(subject) ?? bound.concerns(subject)) ? [target] : [],
      ),
  };
}

const canRestart = (bound: Bound<ServiceControl>): bound is Bound<Restarter> => bound.restart !== undefined;
const canCheck = (bound: Bound<ServiceControl>): bound is Bound<Checker> => bound.recheck !== undefined;

/** The capability with the name of its connection. Its methods stay those of the object they are on. */
function named<C extends object>(connection: string, capability: C): Bound<C> {
  return new Proxy(capability, {
    get: (target, key, receiver) =>
      key === 'connection' ? connection : (Reflect.get(target, key, receiver) as unknown),
    has: (target, key) => key === 'connection' || Reflect.has(target, key),
  }) as Bound<C>;
}

/** Every target whose alerts a connection has. A reading asks for each of its alerts, so they are bound once for each state of the catalog. */
function createAlertBindings({ catalog, targets, connections }: SystemsOptions) {
  const knownIn = oncePerCatalog(
    () => new Map<string, readonly { readonly target: Target; readonly bound: AlertBinding }[]>(),
  );
  return (connection: string) => {
    const known = knownIn(catalog());
    let bindings = known.get(connection);
    if (!bindings) {
      const open = connections.get(connection);
      bindings = targets.to(connection, 'alerts').flatMap(({ values, service, environment }) => {
        const target = { service, environment };
        const bound = open?.bind('alerts', values, target);
        return bound ? [{ target, bound }] : [];
      });
      known.set(connection, bindings);
    }
    return bindings;
  };
}
