import { lookUp } from '../../core/keys';
import { askAddress } from '../machine/samples';
import type { AddressAnswer } from '../machine/samples';
import { createMetrics } from '../machine/metrics';
import type { MachineMetrics } from '../machine/metrics';
import type { ServicePlaces } from '../machine/places';
import { readCounters } from '../machine/prometheus';
import { readRecord } from '../machine/records';
import type { LocalOptions } from './options';
import { serviceFolders, Ports } from './records';

const answerLimitMs = 2000;

/** The services of the sandbox by their own health and number pages. */
export function createLocalMetrics(options: LocalOptions & { readonly places: ServicePlaces }): MachineMetrics {
  const { portsFile, metricsFile } = serviceFolders(options.dataDir);
  const portOf = (service: string, environment: string): number | undefined =>
    lookUp(readRecord(portsFile, Ports), `${service}.${environment}`);

  async function ask(service: string, environment: string, path: string): Promise<AddressAnswer | undefined> {
    const port = portOf(service, environment);
    return port === undefined ? undefined : askAddress(`http://127.0.0.1:${port}${path}`, answerLimitMs);
  }

  return createMetrics({
    ...options,
    file: metricsFile,
    askHealth: (service, environment) => ask(service, environment, '/healthz'),
    async count(service, environment) {
      const page = await ask(service, environment, '/metrics');
      return page?.code === 200 ? readCounters(page.text) : undefined;
    },
    // Before the first start there is nothing to look at.
    isThere: (service, environment) => portOf(service, environment) !== undefined,
  });
}
