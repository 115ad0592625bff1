import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { AuditEntry, Store } from '../../../src/store/contract';
import type { AuditDocument } from '../../../src/store/mongo/audit-lines';
import type { HeadDocument } from '../../../src/store/mongo/audit-log';
import { prune } from '../audit/prune-grounds';
import { placeName, sharedDatabase } from '../shared-database';
import type { SharedDatabase } from '../shared-database';

function entry(at: number, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at,
    who: 'entra:t/dana',
    what: 'deployments.request',
    target: 'shop in production',
    from: 'Deployments',
    outcome: 'requested',
    correlationId: `c${at}`,
    ...more,
  };
}

describe(`the audit log in ${placeName}`, () => {
  let database: SharedDatabase;
  let store: Store;
  beforeEach(async () => {
    database = await sharedDatabase();
    store = await database.open('one');
    for (let at = 1; at <= 4; at++) await store.audit.append(entry(at));
  });
  afterEach(() => database.remove());

  const lines = () => database.raw.collection<AuditDocument>('audit-entries');
  const problems = async (from = store): Promise<string[]> =>
    (await from.audit.verify()).breaks.map((each) => each.problem);

  it('continues one chain after a restart, and every instance can verify all chains', async () => {
    await (await database.open('one')).audit.append(entry(5));
    const two = await database.open('two');
    await Promise.all([6, 7, 8].map((at) => two.audit.append(entry(at))));
    for (const each of [store, two]) assert.deepEqual(await each.audit.verify(), { entries: 8, breaks: [] });
    const found = await lines().find({}).toArray();
    assert.deepEqual([...new Set(found.map(({ instance }) => instance))].sort(), ['one', 'two']);
  });

  it('names a changed, a removed and a wrongly filed line', async () => {
    const [, second] = await lines()
      .find({}, { sort: { sequence: 1 } })
      .toArray();
    await lines().updateOne({ sequence: 2 }, { $set: { body: second?.body.replace('requested', 'rejected') ?? '' } });
    assert.deepEqual(await problems(), ['Line 2 was changed.']);
    await lines().updateOne({ sequence: 2 }, { $set: { body: second?.body ?? '', who: 'somebody' } });
    assert.deepEqual(await problems(), ['Line 2 doesn’t match the fields that it’s indexed by.']);
    await lines().deleteOne({ sequence: 2 });
    assert.deepEqual(await problems(), ['Line 2 was removed.']);
  });

  it('names lines cut off the end, by the anchors outside the store, also after new ones were written', async () => {
    await lines().deleteMany({ sequence: { $gte: 4 } });
    assert.deepEqual(await problems(), ['Line 4 is missing from the end of the log.']);
    await (await database.open('one')).audit.append(entry(9));
    assert.deepEqual(await problems(), ['Line 4 was rewritten: it differs from its anchor.']);
  });

  it('is searched by names, as whole words, and by outcomes, by their beginning, together with everything else', async () => {
    const [shop, rolledBack] = ['D-1002 shop in production', 'rolled back'];
    await store.audit.append(entry(21, { target: shop, outcome: rolledBack }));
    const said = { said: '"outcome":"failed"' };
    await store.audit.append(entry(22, { target: 'workshop in production', outcome: 'done', detail: said }));
    await store.audit.append(entry(23, { target: 'a.b in staging', outcome: 'failed: x (y)' }));
    const ats = async (filter: Parameters<typeof store.audit.read>[0]): Promise<number[]> =>
      (await store.audit.read(filter)).map(({ at }) => at);
    assert.deepEqual(await ats({ names: ['shop'], since: 21 }), [21], 'a whole word');
    assert.deepEqual(await ats({ names: ['SHOP', 'production'], since: 21 }), [21], 'each of them, in whatever case');
    assert.deepEqual(await ats({ names: ['production'], since: 21 }), [22, 21]);
    assert.deepEqual(await ats({ names: ['a.b'] }), [23], 'to the letter');
    assert.deepEqual(await ats({ names: ['axb'] }), []);
    assert.deepEqual(await ats({ names: ['.*'] }), []);
    assert.deepEqual(await ats({ outcomes: ['failed', 'rolled'], since: 21 }), [23, 21], 'only the outcome itself');
    assert.deepEqual(await ats({ outcomes: ['failed: x ('] }), [23]);
    assert.deepEqual(await ats({ outcomes: ['olled'] }), []);
    assert.deepEqual(await ats({ names: ['shop'], outcomes: ['done'], since: 21 }), []);
    assert.equal((await store.audit.search({ names: ['production'], outcomes: ['rolled'], limit: 1 })).count, 1);
  });

  it('writes an entry with the same key once over all instances', async () => {
    const two = await database.open('two');
    await Promise.all([store, two, store, two].map((each) => each.audit.append(entry(9, { key: 'k' }))));
    await store.audit.append(entry(10, { key: 'k' }));
    assert.deepEqual(await store.audit.verify(), { entries: 5, breaks: [] });
  });

  it('does not fork the chain of two processes with one name', async () => {
    const twin = await database.open('one');
    const entries = Array.from({ length: 40 }, (_, at) => entry(at));
    await Promise.all(entries.map((each, at) => (at % 2 ? twin : store).audit.append(each)));
    assert.deepEqual(await store.audit.verify(), { entries: 44, breaks: [] });
  });

  it('is pruned if an earlier version has left a chain without a sealed head', async () => {
    const two = await database.open('two');
    for (const at of [1, 2, 3]) await two.audit.append(entry(at));
    await database.raw.collection<HeadDocument>('audit-heads').deleteMany({ _id: 'two' });
    const pruned = await prune(store, join(database.folder, 'audit-export'));
    assert.equal(pruned.removed, 5, 'three of four lines, two of three');
    assert.deepEqual(await problems(), []);
    assert.deepEqual(await problems(await database.open('two')), []);
  });

  it('is read newest first, by who, what, target and time', async () => {
    await store.audit.append(entry(20, { who: 'gavel', target: 'D-1001 (50%)' }));
    const ats = async (filter: Parameters<typeof store.audit.read>[0]) =>
      (await store.audit.read(filter)).map(({ at }) => at);
    assert.deepEqual(await ats({ limit: 2 }), [20, 4]);
    assert.deepEqual(await ats({ who: 'gavel', what: 'deployments.request' }), [20]);
    assert.deepEqual(await ats({ words: ['d-1001 (50'] }), [20]);
    assert.deepEqual(await ats({ words: ['.*'] }), [], 'a target is text, not a pattern');
    assert.deepEqual(await ats({ since: 2, until: 3 }), [3, 2]);
  });
});
