import assert from 'node:assert/strict';
import { z } from 'zod';
import type { PipelineSource, Running, Systems, TestRunner, TicketTracker, Workload } from '../src/connectors/contract';
import { defineConnector } from '../src/connectors/contract/kinds';
import type { Connector, OpenConnection, OpenParts } from '../src/connectors/contract/kinds';
import { openByName, servedByName } from '../src/connectors/machine/by-name';
import type { ServicesByName } from '../src/connectors/machine/by-name';
import { createSystems } from '../src/connectors/systems';
import type { Catalog } from '../src/core/catalog';
import { silentLogger } from '../src/core/telemetry/logger';
import { systemClock } from '../src/core/time/clock';

interface OtherParts {
  readonly pipelines?: PipelineSource;
  readonly tracker?: TicketTracker;
  readonly runner?: TestRunner;
  readonly workload?: Workload;
}

/** The kinds of connections of an instance whose only system is this one: kind `local`, as the sandbox's catalog names it; and a connection of its own for each other part. */
export function connectorsWith(
  system: ServicesByName,
  kind = 'local',
  { pipelines, tracker, runner, workload }: OtherParts = {},
): ReadonlyMap<string, Connector> {
  const connection = z.unknown();
  const title = kind;
  const open = () => ({ ...openByName(system), ...(pipelines && { pipelines }) });
  const served = defineConnector({ kind, title, connection, bindings: servedByName, open });
  return new Map([
    [kind, served],
    ...(tracker ? [[ticketsKind, trackerOnly(tracker)] as const] : []),
    ...(runner ? [[testsKind, runnerOnly(runner)] as const] : []),
    ...(workload ? [[clusterKind, workloadOnly(workload)] as const] : []),
  ]);
}

const testsKind = 'junit';

const runnerOnly = (runner: TestRunner): Connector =>
  defineConnector({
    ...{ kind: testsKind, title: 'Tests', connection: z.unknown(), bindings: { tests: z.looseObject({}) } },
    open: () => ({ bind: { tests: () => runner }, tests: runner, check: async () => [], close: async () => undefined }),
  });

const clusterKind = 'kubernetes';

const workloadOnly = (workload: Workload): Connector =>
  defineConnector({
    ...{ kind: clusterKind, title: 'Kubernetes', connection: z.unknown(), bindings: { workload: z.looseObject({}) } },
    open: () => ({ bind: { workload: () => workload }, check: async () => [], close: async () => undefined }),
  });

const ticketsKind = 'sandbox-tickets';

const trackerOnly = (tracker: TicketTracker): Connector =>
  defineConnector({
    ...{ kind: ticketsKind, title: 'Tracker', connection: z.unknown(), bindings: { tickets: z.looseObject({}) } },
    open: () => ({ bind: { tickets: () => tracker }, check: async () => [], close: async () => undefined }),
  });

const parts: OpenParts = {
  ...{ name: 'local', clock: systemClock, logger: silentLogger, targets: () => [], secret: () => '' },
  machine: { dataDir: '', pace: 0, environment: {} },
};

/** The system as an open connection. */
export function openLocally(system: ServicesByName): OpenConnection {
  const opened = connectorsWith(system).get('local')?.open({}, parts);
  assert.ok(opened);
  return opened;
}

/** What other connections say is live, by the name of the connection. */
export type OtherSources = Map<string, (service: string, environment: string) => Promise<Running | undefined>>;

/** The systems of a world in which this one serves a service, whatever the catalog says; undefined: none does. `others` tell what is live, too. */
export function systemsOf(
  serving: (service: string) => ServicesByName | undefined,
  titleOf: (connection: string) => string = () => 'local',
  others: OtherSources = new Map(),
): Systems {
  const capabilities = ['source', 'running', 'pipelines', 'metrics', 'control'] as const;
  const binding = { connection: 'local', kind: 'local', values: {}, origins: new Map() };
  const bindings = new Map(capabilities.map((capability) => [capability, [binding]]));
  let last: ServicesByName | undefined;
  const connections = {
    get() {
      const system = last ?? serving('any');
      return system && openLocally(system);
    },
    all: () => new Map(),
    titleOf,
  };
  // A new catalog for every call, since tests change what is served at any moment.
  const catalog = () => ({}) as Catalog;
  const targets = {
    of(service: string) {
      last = serving(service);
      return last ? bindings : new Map();
    },
    environmentsOf: (service: string) => (serving(service) ? ['any'] : []),
    to: () => [],
  };
  const systems = createSystems({ catalog, targets, connections });
  return {
    ...systems,
    runningSources: (service, environment) => [
      ...systems.runningSources(service, environment),
      ...[...others].map(([connection, read]) => ({ connection, read: () => read(service, environment) })),
    ],
  };
}

const local = { connection: 'local' };

/** What a catalog says so that everything is served by one connection of kind `local`. */
export const localBindings = {
  connections: { local: { kind: 'local' } },
  bindings: { source: local, running: [local], pipelines: local, metrics: [local], control: local },
};

/** The same as lines of a catalog file. */
export const boundLocally: readonly string[] = Object.entries(localBindings).map(
  ([key, value]) => `${key}: ${JSON.stringify(value)}`,
);
