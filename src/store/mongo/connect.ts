import type { Db, Document, MongoClient, MongoClientOptions } from 'mongodb';
import { StartError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';

interface ConnectOptions {
  readonly url: string;
  readonly instance: string;
  readonly operationMs: number;
  readonly startMs: number;
  readonly logger: Logger;
}

const betweenTriesMs = 1_000;
const badLoginCodes: readonly unknown[] = [13, 18, 8000];

/**
 * Connects, and looks whether this MongoDB can hold what must not be lost. One that is not there yet is waited for; one that will never do is
 * refused at once, in one sentence.
 */
export async function connectMongo(options: ConnectOptions): Promise<MongoClient> {
  // Loaded here only: who keeps the embedded store pays nothing for it.
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
        options.logger.warn({ reason: nameOf(error), waitsMs: options.startMs }, 'MongoDB is not there yet');
      isAnnounced = true;
      await new Promise((resolve) => setTimeout(resolve, betweenTriesMs));
    }
  }
}

/** What the address asks for is put aside where losing something would be the price. */
export function safeDatabase(client: MongoClient, name: string, operationMs: number): Db {
  return client.db(name, {
    readPreference: 'primary',
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: attemptMsOf(operationMs) },
  });
}

/** A call has time for a second attempt. */
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

/** Nothing of the address is repeated: there may be a password in it. */
function made(make: () => MongoClient): MongoClient {
  try {
    return make();
  } catch (cause) {
    throw new StartError(
      'MONGODB_URI is not understood: it must look like mongodb://host:27017/?replicaSet=name or mongodb+srv://host, with the password percent-encoded.',
      { cause },
    );
  }
}

function refuseUnfit({ setName, msg }: Document): void {
  if (setName !== undefined || msg === 'isdbgrid') return;
  throw new StartError(
    'The MongoDB at MONGODB_URI is a single server, which may lose what it has confirmed: make it a replica set (one member is enough) or name one.',
  );
}

/** Waiting would not help: what to say instead. */
function refusalFor(error: unknown): string | undefined {
  const { code, message } = error as Error & { code?: unknown };
  const reason = `${message} ${reasonsOf(error)}`;
  const isOld = /wire version/.test(reason) && /at least/.test(reason);
  if (isOld) return 'The MongoDB at MONGODB_URI is too old: Gavel needs 4.4 or newer.';
  if (/wire version/.test(reason))
    return 'The MongoDB at MONGODB_URI is newer than this Gavel understands: update Gavel.';
  if (badLoginCodes.includes(code) || /Authentication failed/i.test(reason))
    return 'The MongoDB at MONGODB_URI does not accept its user name and password.';
  return undefined;
}

/** What each server of a failed search said for itself. */
function reasonsOf(error: unknown): string {
  const { reason } = error as { reason?: { servers?: ReadonlyMap<string, { error?: Error | null }> } };
  return [...(reason?.servers?.values() ?? [])].map((server) => server.error?.message ?? '').join(' ');
}

/** In a word: the whole error says the same for every try. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}

function describeAbsent({ startMs }: ConnectOptions): string {
  return `The MongoDB at MONGODB_URI did not answer for ${Math.round(startMs / 1000)} seconds: look whether it runs and can be reached from here.`;
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
