import { createApp } from '../../../src/app';
import { readConfig } from '../../../src/config';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { createLedgerConnector } from '../runs/ledger-connector';
import { connectorsWith } from '../../systems';

// An instance whose outside system names no release while a message tells it to be slow.

/** What to send to make its outside system slow, and fast again. */
export interface Slowness {
  readonly isSlow: boolean;
}

let quick = Promise.resolve();
let makeQuick = (): void => undefined;

function setSlowness({ isSlow }: Slowness): void {
  makeQuick();
  if (isSlow) quick = new Promise((resolve) => (makeQuick = resolve));
}

function slowed(connector: ServicesByName): ServicesByName {
  const { sourceControl } = connector;
  if (!sourceControl) return connector;
  return {
    ...connector,
    sourceControl: {
      ...sourceControl,
      async release(service, version) {
        await quick;
        return sourceControl.release(service, version);
      },
    },
  };
}

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const ledger = slowed(createLedgerConnector(process.env['PROOF_LEDGER'] ?? ''));
  const app = await createApp(
    { ...result.config, mode: 'teams' },
    { childEnvironment: {}, connectors: connectorsWith(ledger) },
  );
  await app.start();
  process.on('message', (slowness: Slowness) => {
    setSlowness(slowness);
    process.send?.('slow');
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
