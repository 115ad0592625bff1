import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { silentLogger } from '../../src/core/telemetry/logger';
import type { Store } from '../../src/store/contract';
import { openMongoStore } from '../../src/store/mongo';
import { patienceMs } from '../patience';
import { startWireDouble } from './wire-double';

/** A separate database on a real MongoDB if `MONGODB_TEST_URL` names one, otherwise on the double; removed at the end of a test. */
export interface SharedDatabase {
  readonly url: string;
  readonly name: string;
  readonly folder: string;
  /** Its content, without the store. */
  readonly raw: Db;
  /** Another store on it, as another instance would open it. */
  open(instance?: string): Promise<Store>;
  remove(): Promise<void>;
}

/** The key that all instances of the tests share. */
export const testAuditKey = Buffer.alloc(32, 7);
export const realUrl = process.env['MONGODB_TEST_URL'];
export const placeName = realUrl ? 'MongoDB (a real server)' : 'MongoDB (the double)';

export async function sharedDatabase(url?: string): Promise<SharedDatabase> {
  const double = url || realUrl ? undefined : await startWireDouble();
  const place = url ?? realUrl ?? double?.url ?? '';
  const name = `gavel-test-${randomBytes(6).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'gavel-mongo-'));
  const client = await new MongoClient(place).connect();
  const opened: Store[] = [];
  return {
    url: place,
    name,
    folder,
    raw: client.db(name),
    async open(instance = 'one') {
      const store = await openTestStore(place, name, folder, instance);
      opened.push(store);
      return store;
    },
    async remove() {
      for (const store of opened) await store.close();
      await client.db(name).dropDatabase();
      await client.close();
      await double?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function openTestStore(url: string, database: string, folder: string, instance: string): Promise<Store> {
  return openMongoStore({
    url,
    database,
    auditKey: testAuditKey,
    auditAnchorFile: join(folder, `${instance}.anchor.ndjson`),
    instance,
    logger: silentLogger,
    // The contract is about what happens, not how fast: a busy machine can take its time.
    operationMs: patienceMs,
  });
}
