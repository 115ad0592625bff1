import { resolve } from 'node:path';
import type { Catalog, CatalogService } from '../../core/catalog';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import { createAddressProbe } from './probes';
import type { AskAddress } from './probes';
import type { DeclaredEnvironment } from './processes';

/** What starting processes of this machine needs. */
export interface ProcessOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The environment variables that child processes get, for example PATH. */
  readonly environment?: DeclaredEnvironment;
}

/** The options of every connector of this machine. */
export interface MachineOptions extends ProcessOptions {
  /** Everything that the connector and its runs write is below this folder. */
  readonly dataDir: string;
  readonly catalog: () => Catalog;
  readonly sampleIntervalMs?: number;
}

/** The options with the places they lead to, and the way to ask what runs there. */
export type Placed<Options extends MachineOptions> = Options & {
  readonly places: ServicePlaces;
  readonly ask: AskAddress;
};

/** Adds the places that the connector of this name serves and the way to ask them, and names the data folder from the root. */
export function withPlaces<Options extends MachineOptions>(connectorName: string, options: Options): Placed<Options> {
  const places = createServicePlaces(connectorName, options.catalog);
  const ask = createAddressProbe(connectorName, options.clock, options.logger);
  return { ...options, dataDir: resolve(options.dataDir), places, ask };
}

/** Names become parts of files and folders, `<service>.<environment>`: without dots, two of them never collide. */
const nameForm = /^[a-z][a-z0-9_-]{0,39}$/;
const versionForm = /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[a-z0-9.]{1,20})?$/i;
const commitForm = /^[0-9a-f]{40}$/;

export type ServicePlaces = ReturnType<typeof createServicePlaces>;

/** The services and environments of the catalog that one connector serves. */
export function createServicePlaces(connectorName: string, catalog: () => Catalog) {
  /** Refuses a service that isn't in the catalog. */
  function requireService(service: string): CatalogService {
    const { services } = catalog();
    const found = nameForm.test(service) ? lookUp(services, service) : undefined;
    if (found?.connector === connectorName) return found;
    throw new ConnectorError(connectorName, 'not found', `no service ${JSON.stringify(service)}`);
  }

  return {
    connectorName,
    all: () =>
      Object.entries(catalog().services)
        .filter(([, each]) => each.connector === connectorName)
        .flatMap(([service, each]) => each.environments.map((environment) => ({ service, environment }))),
    service: requireService,
    /** Refuses a service or environment that isn't in the catalog. */
    check(service: string, environment: string): CatalogService {
      const found = requireService(service);
      if (nameForm.test(environment) && found.environments.includes(environment)) return found;
      throw new ConnectorError(connectorName, 'not found', `${service} has no ${JSON.stringify(environment)}`);
    },
  };
}

export const isVersion = (text: string): boolean => versionForm.test(text);
export const isCommit = (text: string): boolean => commitForm.test(text);
