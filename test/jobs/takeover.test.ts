import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/telemetry/logger';
import { systemClock } from '../../src/core/time/clock';
import { createLeases, createSweeper } from '../../src/jobs';
import type { Living } from '../../src/jobs';
import { dueAt } from '../../src/workflows';
import { eventually } from '../patience';
import { temporaryStore } from '../store/temporary-store';

describe('a process that dies in the middle of an effect', () => {
  it('leaves the effect to another one, which performs it at once, however long the lease would have lasted', async () => {
    const temporary = temporaryStore();
    const leaseMs = 3_600_000;
    const errands = temporary.store.collection<Living>({
      name: 'errands',
      schema: 1,
      indexes: { dueAt },
      queries: [{ orderBy: 'dueAt' }],
    });
    await errands.insert('a', {
      pending: [
        { key: 'one', kind: 'one', attempts: 0, dueAt: 0 },
        { key: 'two', kind: 'two', attempts: 0, dueAt: 0 },
      ],
    });
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(__dirname, 'hanging-sweeper.ts'), temporary.folder, String(leaseMs)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const done: string[] = [];
    const leases = createLeases({ store: temporary.store, clock: systemClock, owner: 'successor' });
    const sweeper = createSweeper({ leases, clock: systemClock, logger: silentLogger, pollMs: 10, leaseMs });
    sweeper.register<Living>({
      name: 'errands',
      collection: errands,
      perform: async (_, { key }) => void done.push(key),
    });
    try {
      const [began] = (await once(child.stdout, 'data')) as [Buffer];
      assert.equal(began.toString(), 'a.one\n');
      await sweeper.idle();
      assert.deepEqual(done, [], 'the living process holds the lease');
      child.kill('SIGKILL');
      await once(child, 'exit');
      sweeper.start();
      await eventually('both errands', () => done.length === 2);
      assert.deepEqual(done, ['one', 'two']);
    } finally {
      child.kill('SIGKILL');
      await sweeper.stop();
      await temporary.remove();
    }
  });
});
