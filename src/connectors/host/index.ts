import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Connector } from '../contract';
import { askAddress } from '../machine/samples';
import type { MachineOptions } from '../machine/options';
import { createServicePlaces } from '../machine/places';
import { createHostEnvironments, createHostMetrics, servingIn } from './health';
import { connectorName, hostService } from './options';
import { createHostPipelines } from './pipelines';
import { createReleases } from './releases';

const checkLimitMs = 3000;

/** Services that run on this very server, Gavel itself among them: a folder for each release, a command that deploys one. */
export function createHostConnector(given: MachineOptions): Connector {
  const options = {
    ...given,
    dataDir: resolve(given.dataDir),
    places: createServicePlaces(connectorName, given.catalog),
  };
  const { places } = options;
  const sourceControl = createReleases(options);
  const pipelines = createHostPipelines(options, sourceControl);
  const metrics = createHostMetrics(options);

  async function problemOf(service: string): Promise<string[]> {
    const { releases, health } = hostService(places, service);
    if (!existsSync(releases)) return [`There is no folder ${releases} for the releases of ${service}.`];
    const answer = await askAddress(health, checkLimitMs);
    if (!answer) return [`${service} does not answer at ${health}.`];
    return servingIn(answer) ? [] : [`${health} does not say which version, which commit and since when.`];
  }

  return {
    name: connectorName,
    sourceControl,
    environments: createHostEnvironments(options),
    pipelines,
    metrics,
    async check() {
      const problems = await Promise.all(places.all().map(({ service }) => problemOf(service)));
      return problems.flat()[0];
    },
    async close() {
      await Promise.all([pipelines.close(), metrics.close()]);
    },
  };
}
