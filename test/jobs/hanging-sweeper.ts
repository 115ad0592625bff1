import { silentLogger } from '../../src/core/telemetry/logger';
import { systemClock } from '../../src/core/time/clock';
import { createLeases, createSweeper } from '../../src/jobs';
import type { Living } from '../../src/jobs';
import { dueAt } from '../../src/workflows';
import { openStoreIn } from '../store/temporary-store';

/** A separate process that begins an effect, says so and never ends it: `hanging-sweeper <folder> <lease in ms>`. */
const [folder = '', leaseMs = ''] = process.argv.slice(2);
const store = openStoreIn(folder, 'hanging');
const leases = createLeases({ store, clock: systemClock, owner: 'hanging' });
const sweeper = createSweeper({
  leases,
  clock: systemClock,
  logger: silentLogger,
  pollMs: 10,
  leaseMs: Number(leaseMs),
});
sweeper.register<Living>({
  name: 'errands',
  collection: store.collection<Living>({
    name: 'errands',
    schema: 1,
    indexes: { dueAt },
    queries: [{ orderBy: 'dueAt' }],
  }),
  perform: (record, { key }) => {
    console.log(`${record.id}.${key}`);
    return new Promise(() => undefined);
  },
});
sweeper.start();
