import assert from 'node:assert/strict';
import { fdatasync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { StoreUnavailableError } from '../../../src/core/errors';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createReadableOf } from '../../../src/store/collections';
import { openCollection } from '../../../src/store/sqlite/collection';
import { openSqliteFile } from '../../../src/store/sqlite/database';
import type { Flush } from '../../../src/store/sqlite/disk';
import { things } from '../contract-suite';

type Done = Parameters<Flush>[1];

/** Whether it has ended by now. */
async function hasEnded(work: Promise<unknown>): Promise<boolean> {
  let ended = false;
  void work.then(
    () => (ended = true),
    () => (ended = true),
  );
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  return ended;
}

/** Everything requested by now is in the log, though not on disk. */
const written = (): Promise<unknown> => setImmediate();

describe('the disk under the embedded store', () => {
  let folder: string;
  let flushes: Done[];
  /** Flushes wait for the test. */
  let held: boolean;
  const flush: Flush = (descriptor, done) => (held ? void flushes.push(done) : fdatasync(descriptor, done));

  const open = () => {
    const file = openSqliteFile(join(folder, 'gavel.db'), flush);
    return { file, collection: openCollection(file, things, createReadableOf(silentLogger)) };
  };
  const next = async (): Promise<Done> => {
    for (let turn = 0; turn < 50 && flushes.length === 0; turn++) await setImmediate();
    return flushes.shift() ?? assert.fail('Nothing waits for the disk');
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-disk-'));
    flushes = [];
    held = false;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is waited for by writers, and by readers of exactly that', async () => {
    const { file, collection } = open();
    await collection.insert('old', { name: 'old' });
    await collection.get('old');
    held = true;
    const change = collection.insert('new', { name: 'new', slot: 's' });
    await written();
    const reads = [collection.get('new'), collection.find({}), collection.update('new', () => undefined)];
    const taken = collection.insert('other', { name: 'other', slot: 's' });
    assert.equal((await collection.get('old'))?.value.name, 'old', 'what lies on the disk is read at once');
    for (const each of [change, ...reads, taken]) assert.equal(await hasEnded(each), false);
    (await next())(null);
    held = false;
    await Promise.all([change, ...reads]);
    await assert.rejects(taken, /Another record/);
    await file.close();
  });

  it('is flushed once for everybody who wrote in the meantime', async () => {
    const { file, collection } = open();
    await collection.get('none');
    held = true;
    const first = collection.insert('0', { name: 'x' });
    const done = await next();
    const others = Array.from({ length: 50 }, (_, index) => collection.insert(`${index + 1}`, { name: 'x' }));
    done(null);
    await first;
    for (const each of others) assert.equal(await hasEnded(each), false, 'they came after the flush began');
    (await next())(null);
    await Promise.all(others);
    assert.equal(flushes.length, 0);
    await file.close();
  });

  it('gets the writes of one moment in one transaction, in which each fails alone', async () => {
    const { file, collection } = open();
    await collection.insert('a', { name: 'a', slot: 's' });
    const looker = open();
    const version = () => looker.file.get('PRAGMA data_version')?.['data_version'];
    const seen = version();
    const [taken, broken, made, changed, gone] = await Promise.allSettled([
      collection.insert('b', { name: 'b', slot: 's' }),
      collection.update('a', () => {
        throw new Error('not this one');
      }),
      collection.insert('c', { name: 'c' }),
      collection.upsert('a', () => ({ name: 'changed', slot: 's' })),
      collection.remove('none'),
    ]);
    assert.match(String((taken as PromiseRejectedResult).reason), /Another record/);
    assert.match(String((broken as PromiseRejectedResult).reason), /not this one/);
    assert.deepEqual([made.status, changed.status, gone.status], ['fulfilled', 'fulfilled', 'fulfilled']);
    assert.equal((await looker.collection.get('a'))?.value.name, 'changed');
    assert.equal((await looker.collection.find({})).items.length, 2);
    assert.equal(version(), Number(seen) + 1, 'one transaction of somebody else');
    await file.close();
    await looker.file.close();
  });

  it('is flushed before anybody is told what another process wrote', async () => {
    const mine = open();
    const other = open();
    await mine.collection.get('a');
    held = true;
    const change = other.collection.insert('a', { name: 'a' });
    await written();
    const read = mine.collection.get('a');
    assert.equal(await hasEnded(read), false);
    (await next())(null);
    (await next())(null);
    assert.equal((await read)?.value.name, 'a');
    await change;
    await mine.file.close();
    await other.file.close();
  });

  it('is not trusted after a failed flush: nothing is acknowledged anymore', async () => {
    const { file, collection } = open();
    await collection.insert('a', { name: 'a' });
    held = true;
    const change = collection.insert('b', { name: 'b' });
    (await next())(Object.assign(new Error('input/output error'), { code: 'EIO' }));
    await assert.rejects(change, StoreUnavailableError);
    held = false;
    await assert.rejects(collection.insert('c', { name: 'c' }), StoreUnavailableError);
    await assert.rejects(collection.get('b'), StoreUnavailableError);
    await file.close();
  });
});
