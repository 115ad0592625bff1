import { createHmac } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Db, Document, MongoClient, MongoClientOptions } from 'mongodb';
import { StartError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import { createReadableOf } from '../collections';
import type { Collection, CollectionSpec, Store } from '../contract';
import { openAuditLog } from './audit-log';
import { isDuplicateKey, storeError, withinLimit } from './calls';
import { openCollection } from './collection';
import type { MongoCollection } from './collection';

interface MongoStoreOptions {
  readonly url: string;
  readonly database: string;
  /** The same for all instances, so each can verify all chains. */
  readonly auditKey: Buffer;
  /** Where this instance anchors the head of its audit chain outside the store. */
  readonly auditAnchorFile: string;
  /** Names the audit chain of this instance; the same after restarts. */
  readonly instance: string;
  readonly logger: Logger;
  /** For use next to a running Gavel: starts, repairs and refuses nothing. */
  readonly onlyLooks?: boolean;
  /** The time limit of one call, with all its attempts; five seconds by default, because somebody may be waiting for an answer to a click. */
  readonly operationMs?: number;
  /** How long the start waits for MongoDB; half a minute by default. */
  readonly startMs?: number;
}

const usualOperationMs = 5_000;
const usualStartMs = 30_000;
const collectionName = /^[a-z][a-zA-Z0-9-]{0,60}$/;

/** The shared store: one MongoDB for several instances. Rejects with `StartError` if it can't be used. */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const { url, instance, logger, operationMs: limitMs = usualOperationMs, startMs = usualStartMs } = options;
  mkdirSync(dirname(options.auditAnchorFile), { recursive: true });
  const client = await connectMongo({ url, instance, operationMs: limitMs, startMs, logger });
  const database = safeDatabase(client, options.database, limitMs);
  const readableOf = createReadableOf(logger);
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
      const collection = openCollection(database, spec, limitMs, readableOf);
      collections.set(spec.name, collection as unknown as MongoCollection<unknown>);
      // Started now, so that a start creates the indexes; the first user of the collection gets a failure.
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

/** The key itself stays outside; its mark stops an instance with a different key before it writes a line that nobody can verify. */
async function refuseOtherKey(database: Db, key: Buffer): Promise<void> {
  const facts = database.collection<{ _id: string; mark: string }>('store-facts');
  const mine = { _id: 'audit-key', mark: createHmac('sha256', key).update('gavel audit key').digest('hex') };
  try {
    await facts.insertOne(mine);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const there = await facts.findOne({ _id: mine._id });
    if (there?.mark !== mine.mark)
      throw new StartError(
        'The audit log in this MongoDB was started with a different audit key. Give every instance the same GAVEL_AUDIT_KEY.',
      );
  }
}

type ConnectOptions = Pick<MongoStoreOptions, 'url' | 'instance' | 'logger'> & {
  readonly operationMs: number;
  readonly startMs: number;
};

const betweenTriesMs = 1_000;
const badLoginCodes: readonly unknown[] = [13, 18, 8000];

/**
 * Connects, and checks whether this MongoDB is safe enough. It waits for one that isn't there yet, and refuses an unsuitable one at once, in one
 * sentence.
 */
async function connectMongo(options: ConnectOptions): Promise<MongoClient> {
  // Loaded only here, so the embedded store doesn't pay for it.
  const { MongoClient } = await import('mongodb');
  const until = performance.now() + options.startMs;
  let isAnnounced = false;
  for (;;) {
    const client = made(() => new MongoClient(options.url, clientOptions(options)));
    try {
      await client.connect();
      refuseUnfit(await client.db('admin').command({ hello: 1 }));
      logTopology(client, options.logger);
      return client;
    } catch (error) {
      await client.close();
      if (error instanceof StartError) throw error;
      const refusal = refusalFor(error);
      if (refusal) throw new StartError(refusal, { cause: error });
      if (performance.now() + betweenTriesMs > until) throw new StartError(describeAbsent(options), { cause: error });
      if (!isAnnounced)
        options.logger.warn(
          { reason: (error as Error).name, waitsMs: options.startMs },
          'MongoDB can’t be reached yet',
        );
      isAnnounced = true;
      await new Promise((resolve) => setTimeout(resolve, betweenTriesMs));
    }
  }
}

/** Options in the address are overridden if they could lose data. */
function safeDatabase(client: MongoClient, name: string, operationMs: number): Db {
  return client.db(name, {
    readPreference: 'primary',
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: attemptMsOf(operationMs) },
  });
}

