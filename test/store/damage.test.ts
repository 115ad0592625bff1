import assert from 'node:assert/strict';
import { join } from 'node:path';
import Database from 'libsql';
import { DamagedRecordError } from '../../src/core/errors';
import { things } from './contract-suite';
import { temporaryStore } from './temporary-store';
import type { TemporaryStore } from './temporary-store';

describe('a damaged record', () => {
  let temporary: TemporaryStore;
  beforeEach(async () => {
    temporary = temporaryStore();
    const collection = temporary.store.collection(things);
    for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) await collection.insert(id, { name: 'x', rank: at });
  });
  afterEach(() => temporary.remove());

  const damage = (sql: string): void => {
    const database = new Database(join(temporary.folder, 'gavel.db'));
    database.exec(sql);
    database.close();
  };
  const found = async (): Promise<string[]> =>
    (await temporary.store.collection(things).find({ where: { name: 'x' }, orderBy: 'rank' })).items.map(
      ({ id }) => id,
    );

  const bodies = {
    'with a byte that is not UTF-8': `CAST(x'7bff7d' AS TEXT)`,
    'that is no JSON': `'{"name":'`,
    'that is a blob': `x'00ff'`,
    'that is a number': `7`,
  };
  for (const [what, sql] of Object.entries(bodies))
    it(`${what} is left out of lists and named to callers`, async () => {
      damage(`UPDATE things SET body = ${sql} WHERE id = 'b'`);
      assert.deepEqual(await found(), sql === '7' ? ['a', 'b', 'c', 'd'] : ['a', 'c', 'd']);
      if (sql === '7') return;
      const collection = temporary.store.collection(things);
      await assert.rejects(collection.get('b'), DamagedRecordError);
      await assert.rejects(
        collection.update('b', (thing) => thing),
        /The record b in things is damaged/,
      );
      assert.equal((await collection.update('c', (thing) => ({ ...thing, rank: 9 })))?.changed, true);
    });

  it('in its id or in its order field stops no list and no page', async () => {
    damage(`UPDATE things SET id = CAST(x'62ff' AS TEXT) WHERE id = 'b'`);
    damage(`UPDATE things SET "i-rank" = CAST(x'ff' AS TEXT) WHERE id = 'd'`);
    const collection = temporary.store.collection(things);
    const seen: string[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const page = await collection.find({ orderBy: 'rank', limit: 1, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    }
    assert.deepEqual(seen, ['a', 'c', 'd']);
  });

  it('does not stop a start that derives new columns from all records', async () => {
    damage(`UPDATE things SET body = CAST(x'7bff7d' AS TEXT) WHERE id = 'b'`);
    const later = temporary
      .reopen()
      .collection({ ...things, indexes: { ...things.indexes, slot: (each) => each.slot } });
    assert.equal((await later.find({ orderBy: 'rank' })).items.length, 3);
  });

  it('is found by the check at a start, also beyond the first page of records', async () => {
    const collection = temporary.store.collection(things);
    await Promise.all(Array.from({ length: 230 }, (_, at) => collection.insert(`many-${at}`, { name: 'y', rank: at })));
    assert.deepEqual(await temporary.store.inspect?.(5_000), []);
    damage(`UPDATE things SET body = CAST(x'7bff7d' AS TEXT) WHERE id = 'many-99'`);
    assert.match((await temporary.store.inspect?.(5_000))?.join() ?? '', /^Record many-99 in things is damaged/);
  });
});

describe('the inspection of a store', () => {
  it('reads a collection page after page and names what it finds after the first page', async () => {
    const temporary = temporaryStore();
    try {
      const collection = temporary.store.collection(things);
      for (let number = 0; number < 250; number++)
        await collection.insert(`id-${String(number).padStart(3, '0')}`, { name: 'x' });
      const file = join(temporary.folder, 'gavel.db');
      const database = new Database(file);
      database.exec(`UPDATE things SET body = CAST(x'7bff7d' AS TEXT) WHERE id = 'id-230'`);
      database.close();
      const found = await temporary.store.inspect?.(10_000);
      assert.deepEqual(
        found?.map((words) => /^Record (\S+) in things/.exec(words)?.[1]),
        ['id-230'],
      );
    } finally {
      await temporary.remove();
    }
  });
});
