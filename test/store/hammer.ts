import type { Store } from '../../src/store/contract';
import { things } from './contract-suite';
import { openTestStore } from './shared-database';
import { openStoreIn } from './temporary-store';

// A separate process: `hammer <folder> <name> <times> [<url> <database> <instance>]` increments one record and competes for unique keys;
// prints how many it won. On MongoDB if there is a URL, otherwise on the SQLite file in the folder.

async function hammer(store: Store, name: string, times: number): Promise<void> {
  const collection = store.collection(things);
  let won = 0;
  for (let round = 0; round < times; round++) {
    await collection.update('counter', (thing) => ({ ...thing, rank: (thing.rank ?? 0) + 1 }));
    const outcome = await collection.insert(`${name}-${round}`, { name, slot: `slot-${round}` }).then(
      () => 1,
      () => 0,
    );
    won += outcome;
    await store.audit.append({
      at: round,
      who: name,
      what: 'count',
      target: 'counter',
      from: 'test',
      outcome: 'done',
      correlationId: name,
      key: `round-${round}`,
    });
  }
  await store.close();
  console.log(won);
}

async function main(): Promise<void> {
  const [folder = '', name = '', times = '0', url, database = '', instance = name] = process.argv.slice(2);
  const store = url ? await openTestStore(url, database, folder, instance) : openStoreIn(folder, name);
  await hammer(store, name, Number(times));
}

void main();
