import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Connector } from '../contract';
import { createEnvironmentSource } from './environments';
import { createServicePlaces } from '../machine/places';
import { createLocalMetrics } from './metrics';
import { connectorName } from './options';
import type { LocalOptions } from './options';
import { createLocalPipelines } from './pipelines';
import { serviceFolders } from './records';
import { createServiceControl } from './service-control';
import { createSourceControl } from './source-control';

export { startFleet } from './fleet';
export type { Fleet } from './fleet';
export type { LocalOptions } from './options';

/** Runs pipelines and services as processes of this machine: the connector of the sandbox. */
export function createLocalConnector(given: LocalOptions): Connector {
  const options = {
    ...given,
    dataDir: resolve(given.dataDir),
    places: createServicePlaces(connectorName, given.catalog),
  };
  const sourceControl = createSourceControl(options);
  const pipelines = createLocalPipelines(options, sourceControl);
  const metrics = createLocalMetrics(options);
  const { repository, portsFile } = serviceFolders(options.dataDir);
  return {
    name: connectorName,
    sourceControl,
    environments: createEnvironmentSource(options),
    pipelines,
    metrics,
    services: createServiceControl(options),
    async check() {
      const made = existsSync(join(repository, 'HEAD')) && existsSync(portsFile);
      return made
        ? undefined
        : `There is no sandbox in ${options.dataDir} yet; this connector runs the sandbox of local mode only. Give the services of the catalog another one, such as host for this very server.`;
    },
    async close() {
      await Promise.all([pipelines.close(), metrics.close()]);
    },
  };
}
