import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInstance, writeProofCatalog } from '../harness';
import type { Instance } from '../harness';
import { startOpenConnector } from '../open-connector';
import type { OpenConnector, OpenConnectorOptions } from '../open-connector';
import { startRunLedger } from '../run-ledger';
import type { RunLedger, RunLedgerOptions } from '../run-ledger';

/** One installation of Gavel with many people who may decide, on one or several instances over one store. */
export interface Crowd {
  readonly folder: string;
  readonly ledger: RunLedger;
  readonly connector: OpenConnector;
  readonly instances: readonly Instance[];
  /** Ends this instance and starts another one on its port and folder. */
  restart(index: number, signal?: NodeJS.Signals): Promise<void>;
  /** Ends every instance in peace, so that all that was begun is finished. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface CrowdOptions {
  readonly people: number;
  readonly services: number;
  readonly instances?: number;
  readonly ledger?: RunLedgerOptions;
  readonly connector?: OpenConnectorOptions;
  readonly environment?: Readonly<Record<string, string>>;
  /** Another main file than `instance.ts`. */
  readonly main?: string;
}

/** Starts it. All instances share one folder and so one SQLite file, unless the environment names a MongoDB. */
export async function startCrowd(options: CrowdOptions): Promise<Crowd> {
  const { people, services, instances: count = 1, environment, main } = options;
  const folder = mkdtempSync(join(tmpdir(), 'gavel-at-once-'));
  writeProofCatalog(folder, services, people);
  const ledger = await startRunLedger(options.ledger);
  const connector = await startOpenConnector(options.connector);
  const instances: Instance[] = [];
  const start = (port: number): Promise<Instance> =>
    startInstance({ port, folder, ledgerUrl: ledger.url, environment, main });
  async function end(signal: NodeJS.Signals): Promise<void> {
    await Promise.all(instances.map((instance) => instance.stop(signal)));
  }
  const crowd: Crowd = {
    folder,
    ledger,
    connector,
    instances,
    async restart(index, signal = 'SIGTERM') {
      const old = instances[index];
      if (!old) throw new Error(`There is no instance ${index}`);
      await old.stop(signal);
      instances[index] = await start(old.port);
    },
    stop: () => end('SIGTERM'),
    async close() {
      await end('SIGKILL');
      await connector.close();
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    for (let index = 0; index < count; index++) instances.push(await start(await freePort()));
  } catch (error) {
    await crowd.close();
    throw error;
  }
  return crowd;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
