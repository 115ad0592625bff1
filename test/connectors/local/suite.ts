import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { localConnector } from '../../../src/connectors/local';
import { serviceFolders } from '../../../src/connectors/local/records';
import type { ContractSuite } from '../contract';
import { answer, FaultyServer } from '../http/faulty-server';

/** The sandbox: processes and a repository on this machine. */
export const localSuite: ContractSuite = {
  connector: localConnector,
  templates: {},
  provenBy: [
    'test/connectors/local/pipelines.test.ts',
    'test/connectors/local/services.test.ts',
    'test/connectors/local/approvals.test.ts',
    'test/connectors/local/tests.test.ts',
  ],
  async repeat(words) {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-local-'));
    const service = await FaultyServer.start(({ response }) => answer(response, 503, { status: words, error: words }));
    const { portsFile } = serviceFolders(folder);
    mkdirSync(dirname(portsFile), { recursive: true });
    writeFileSync(portsFile, JSON.stringify({ 'shop.production': Number(new URL(service.url).port) }));
    return {
      settings: {},
      machine: { dataDir: folder, environment: { TOKEN: words } },
      bindings: { source: {}, running: {}, pipelines: {}, metrics: {}, control: {} },
      async close() {
        await service.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
  calls: {
    probe: async (bound) => bound('metrics').probe?.(),
    figures: (bound) => bound('metrics').figures(60_000),
    releases: (bound) => bound('source').releases(),
    restart: async (bound) => bound('control').restart?.('key'),
  },
};
