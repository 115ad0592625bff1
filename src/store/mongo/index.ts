import { createHmac } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Db } from 'mongodb';
import { StartError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Collection, CollectionSpec, Store } from '../contract';
import { createDamage } from '../collections';
import { openAuditLog } from './audit/log';
import { openCollection } from './collection';
import type { MongoCollection } from './collection';
import { connectMongo, safeDatabase } from './connect';
import { storeError, isDuplicateKey } from './failures';
import { withinLimit } from './limit';

interface MongoStoreOptions {
  readonly url: string;
  readonly database: string;
  /** The same for all instances: each can verify the chains of all. */
  readonly auditKey: Buffer;
  /** Where this instance anchors the head of its audit chain outside the store. */
  readonly auditAnchorFile: string;
  /** Names the audit chain of this instance; the same over restarts. */
  readonly instance: string;
  readonly logger: Logger;
  /** Beside a running Gavel: nothing is begun, mended or refused. */
  readonly onlyLooks?: boolean;
  /** One call on the store, all its attempts together; five seconds unless told: somebody may be waiting for an answer to a click. */
  readonly operationMs?: number;
  /** How long the start waits for MongoDB; half a minute unless told. */
  readonly startMs?: number;
}

interface KeyFact {
  readonly _id: string;
  readonly mark: string;
}

const usualOperationMs = 5_000;
const usualStartMs = 30_000;
const collectionName = /^[a-z][a-zA-Z0-9-]{0,60}$/;

/** The shared store: one MongoDB for several instances. Rejects with `StartError` when it can't be used. */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const { url, instance, logger, operationMs: limitMs = usualOperationMs, startMs = usualStartMs } = options;
  mkdirSync(dirname(options.auditAnchorFile), { recursive: true });
  const client = await connectMongo({ url, instance, operationMs: limitMs, startMs, logger });
  const database = safeDatabase(client, options.database, limitMs);
  const damage = createDamage(logger);
  const collections = new Map<string, MongoCollection<unknown>>();
  const audit = openAuditLog({
    database,
    key: options.auditKey,
    instance,
    limitMs,
    anchorFile: options.auditAnchorFile,
    logger,
    onlyLooks: options.onlyLooks,
  });
  try {
    await audit.prepared();
    await refuseOtherKey(database, options.auditKey);
    await audit.start();
  } catch (error) {
    await client.close();
    throw error instanceof StartError ? error : storeError(error);
  }
  return {
    collection<T>(spec: CollectionSpec<T>): Collection<T> {
      if (!collectionName.test(spec.name)) throw new Error(`No name for a collection: ${spec.name}`);
      for (const name of [...Object.keys(spec.indexes), ...Object.keys(spec.unique ?? {})])
        if (!collectionName.test(name)) throw new Error(`No name for an index: ${name}`);
      const collection = openCollection(database, spec, limitMs, damage);
      collections.set(spec.name, collection as unknown as MongoCollection<unknown>);
      // Begun now, so that a start makes the indexes; a failure is told to the first who uses the collection.
      collection.prepared().catch(() => undefined);
      return collection;
    },
    audit,
    check: () =>
      withinLimit(limitMs, async () => {
        const checks = database.collection<{ _id: string; at: number }>('store-check');
        await checks.updateOne({ _id: instance }, { $set: { at: Date.now() } }, { upsert: true });
        await checks.findOne({ _id: instance });
      }),
    async removeExpired(now, longerMs) {
      let removed = 0;
      for (const [name, collection] of collections)
        removed += await collection.removeExpired(now - (longerMs?.get(name) ?? 0));
      return removed;
    },
    async sizes() {
      return Promise.all([...collections.values()].map((collection) => collection.size()));
    },
    close: () => client.close(),
  };
}

/** The key itself stays outside; its mark tells an instance that was given another one before it writes a line nobody can verify. */
async function refuseOtherKey(database: Db, key: Buffer): Promise<void> {
  const facts = database.collection<KeyFact>('store-facts');
  const mine: KeyFact = { _id: 'audit-key', mark: createHmac('sha256', key).update('gavel audit key').digest('hex') };
  try {
    await facts.insertOne(mine);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const there = await facts.findOne({ _id: mine._id });
    if (there?.mark !== mine.mark)
      throw new StartError(
        'The audit key is not the one with which the audit log in this MongoDB was begun: give every instance the same GAVEL_AUDIT_KEY.',
      );
  }
}