/** Leaves time for a second attempt within a call. */
function attemptMsOf(operationMs: number): number {
  return Math.ceil(operationMs * 0.4);
}

function clientOptions({ instance, operationMs }: ConnectOptions): MongoClientOptions {
  const attemptMs = attemptMsOf(operationMs);
  return {
    appName: `gavel ${instance}`.slice(0, 100),
    retryWrites: true,
    retryReads: true,
    readConcernLevel: 'majority',
    serverSelectionTimeoutMS: attemptMs,
    connectTimeoutMS: attemptMs,
    socketTimeoutMS: attemptMs,
    waitQueueTimeoutMS: attemptMs,
    heartbeatFrequencyMS: 2_000,
    minHeartbeatFrequencyMS: 100,
    maxPoolSize: 50,
    ignoreUndefined: true,
  };
}

/** Repeats nothing of the address, because it can contain a password. */
function made(make: () => MongoClient): MongoClient {
  try {
    return make();
  } catch (cause) {
    throw new StartError(
      'MONGODB_URI isn’t valid. It must look like mongodb://host:27017/?replicaSet=name or mongodb+srv://host, with the password percent-encoded.',
      { cause },
    );
  }
}

function refuseUnfit({ setName, msg }: Document): void {
  if (setName !== undefined || msg === 'isdbgrid') return;
  throw new StartError(
    'The MongoDB server at MONGODB_URI is standalone, so it can lose acknowledged writes. Make it a replica set (one member is enough), or connect to one.',
  );
}

/** What to say if waiting wouldn't help. */
function refusalFor(error: unknown): string | undefined {
  const { code, message } = error as Error & { code?: unknown };
  const reason = `${message} ${reasonsOf(error)}`;
  const isOld = /wire version/.test(reason) && /at least/.test(reason);
  if (isOld) return 'The MongoDB at MONGODB_URI is too old. Gavel needs 4.4 or newer.';
  if (/wire version/.test(reason))
    return 'The MongoDB at MONGODB_URI is newer than this version of Gavel supports. Update Gavel.';
  if (badLoginCodes.includes(code) || /Authentication failed/i.test(reason))
    return 'MongoDB rejected the user name or password in MONGODB_URI. Correct MONGODB_URI.';
  return undefined;
}

/** What each server of a failed search reported. */
function reasonsOf(error: unknown): string {
  const { reason } = error as { reason?: { servers?: ReadonlyMap<string, { error?: Error | null }> } };
  return [...(reason?.servers?.values() ?? [])].map((server) => server.error?.message ?? '').join(' ');
}

function describeAbsent({ startMs }: ConnectOptions): string {
  return `The MongoDB at MONGODB_URI didn’t respond for ${Math.round(startMs / 1000)} seconds. Check that it’s running and that this machine can reach it.`;
}

/** One line when the store is lost and one when it is back, not one for each attempt. */
function logTopology(client: MongoClient, logger: Logger): void {
  let isThere = true;
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const servers = [...newDescription.servers.values()];
    const isNowThere = servers.some(({ type }) => type === 'RSPrimary' || type === 'Mongos');
    if (isNowThere === isThere) return;
    isThere = isNowThere;
    if (isThere) logger.info({}, 'MongoDB is back');
    else logger.warn({ error: servers.find(({ error }) => error)?.error }, 'MongoDB is lost');
  });
}
