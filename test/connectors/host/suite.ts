import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostConnector } from '../../../src/connectors/host';
import { createHostServices, hostBindings } from '../../../src/connectors/host/bindings';
import type { HostServices } from '../../../src/connectors/host/bindings';
import { readTemplates } from '../../../src/core/catalog/templates';
import type { ContractSuite } from '../contract';
import { sought } from '../run-requests';
import { inOneName } from '../templates';
import type { TemplateTarget } from '../templates';
import { answer, FaultyServer } from '../http/faulty-server';

/** What the catalog says of a service, filled for it. */
function servicesOf(place: TemplateTarget): HostServices {
  const binding = hostBindings.pipelines.parse(
    readTemplates({
      ...{ releases: '/srv/{service}/releases', health: 'http://127.0.0.1:3980/{service}/readyz' },
      deploy: ['/bin/deploy', '--service={service}', '{service}'],
    }).value,
  );
  return createHostServices(() => [{ ...place, binding }]);
}

/** It runs programs of this machine, and asks only its own network how services are. */
export const hostSuite: ContractSuite = {
  connector: hostConnector,
  templates: {
    // The words that begin a step are looked for in the output.
    staysHere: /\.steps\.\*$/,
    filled: [
      { fields: /\.deploy\.\*$/, arrivedOf: (place) => servicesOf(place).deployOf({ ...sought('k'), ...place }) ?? [] },
      {
        fields: /\.releases$/,
        arrivedOf: (place) => [servicesOf(place).releasesOf(place.service)],
        becomes: inOneName,
      },
      {
        fields: /\.health$/,
        arrivedOf: (place) => new URL(servicesOf(place).healthOf(place.service)).pathname.split('/'),
        becomes: encodeURIComponent,
      },
    ],
  },
  provenBy: ['test/connectors/host/host.test.ts', 'test/connectors/host/launch.test.ts'],
  async repeat(words) {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-host-'));
    const service = await FaultyServer.start(({ response }) => answer(response, 503, { status: words, error: words }));
    // A secret in its address would be one of the catalog.
    const health = `${service.url}/?${new URLSearchParams({ words }).toString()}`;
    const releases = join(folder, 'releases');
    return {
      settings: {},
      machine: { dataDir: folder },
      bindings: { metrics: { health }, running: { health }, source: { releases }, pipelines: { releases, health } },
      async close() {
        await service.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
  calls: {
    probe: async (bound) => bound('metrics').probe?.(),
    running: (bound) => bound('running').read(),
    releases: (bound) => bound('source').releases(),
  },
};
