import { join } from 'node:path';
import type { Catalog, CatalogService } from '../../core/catalog';
import type { Clock } from '../../core/clock';
import { ConnectorError } from '../../core/errors';
import type { Logger } from '../../core/logger';
import type { Places } from '../machine/places';
import type { DeclaredEnvironment } from '../machine/processes';

export const connectorName = 'host';

export interface HostOptions {
  /** What the connector and its runs leave behind lies in `host` below it. */
  readonly dataDir: string;
  readonly catalog: () => Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sampleIntervalMs?: number;
  /** All that the deploy command sees of the environment, for example PATH. */
  readonly environment?: DeclaredEnvironment;
}

/** The options with the places they lead to. */
export type HostParts = HostOptions & { readonly places: Places };

export type HostService = NonNullable<CatalogService['host']>;

/** What the catalog says of a service of this server. */
export function hostService(places: Places, service: string): HostService {
  const { host } = places.service(service);
  if (host) return host;
  throw new ConnectorError(connectorName, 'not found', `the catalog does not say where ${service} lies`);
}

export interface HostFolders {
  readonly runs: string;
  readonly metricsFile: string;
  /** Holds the ids of runs that something outside Gavel is to start. */
  waiting(service: string): string;
  /** What was last seen to serve. */
  lastSeen(service: string): string;
}

export function foldersOf(dataDir: string): HostFolders {
  const home = join(dataDir, 'host');
  return {
    runs: join(home, 'runs'),
    metricsFile: join(home, 'metrics.ndjson'),
    waiting: (service) => join(home, 'waiting', service),
    lastSeen: (service) => join(home, `${service}.json`),
  };
}
