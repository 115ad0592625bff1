import assert from 'node:assert/strict';
import { ConflictError } from '../../src/core/errors';
import type { Collection, CollectionSpec, Store } from '../../src/store/contract';

interface Thing {
  readonly name: string;
  readonly rank?: number;
  readonly slot?: string;
  readonly until?: number;
}

export const things: CollectionSpec<Thing> = {
  name: 'things',
  schema: 1,
  indexes: { name: (thing) => thing.name, rank: (thing) => thing.rank },
  queries: [{}, { where: ['name'] }, { orderBy: 'rank' }, { where: ['name'], orderBy: 'rank' }],
  unique: { slot: (thing) => thing.slot },
  expiresAt: (thing) => thing.until,
};

export interface OpenedStore {
  readonly store: Store;
  /** The same data opened once more, as another instance would. */
  openAgain(): Promise<Store>;
  close(): Promise<void>;
}

/** What every store must do; `open` returns an empty one. */
export function describeStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`the store contract on ${name}`, () => {
    let store: Store;
    let openAgain: OpenedStore['openAgain'];
    let close: () => Promise<void>;
    let collection: Collection<Thing>;

    beforeEach(async () => {
      ({ store, openAgain, close } = await open());
      collection = store.collection(things);
    });
    afterEach(() => close());

    it('keeps what was inserted, at version 1', async () => {
      await collection.insert('a', { name: 'first' });
      assert.deepEqual(await collection.get('a'), { id: 'a', version: 1, value: { name: 'first' } });
      assert.equal(await collection.get('b'), undefined);
    });

    it('rejects an id or a unique key that is taken; absent keys never collide', async () => {
      await collection.insert('a', { name: 'x', slot: 's' });
      await assert.rejects(collection.insert('a', { name: 'y' }), ConflictError);
      await assert.rejects(collection.insert('b', { name: 'y', slot: 's' }), ConflictError);
      await collection.insert('c', { name: 'y' });
      await collection.insert('d', { name: 'y' });
      await assert.rejects(
        collection.update('c', (thing) => ({ ...thing, slot: 's' })),
        ConflictError,
      );
      await collection.update('a', ({ name }) => ({ name }));
      assert.equal((await collection.update('c', (thing) => ({ ...thing, slot: 's' })))?.changed, true);
    });

    it('loses no change if many change one record at once', async () => {
      await collection.insert('a', { name: 'x', rank: 0 });
      await Promise.all(
        Array.from({ length: 50 }, () =>
          collection.update('a', (thing) => ({ ...thing, rank: (thing.rank ?? 0) + 1 })),
        ),
      );
      const record = await collection.get('a');
      assert.equal(record?.value.rank, 50);
      assert.equal(record?.version, 51);
    });

    it('tells a change its version, so that a slower decision on an old version is refused', async () => {
      const read = await collection.insert('a', { name: 'x', rank: 0 });
      const changeIfSame = () =>
        collection.update('a', ({ rank = 0 }, version) =>
          version === read.version ? { name: 'x', rank: rank + 1 } : undefined,
        );
      const changed = (await Promise.all([changeIfSame(), changeIfSame()])).map((result) => result?.changed);
      assert.deepEqual(changed.sort(), [false, true]);
      assert.equal((await collection.get('a'))?.value.rank, 1);
    });

    it('says whether an update changed anything, and knows missing records', async () => {
      await collection.insert('a', { name: 'x' });
      assert.deepEqual(await collection.update('a', () => undefined), {
        id: 'a',
        version: 1,
        value: { name: 'x' },
        changed: false,
      });
      assert.equal(await collection.update('b', (thing) => thing), undefined);
    });

    it('upserts: creates or changes', async () => {
      await collection.upsert('a', (thing) => ({ name: thing ? 'again' : 'new' }));
      const again = await collection.upsert('a', (thing) => ({ name: thing ? 'again' : 'new' }));
      assert.deepEqual(again, { id: 'a', version: 2, value: { name: 'again' } });
    });

    it('lets two instances upsert 300 new ids at once', async () => {
      const other = (await openAgain()).collection(things);
      const ids = Array.from({ length: 300 }, (_, index) => `new-${index}`);
      const add = (on: typeof collection) => (id: string) =>
        on.upsert(id, (thing) => ({ name: 'x', rank: (thing?.rank ?? 0) + 1 }));
      await Promise.all([...ids.map(add(collection)), ...ids.map(add(other))]);
      const records = await Promise.all(ids.map((id) => collection.get(id)));
      assert.deepEqual(
        records.filter((record) => record?.value.rank !== 2 || record.version !== 2),
        [],
      );
    });

    it('finds by value, by choice and by range', async () => {
      for (const [id, thing] of Object.entries({
        a: { name: 'x', rank: 1 },
        b: { name: 'y', rank: 2 },
        c: { name: 'x', rank: 3 },
        d: { name: 'x' },
      }))
        await collection.insert(id, thing);
      const ids = async (query: Parameters<typeof collection.find>[0]) =>
        (await collection.find(query)).items.map((item) => item.id);
      assert.deepEqual(await ids({ where: { name: 'x' } }), ['a', 'c', 'd']);
      assert.deepEqual(await ids({ where: { name: { in: ['y'] } } }), ['b']);
      assert.deepEqual(await ids({ where: { name: { in: [] } } }), []);
      assert.deepEqual(await ids({ where: { rank: { atLeast: 2 } }, orderBy: 'rank', descending: true }), ['c', 'b']);
      assert.deepEqual(await ids({ where: { rank: { atMost: 2 }, name: 'x' }, orderBy: 'rank' }), ['a']);
      const several = { where: { name: { in: ['y', 'x'] } }, orderBy: 'rank', descending: true };
      assert.deepEqual(await ids(several), ['c', 'b', 'a'], 'several values, in one order');
      assert.deepEqual(await ids({ orderBy: 'rank' }), ['a', 'b', 'c'], 'records without the index are left out');
      await assert.rejects(collection.find({ where: { color: 'red' } }), /things declares no such query/);
      await assert.rejects(collection.find({ orderBy: 'name' }), /where: \[\], orderBy: 'name'/);
      await assert.rejects(collection.find({ where: { rank: { atMost: 2 } } }), /range of rank needs that order/);
    });

    it('pages in a stable order without gaps or duplicates, also among equals', async () => {
      for (let number = 0; number < 25; number++)
        await collection.insert(`id-${String(number).padStart(2, '0')}`, {
          name: number % 2 ? 'x' : 'y',
          rank: number % 3,
        });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await collection.find({ where: { name: { in: ['x', 'y'] } }, orderBy: 'rank', limit: 4, cursor });
        seen.push(...page.items.map((item) => item.id));
        cursor = page.cursor;
      } while (cursor);
      assert.equal(seen.length, 25);
      assert.equal(new Set(seen).size, 25);
    });

    it('removes one record, and all that have expired', async () => {
      await collection.insert('a', { name: 'x', until: 100 });
      await collection.insert('b', { name: 'x', until: 200 });
      await collection.insert('c', { name: 'x' });
      assert.equal(await store.removeExpired(150), 1);
      assert.equal(await collection.get('a'), undefined);
      assert.equal(await collection.remove('b'), true);
      assert.equal(await collection.remove('b'), false);
      assert.ok(await collection.get('c'));
    });

    it('upgrades older records and finds them by an index declared later', async () => {
      await collection.insert('a', { name: 'old', rank: 7 });
      const later = store.collection<{ label: string; length: number }>({
        name: 'things',
        schema: 2,
        upgrade: (value) => ({ label: (value as Thing).name, length: (value as Thing).name.length }),
        indexes: { length: (thing) => thing.length },
        queries: [{ where: ['length'] }],
      });
      assert.deepEqual((await later.get('a'))?.value, { label: 'old', length: 3 });
      assert.deepEqual(
        (await later.find({ where: { length: 3 } })).items.map((item) => item.id),
        ['a'],
      );
    });

    it('passes its check', () => assert.doesNotReject(store.check()));
  });
}
