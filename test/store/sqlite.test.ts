import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StoreUnavailableError } from '../../src/core/errors';
import { describeStoreContract, things } from './contract-suite';
import { temporaryStore } from './temporary-store';

describeStoreContract('SQLite', async () => {
  const temporary = temporaryStore();
  return {
    store: temporary.store,
    openAgain: async () => temporary.reopen('two'),
    close: () => temporary.remove(),
  };
});

describe('the SQLite store', () => {
  it('says that it is unavailable when the file cannot be used', async () => {
    const temporary = temporaryStore();
    const collection = temporary.store.collection(things);
    await temporary.store.close();
    await assert.rejects(collection.get('a'), StoreUnavailableError);
    await assert.rejects(temporary.store.check(), StoreUnavailableError);
    await temporary.remove();
  });

  it('takes no name that is not made of plain words', async () => {
    const temporary = temporaryStore();
    assert.throws(() => temporary.store.collection({ ...things, name: 'x"; DROP TABLE y' }), /No name/);
    await temporary.remove();
  });

  it('keeps everything when it is opened again', async () => {
    const temporary = temporaryStore();
    await temporary.store.collection(things).insert('a', { name: 'x' });
    assert.equal((await temporary.reopen().collection(things).get('a'))?.value.name, 'x');
    await temporary.remove();
  });
});

describe('two processes on one SQLite file', () => {
  it('lose no change, share no unique key and write each audit key once', async () => {
    const temporary = temporaryStore();
    const times = 40;
    try {
      const collection = temporary.store.collection(things);
      await collection.insert('counter', { name: 'counter', rank: 0 });
      const run = (name: string) =>
        promisify(execFile)(process.execPath, [
          '--import',
          'tsx',
          join(__dirname, 'hammer.ts'),
          temporary.folder,
          name,
          String(times),
        ]);
      const outputs = await Promise.all([run('left'), run('right')]);
      assert.equal((await collection.get('counter'))?.value.rank, 2 * times);
      assert.equal(
        outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0),
        times,
        'each slot has one winner',
      );
      const { entries, breaks } = await temporary.store.audit.verify();
      assert.deepEqual({ entries, breaks }, { entries: times, breaks: [] });
    } finally {
      await temporary.remove();
    }
  });
});
