import { openStoreIn } from './temporary-store';
import { things } from './contract-suite';

/** A process of its own: `hammer <folder> <name> <times>` counts one record up and fights for unique keys; prints how many it won. */
async function hammer(folder: string, name: string, times: number): Promise<void> {
  const store = openStoreIn(folder, name);
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

const [folder = '', name = '', times = '0'] = process.argv.slice(2);
void hammer(folder, name, Number(times));
