import assert from 'node:assert/strict';
import type { CollectionSpec } from '../../../src/store/contract';
import { isWrittenIn, recordForm } from '../../../src/store/mongo/records';
import type { RecordDocument } from '../../../src/store/mongo/records';
import { things } from '../contract-suite';
import { sharedDatabase } from '../shared-database';
import type { SharedDatabase } from '../shared-database';

interface Service {
  readonly label: string;
  readonly owner: string;
  readonly until?: number;
}

/** What `things` became two schemas later. */
const services: CollectionSpec<Service> = {
  name: 'things',
  schema: 3,
  upgrade: (value, fromSchema) => ({ label: (value as { name: string }).name, owner: `of schema ${fromSchema}` }),
  indexes: { owner: (service) => service.owner },
  queries: [{ where: ['owner'] }],
  unique: { label: (service) => service.label },
  expiresAt: (service) => service.until,
};

describe('records in MongoDB', () => {
  let database: SharedDatabase;
  beforeEach(async () => {
    database = await sharedDatabase();
  });
  afterEach(() => database.remove());

  const documents = () => database.raw.collection<RecordDocument>('things');

  it('of an earlier schema are upgraded, found by new indexes, held by new unique keys and written in the new shape', async () => {
    const earlier = (await database.open('earlier')).collection(things);
    await earlier.insert('a', { name: 'shop', until: 50 });
    await earlier.insert('b', { name: 'search' });
    const store = await database.open('later');
    const later = store.collection(services);
    const found = await later.find({ where: { owner: 'of schema 1' } });
    assert.deepEqual(
      found.items.map(({ id, version, value }) => [id, version, value.label]),
      [
        ['a', 1, 'shop'],
        ['b', 1, 'search'],
      ],
    );
    await assert.rejects(later.insert('c', { label: 'shop', owner: 'x' }), { name: 'ConflictError' });
    await later.update('a', (service) => ({ ...service, owner: 'dana' }));
    assert.deepEqual((await later.get('a'))?.value, { label: 'shop', owner: 'dana' });
    assert.equal((await documents().findOne({ _id: 'a' }))?.schema, 3);
    assert.equal(await store.removeExpired(100), 0, 'the new shape never expires');
  });

  it('of a newer schema than this instance knows are left as they are', async () => {
    const later = (await database.open('later')).collection(services);
    await later.insert('a', { label: 'shop', owner: 'dana' });
    await (await database.open('earlier')).collection(things).get('a');
    assert.deepEqual((await later.find({ where: { owner: 'dana' } })).items[0]?.value.label, 'shop');
  });

  it('can contain any text, even if it means something to MongoDB', async () => {
    const collection = (await database.open()).collection(things);
    const name = '$where.a\u0000{"$gt":""}';
    await collection.insert('$set.x', { name, slot: '$slot' });
    assert.equal((await collection.find({ where: { name } })).items[0]?.id, '$set.x');
    assert.equal((await collection.get('$set.x'))?.value.name, name);
    await assert.rejects(collection.insert('b', { name, slot: '$slot' }), { name: 'ConflictError' });
  });

  it('are found only by declared queries, with their indexes on the server; those of an earlier version are dropped', async () => {
    await documents().createIndex({ 'i.rank': 1, _id: 1 }, { name: 'i-rank' });
    const collection = (await database.open()).collection(things);
    await collection.insert('a', { name: 'x', slot: 's', until: 5 });
    const indexes = await documents().listIndexes().toArray();
    assert.deepEqual(indexes.map(({ name }) => String(name)).sort(), [
      '_id_',
      'expires',
      'q-name',
      'q-name-rank',
      'q-rank',
      'shape',
      'u-slot',
    ]);
    const slot = indexes.find(({ name }) => name === 'u-slot');
    assert.equal(slot?.unique, true);
    assert.deepEqual(slot?.partialFilterExpression, { 'u.slot': { $exists: true } });
  });

  it('lose no change if fifty people on each of three instances change one at once', async () => {
    const collections = await Promise.all(
      ['one', 'two', 'three'].map(async (name) => (await database.open(name)).collection(things)),
    );
    await collections[0]?.insert('a', { name: 'x', rank: 0 });
    const changes = collections.flatMap((collection) =>
      Array.from({ length: 50 }, () => collection.update('a', (thing) => ({ ...thing, rank: (thing.rank ?? 0) + 1 }))),
    );
    const outcomes = await Promise.all(changes);
    assert.equal((await collections[0]?.get('a'))?.value.rank, 150);
    assert.equal(new Set(outcomes.map((outcome) => outcome?.version)).size, 150, 'each knows its own version');
  });

  it('let one of many win, and the others get the current state', async () => {
    const one = (await database.open('one')).collection(things);
    const two = (await database.open('two')).collection(things);
    await one.insert('a', { name: 'open' });
    const clicks = Array.from({ length: 100 }, (_, person) =>
      (person % 2 ? one : two).update('a', (thing) =>
        thing.name === 'open' ? { name: `approved by ${person}` } : undefined,
      ),
    );
    const answers = await Promise.all(clicks);
    const winners = answers.filter((answer) => answer?.changed);
    assert.equal(winners.length, 1);
    assert.ok(answers.every((answer) => answer?.value.name === winners[0]?.value.name));
  });

  it('know for certain whether a write is in them, or say that they do not', () => {
    const form = recordForm(things);
    const first = form.write('a', { name: 'x' });
    const mine = form.write('a', { name: 'y' }, first);
    const theirs = form.write('a', { name: 'z' }, first);
    assert.equal(isWrittenIn(mine, mine), true);
    assert.equal(isWrittenIn(mine, theirs), false);
    let now = mine;
    for (let change = 0; change < 7; change++) now = form.write('a', { name: 'y' }, now);
    assert.equal(isWrittenIn(mine, now), true);
    for (let change = 0; change < 3; change++) now = form.write('a', { name: 'y' }, now);
    assert.equal(isWrittenIn(mine, now), 'unknown');
  });
});
