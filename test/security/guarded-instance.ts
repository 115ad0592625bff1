import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import { createLedgerConnector } from '../proof/runs/ledger-connector';
import { connectorsWith } from '../systems';

// Gavel in a separate process with a registration and its real token check. On SIGUSR2 it reports its memory, on SIGHUP its processor time.

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const app = await createApp(result.config, {
    childEnvironment: {},
    connectors: connectorsWith(createLedgerConnector(process.env['PROOF_LEDGER'] ?? '')),
    teams: {
      openIdUrl: process.env['PROOF_OPENID'],
      loginUrl: process.env['PROOF_LOGIN'],
      trustsThisMachine: true,
    },
  });
  await app.start();
  console.log('ready');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  process.on('SIGUSR2', () => {
    collect();
    collect();
    console.log(`heap ${process.memoryUsage().heapUsed}`);
  });
  process.on('SIGHUP', () => {
    const { user, system } = process.cpuUsage();
    console.log(`worked ${user + system}`);
  });
  process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
  // Its parent is gone: no process may remain.
  process.on('disconnect', () => process.exit(1));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
