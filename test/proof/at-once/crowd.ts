import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../../src/store/contract';
import { freePort } from '../../free-ports';
import { realUrl, sharedDatabase, testAuditKey } from '../../store/shared-database';
import type { SharedDatabase } from '../../store/shared-database';
import { startWireDoubleProcess } from '../../store/wire-double/process';
import { startInstance, writeProofCatalog } from '../harness';
import type { Instance } from '../harness';
import { lookInto } from '../killed/store-files';
import { startRunLedger } from '../runs/run-ledger';
import type { RunLedger, RunLedgerOptions } from '../runs/run-ledger';
import { startOpenConnector } from '../teams/open-connector';
import type { OpenConnector, OpenConnectorOptions } from '../teams/open-connector';

/** One installation of Gavel with many approvers, on one or several instances over one store. */
export interface Crowd {
  readonly folder: string;
  readonly ledger: RunLedger;
  readonly connector: OpenConnector;
  readonly instances: readonly Instance[];
  /** Stops this instance and starts another one on its port and folder. */
  restart(index: number, signal?: NodeJS.Signals): Promise<void>;
  /** Reads from the store. */
  look<T>(look: (store: Store) => Promise<T>): Promise<T>;
  /** Stops every instance normally, so that everything in progress is finished. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface CrowdOptions {
  readonly people: number;
  readonly services: number;
  readonly instances?: number;
  readonly ledger?: RunLedgerOptions;
  readonly connector?: OpenConnectorOptions;
  /** One SQLite file by default; `mongo` is the server in `MONGODB_TEST_URL`, or else the tests' double in a separate process. */
  readonly store?: 'sqlite' | 'mongo';
  /** Another main file than `instance.ts`. */
  readonly main?: string;
  /** More environment variables for its instances. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts it. All instances share one folder, and therefore one SQLite file. */
export async function startCrowd(options: CrowdOptions): Promise<Crowd> {
  const { people, services, instances: count = 1, main } = options;
  const folder = mkdtempSync(join(tmpdir(), 'gavel-at-once-'));
  writeProofCatalog(folder, services, people);
  const ledger = await startRunLedger(options.ledger);
  const connector = await startOpenConnector(options.connector);
  const mongo = options.store === 'mongo' ? await openMongo() : undefined;
  const instances: Instance[] = [];
  const start = (port: number, index: number): Promise<Instance> =>
    startInstance({
      port,
      folder,
      ledgerUrl: ledger.url,
      environment: { ...options.environment, ...mongo?.environment(index) },
      main,
    });
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
      instances[index] = await start(old.port, index);
    },
    look: async (look) => (mongo ? look(await mongo.database.open('looker')) : lookInto(folder, look)),
    stop: () => end('SIGTERM'),
    async close() {
      await end('SIGKILL');
      await connector.close();
      await ledger.close();
      await mongo?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    for (let index = 0; index < count; index++) instances.push(await start(await freePort(), index));
  } catch (error) {
    await crowd.close();
    throw error;
  }
  return crowd;
}

interface Mongo {
  readonly database: SharedDatabase;
  environment(index: number): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

async function openMongo(): Promise<Mongo> {
  const double = realUrl ? undefined : await startWireDoubleProcess();
  const database = await sharedDatabase(double?.url);
  return {
    database,
    environment: (index) => ({
      MONGODB_URI: database.url,
      MONGODB_DATABASE: database.name,
      GAVEL_AUDIT_KEY: testAuditKey.toString('hex'),
      GAVEL_INSTANCE: `instance-${index + 1}`,
    }),
    async close() {
      await database.remove();
      await double?.kill();
    },
  };
}
