import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeStoreContract, things } from '../contract-suite';
import { placeName, sharedDatabase } from '../shared-database';
import type { SharedDatabase } from '../shared-database';
import { startWireDouble } from '../wire-double';

const openOn = async (database: SharedDatabase) => ({
  store: await database.open(),
  openAgain: () => database.open('two'),
  close: () => database.remove(),
});

describeStoreContract(placeName, async () => openOn(await sharedDatabase()));

describeStoreContract('the MongoDB double with the bare duplicate-key errors of Azure DocumentDB', async () => {
  const double = await startWireDouble({ duplicateErrors: 'bare' });
  const opened = await openOn(await sharedDatabase(double.url));
  return { ...opened, close: () => opened.close().then(() => double.stop()) };
});

describe(`two processes on one ${placeName}`, () => {
  const times = 40;
  let database: SharedDatabase;
  beforeEach(async () => {
    database = await sharedDatabase();
  });
  afterEach(() => database.remove());

  const hammer = (name: string, instance: string) =>
    promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', join(__dirname, '../hammer.ts'), database.folder, name, String(times)],
      ...[database.url, database.name, instance],
    ]);

  for (const [words, instances] of [
    ['with chains of their own', ['left', 'right']],
    ['that were given the same instance name', ['same', 'same']],
  ] as const)
    it(`${words} lose no change, share no unique key and write each audit key once`, async () => {
      const store = await database.open('watcher');
      const collection = store.collection(things);
      await collection.insert('counter', { name: 'counter', rank: 0 });
      const outputs = await Promise.all([hammer('left', instances[0]), hammer('right', instances[1])]);
      assert.equal((await collection.get('counter'))?.value.rank, 2 * times);
      const won = outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0);
      assert.equal(won, times, 'each slot has one winner');
      assert.deepEqual(await store.audit.verify(), { entries: times, breaks: [] });
    });
});
