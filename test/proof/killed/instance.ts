import { createApp } from '../../../src/app';
import { readConfig } from '../../../src/config';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { createLedgerConnector } from '../runs/ledger-connector';
import { countWrites } from './counting-store';
import { createFuse } from './fuse';
import type { Fuse, KillPoint } from './fuse';
import { openLateStore } from './late-store';
import { openStoreOf } from './store-files';
import { connectorsWith } from '../../systems';

// An instance that kills itself at the step in its message, with SIGKILL: no handler runs, nothing is flushed.

const fuse = createFuse(() => process.kill(process.pid, 'SIGKILL'));

/** Around the start of a run; `forgetsKeys`: a connector that never finds a run by its key again. */
function watched(connector: ServicesByName, starts: Fuse, forgetsKeys: boolean): ServicesByName {
  const { pipelines } = connector;
  if (!pipelines) return connector;
  return {
    ...connector,
    pipelines: {
      ...pipelines,
      async startRun(request) {
        const done = starts.step('start');
        const run = await pipelines.startRun(request);
        done();
        return run;
      },
      findRun: async (key) => (forgetsKeys ? { found: 'none' } : pipelines.findRun(key)),
    },
  };
}

async function main(): Promise<void> {
  const { env } = process;
  const result = readConfig(env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const { config } = result;
  const ledger = watched(createLedgerConnector(env['PROOF_LEDGER'] ?? ''), fuse, env['PROOF_FORGETS_KEYS'] === 'yes');
  const lateMs = Number(env['PROOF_WRITES_LATE_MS'] ?? 0);
  const store = lateMs > 0 ? openLateStore(config.dataDir, lateMs) : openStoreOf(config.dataDir);
  const app = await createApp(
    { ...config, mode: 'teams' },
    { childEnvironment: {}, store: countWrites(store, fuse), connectors: connectorsWith(ledger) },
  );
  await app.start();
  process.on('message', (point: KillPoint) => {
    fuse.arm(point);
    process.send?.('armed');
  });
  console.log('ready');
  process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
  // Its parent is gone: no process may remain.
  process.on('disconnect', () => process.exit(1));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
