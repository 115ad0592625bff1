import { join } from 'node:path';
import type { CatalogService } from '../../core/catalog';
import { ConnectorError } from '../../core/errors';
import type { MachineOptions } from '../machine/options';
import type { ServicePlaces } from '../machine/places';

export const connectorName = 'host';

/** The options with the places they lead to. */
export type HostParts = MachineOptions & { readonly places: ServicePlaces };

type HostService = NonNullable<CatalogService['host']>;

/** What the catalog says of a service of this server. */
export function hostService(places: ServicePlaces, service: string): HostService {
  const { host } = places.service(service);
  if (host) return host;
  throw new ConnectorError(connectorName, 'not found', `the catalog does not say where ${service} lies`);
}

interface HostFolders {
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
