import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { createLedgerConnector } from './runs/ledger-connector';
import { connectorsWith } from '../systems';

// One instance of Gavel in a separate process: the whole app without playground and sandbox, with runs in a run ledger and no token check.

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const ledger = createLedgerConnector(process.env['PROOF_LEDGER'] ?? '');
  const app = await createApp(
    { ...result.config, mode: 'teams' },
    { childEnvironment: {}, connectors: connectorsWith(ledger) },
  );
  await app.start();
  console.log('ready');
  const stop = (): void => void app.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Its parent is gone: no process may remain.
  process.on('disconnect', () => process.exit(1));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
