import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../src/core/errors';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { Logger } from '../../../src/core/telemetry/logger';
import type { Store } from '../../../src/store/contract';
import { openMongoStore } from '../../../src/store/mongo';
import { eventually, patienceMs } from '../../patience';
import { testAuditKey } from '../shared-database';
import { startWireDouble } from '../wire-double';
import type { WireDouble, WireDoubleOptions } from '../wire-double';

describe('a start on MongoDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-mongo-start-'));
  const doubles: WireDouble[] = [];
  const stores: Store[] = [];
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const double of doubles.splice(0)) await double.stop();
  });

  async function double(options: WireDoubleOptions = {}): Promise<WireDouble> {
    const started = await startWireDouble(options);
    doubles.push(started);
    return started;
  }
  async function open(
    url: string,
    more: { auditKey?: Buffer; startMs?: number; logger?: Logger } = {},
  ): Promise<Store> {
    const store = await openMongoStore({
      url,
      database: 'gavel',
      auditKey: testAuditKey,
      auditAnchorFile: join(folder, 'anchor'),
      instance: 'one',
      logger: silentLogger,
      operationMs: 1_000,
      startMs: patienceMs,
      ...more,
    });
    stores.push(store);
    return store;
  }
  /** The sentence of the refusal. */
  async function refusal(opening: Promise<Store>): Promise<string> {
    const error: unknown = await opening.then(
      () => assert.fail('it should refuse'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof StartError, String(error));
    assert.equal(error.message.split('\n').length, 1);
    return error.message;
  }

  it('refuses a single server', async () => {
    const alone = { setName: undefined, hosts: undefined, setVersion: undefined, primary: undefined, me: undefined };
    const { url } = await double({ hello: alone });
    assert.match(await refusal(open(url)), /is standalone.*Make it a replica set/);
  });

  it('refuses a server that is older than the driver supports, or newer', async () => {
    const old = await double({ hello: { maxWireVersion: 8 } });
    assert.match(await refusal(open(old.url)), /too old. Gavel needs 4\.4 or newer/);
    const late = await double({ hello: { minWireVersion: 99, maxWireVersion: 99 } });
    assert.match(await refusal(open(late.url)), /newer than this version of Gavel supports/);
  });

  it('accepts a router of a sharded cluster', async () => {
    const { url } = await double({
      hello: { msg: 'isdbgrid', setName: undefined, hosts: undefined, primary: undefined, me: undefined },
    });
    const store = await open(url);
    await assert.doesNotReject(store.check());
  });

  it('refuses an address that it does not understand, and never repeats it', async () => {
    const words = await refusal(open('mongodb://dana:hunter2hunter2@host:port-of-mine/?w=what'));
    assert.match(words, /MONGODB_URI isn’t valid/);
    assert.doesNotMatch(words, /hunter2/);
  });

  it('refuses another audit key than the one the audit log was begun with', async () => {
    const { url } = await double();
    await open(url);
    assert.match(await refusal(open(url, { auditKey: Buffer.alloc(32, 8) })), /same GAVEL_AUDIT_KEY/);
    await open(url);
  });

  it('waits for a MongoDB that comes later, but not forever', async () => {
    const server = await double();
    await server.fault({ kind: 'refuse' });
    assert.match(await refusal(open(server.url, { startMs: 100 })), /didn’t respond for .* seconds/);
    let waits = false;
    const logger = { ...silentLogger, warn: () => void (waits = true) };
    const opening = open(server.url, { logger });
    await eventually('a word that it waits', () => waits);
    await server.fault({ kind: 'none' });
    await (await opening).check();
  });

  it('says once that it waits, in a word instead of a stack for every attempt', async () => {
    const server = await double();
    await server.fault({ kind: 'refuse' });
    const lines: object[] = [];
    const logger = {
      ...silentLogger,
      warn: (fields: object, message: string) => void lines.push({ message, ...fields }),
    };
    await refusal(open(server.url, { startMs: 2_500, logger }));
    assert.deepEqual(lines, [
      { message: 'MongoDB can’t be reached yet', reason: 'MongoServerSelectionError', waitsMs: 2_500 },
    ]);
  });

  it('requires confirmation by a majority and on disk, whatever the address says', async () => {
    const server = await double();
    const store = await open(`${server.url}/?w=1&journal=false&retryWrites=false&readConcernLevel=local`);
    await store.check();
    const write = server.seen().find((command) => command['update'] === 'store-check');
    assert.equal(write?.['writeConcern']?.w, 'majority');
    assert.equal(write?.['writeConcern']?.j, true);
    assert.ok(write?.['txnNumber'], 'a retryable write');
    const read = server.seen().find((command) => command['find'] === 'store-check');
    assert.equal(read?.['readConcern']?.level, 'majority');
  });
});
