import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConflictError, StoreUnavailableError } from '../../../src/core/errors';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { Collection, Store } from '../../../src/store/contract';
import { openMongoStore } from '../../../src/store/mongo';
import { things } from '../contract-suite';
import { testAuditKey } from '../shared-database';
import { startWireDouble } from '../wire-double';
import type { WireDouble } from '../wire-double';

type Things = typeof things extends { upgrade?: (value: unknown, from: number) => infer T } ? Collection<T> : never;

describe('the MongoDB store when MongoDB fails', () => {
  let folder: string;
  let double: WireDouble;
  let store: Store;
  let collection: Things;
  const stores: Store[] = [];

  const open = async (instance: string, operationMs = 5_000): Promise<Store> => {
    const opened = await openMongoStore({
      url: double.url,
      database: 'gavel',
      auditKey: testAuditKey,
      auditAnchorFile: join(folder, instance),
      instance,
      logger: silentLogger,
      operationMs,
      startMs: 5_000,
    });
    stores.push(opened);
    return opened;
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-mongo-faults-'));
    double = await startWireDouble({ dataFile: join(folder, 'data') });
    store = await open('one');
    collection = store.collection(things);
    await collection.insert('a', { name: 'x', rank: 0 });
  });
  afterEach(async () => {
    for (const each of stores.splice(0)) await each.close();
    await double.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const count = (): Promise<unknown> => collection.update('a', (thing) => ({ ...thing, rank: (thing.rank ?? 0) + 1 }));

  for (const kind of ['hang', 'refuse'] as const)
    it(`says that it is unavailable within its limit (${kind}), and recovers afterward`, async () => {
      const hasty = await open('hasty', 800);
      const hastily = hasty.collection(things);
      await hastily.get('a');
      await double.fault({ kind });
      await Promise.all([
        assert.rejects(hastily.get('a'), StoreUnavailableError),
        assert.rejects(
          hastily.update('a', (thing) => ({ ...thing, rank: 1 })),
          StoreUnavailableError,
        ),
        assert.rejects(hastily.find({}), StoreUnavailableError),
        assert.rejects(hasty.check(), StoreUnavailableError),
        assert.rejects(hasty.audit.read({}), StoreUnavailableError),
      ]);
      await double.fault({ kind: 'none' });
      await Promise.all([hasty.check(), count()]);
    });

  it('finds everything again on a server that was stopped and started', async () => {
    await double.stop();
    const waiting = count();
    double = await startWireDouble({ port: double.port, dataFile: join(folder, 'data') });
    await waiting;
    assert.equal((await collection.get('a'))?.value.rank, 1);
    await assert.rejects(collection.insert('a', { name: 'y' }), ConflictError, 'its unique keys are there as well');
  });

  it('is unavailable once it is closed', async () => {
    await store.close();
    await assert.rejects(collection.get('a'), StoreUnavailableError);
  });

  for (const times of [1, 2, 4])
    it(`recognizes its own change if the answer was lost ${times} times`, async () => {
      await double.fault({ kind: 'cut after', command: 'update', collection: 'things', times });
      const done = await collection.update('a', (thing) => ({ ...thing, rank: (thing.rank ?? 0) + 1 }));
      assert.deepEqual(done, { id: 'a', version: 2, value: { name: 'x', rank: 1 }, changed: true });
      assert.equal((await collection.get('a'))?.value.rank, 1, 'changed once');
    });

  it('recognizes its own change although somebody changed the record since', async () => {
    const other = (await open('two')).collection(things);
    await double.fault({ kind: 'cut after', command: 'update', collection: 'things', times: 2 });
    const mine = collection.update('a', (thing) => (thing.slot ? undefined : { ...thing, slot: 'mine' }));
    // It pauses before it checks again; whether or not the other instance is faster, the outcome must be the same.
    const theirs = other.update('a', (thing) => ({ ...thing, rank: 9 }));
    const [answer] = await Promise.all([mine, theirs]);
    assert.equal(answer?.changed, true);
    assert.deepEqual((await collection.get('a'))?.value, { name: 'x', rank: 9, slot: 'mine' });
  });

  it('does not claim a change that was never made', async () => {
    const other = (await open('two')).collection(things);
    let asked = 0;
    await double.fault({ kind: 'cut before', command: 'update', collection: 'things', times: 2 });
    const mine = collection.update('a', (thing) => {
      asked += 1;
      return thing.slot ? undefined : { ...thing, slot: 'mine' };
    });
    const theirs = other.upsert('a', () => ({ name: 'x', slot: 'theirs' }));
    const [answer] = await Promise.all([mine, theirs.catch(() => undefined)]);
    const now = (await collection.get('a'))?.value;
    assert.equal(answer?.changed, now?.slot === 'mine' || (asked === 1 && now?.slot === 'theirs'));
  });

  it('recognizes its own record if the answer to an insert was lost, and still knows a taken one', async () => {
    await double.fault({ kind: 'cut after', command: 'insert', collection: 'things', times: 3 });
    assert.equal((await collection.insert('b', { name: 'y', slot: 's' })).version, 1);
    await double.fault({ kind: 'cut after', command: 'insert', collection: 'things', times: 3 });
    await assert.rejects(collection.insert('b', { name: 'z' }), ConflictError);
    await double.fault({ kind: 'cut before', command: 'insert', collection: 'things', times: 3 });
    await assert.rejects(collection.insert('c', { name: 'z', slot: 's' }), ConflictError);
  });

  it('loses no count and counts none twice if every third answer is lost', async () => {
    const counts = Array.from({ length: 20 }, async (_, index) => {
      if (index % 3 === 0) await double.fault({ kind: 'cut after', command: 'update', collection: 'things', times: 1 });
      return count();
    });
    await Promise.all(counts);
    assert.equal((await collection.get('a'))?.value.rank, 20);
  });

  it('writes an audit line once although the answer was lost, and keeps the chain intact', async () => {
    const entry = { who: 'gavel', what: 'x', target: 't', from: 'f', outcome: 'done', correlationId: 'c' };
    await double.fault({ kind: 'cut after', command: 'insert', collection: 'audit-entries', times: 3 });
    await Promise.all([1, 2, 3, 4].map((at) => store.audit.append({ at, ...entry })));
    const hasty = await open('hasty', 500);
    await double.fault({ kind: 'hang' });
    await assert.rejects(hasty.audit.append({ at: 5, ...entry }), StoreUnavailableError);
    await double.fault({ kind: 'none' });
    await store.audit.append({ at: 6, ...entry });
    assert.deepEqual(await store.audit.verify(), { entries: 5, breaks: [] });
  });
});
