import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostConnector } from '../../../src/connectors/host';
import type { ContractSuite } from '../contract';
import { answer, FaultyServer } from '../http/faulty-server';

/** It runs programs of this machine, and asks only its own network how services are. */
export const hostSuite: ContractSuite = {
  connector: hostConnector,
  templates: {
    provenBy: {
      'test/connectors/host/bindings.test.ts': /\.(?:health|releases)$/,
      'test/connectors/host/launch.test.ts': /^pipelines\.(?:deploy|steps)/,
    },
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
