import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConflictError, StoreUnavailableError } from '../../../src/core/errors';
import type { CollectionSpec } from '../../../src/store/contract';
import { describeStoreContract, things } from '../contract-suite';
import { temporaryStore } from '../temporary-store';
import type { TemporaryStore } from '../temporary-store';

describeStoreContract('SQLite', async () => {
  const temporary = temporaryStore();
  return {
    store: temporary.store,
    openAgain: async () => temporary.reopen('two'),
    close: () => temporary.remove(),
  };
});

describe('the SQLite store', () => {
  it('says that it is unavailable if the file can’t be used', async () => {
    const temporary = temporaryStore();
    const collection = temporary.store.collection(things);
    await temporary.store.close();
    await assert.rejects(collection.get('a'), StoreUnavailableError);
    await assert.rejects(temporary.store.check(), StoreUnavailableError);
    await temporary.remove();
  });

  it('accepts only names made of plain words', async () => {
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

describe('a collection whose declaration has changed', () => {
  const count = 450;
  interface Part {
    readonly name: string;
    readonly kind: string;
  }
  const first: CollectionSpec<Part> = { name: 'parts', schema: 1, indexes: {}, queries: [] };
  const second: CollectionSpec<Part> = {
    ...first,
    indexes: { kind: ({ kind }) => kind, name: ({ name }) => name },
    queries: [{ where: ['kind'], orderBy: 'name' }],
  };
  const fill = async (temporary: TemporaryStore): Promise<void> => {
    const parts = temporary.store.collection(first);
    const inserts = Array.from({ length: count }, (_, index) =>
      parts.insert(`p${index}`, { name: `n${index}`, kind: index % 3 === 0 ? 'a' : 'b' }),
    );
    await Promise.all(inserts);
  };

  it('finds every record with a new query at once, and lets everything else continue while it fills them in', async () => {
    const temporary = temporaryStore();
    try {
      await fill(temporary);
      const parts = temporary.reopen().collection(second);
      let pauses = 0;
      const beat = setInterval(() => (pauses += 1), 0);
      const found = await parts.find({ where: { kind: 'a' }, orderBy: 'name', limit: 1_000 });
      clearInterval(beat);
      assert.equal(found.items.length, count / 3);
      assert.ok(pauses > 2, `${pauses} pauses`);
    } finally {
      await temporary.remove();
    }
  });

  it('continues after a process that died in the middle, and keeps changes made in the meantime', async () => {
    const temporary = temporaryStore();
    try {
      await fill(temporary);
      const ended = temporary.reopen();
      const early = ended.collection(second);
      await early.update('p0', (part) => ({ ...part, kind: 'changed' }));
      await ended.close();
      const parts = temporary.reopen().collection(second);
      const of = async (kind: string) =>
        (await parts.find({ where: { kind }, orderBy: 'name', limit: 1_000 })).items.length;
      assert.deepEqual([await of('a'), await of('b'), await of('changed')], [count / 3 - 1, (count * 2) / 3, 1]);
    } finally {
      await temporary.remove();
    }
  });

  it('enforces a new unique key from the first moment', async () => {
    const temporary = temporaryStore();
    try {
      await fill(temporary);
      const parts = temporary.reopen().collection<Part>({ ...second, unique: { name: ({ name }) => name } });
      await assert.rejects(parts.insert('another', { name: 'n449', kind: 'a' }), ConflictError);
    } finally {
      await temporary.remove();
    }
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
          join(__dirname, '../hammer.ts'),
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
