import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { createLedgerConnector } from './runs/ledger-connector';

// One instance of Gavel as a process of its own: the whole app but for playground and sandbox, runs by a run ledger, no token check.

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const ledger = createLedgerConnector(process.env['PROOF_LEDGER'] ?? '');
  const app = await createApp(
    { ...result.config, mode: 'teams' },
    { childEnvironment: {}, connectors: new Map([['ledger', ledger]]) },
  );
  await app.start();
  console.log('ready');
  const stop = (): void => void app.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Whoever started it is gone: nothing may stay behind.
  process.on('disconnect', () => process.exit(1));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
