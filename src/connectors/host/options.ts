import { join } from 'node:path';
import type { CatalogService } from '../../core/catalog';
import { ConnectorError } from '../../core/errors';
import type { MachineOptions, Placed, ServicePlaces } from '../machine/places';

export const connectorName = 'host';

/** The options with the places they lead to. */
export type HostParts = Placed<MachineOptions>;

/** What the catalog says of a service of this server. */
export function hostService(places: ServicePlaces, service: string): NonNullable<CatalogService['host']> {
  const { host } = places.service(service);
  if (host) return host;
  throw new ConnectorError(connectorName, 'not found', `the catalog does not say where ${service} lies`);
}

export function foldersOf(dataDir: string) {
  const home = join(dataDir, 'host');
  return {
    runs: join(home, 'runs'),
    metricsFile: join(home, 'metrics.ndjson'),
    /** Holds the ids of runs that something outside Gavel is to start. */
    waiting: (service: string): string => join(home, 'waiting', service),
    /** What was last seen to serve. */
    lastSeen: (service: string): string => join(home, `${service}.json`),
  };
}
