import assert from 'node:assert/strict';
import { silentLogger } from '../../src/core/telemetry/logger';
import { createLeases, createSweeper } from '../../src/jobs';
import type { Living, PendingEffect } from '../../src/jobs';
import type { Collection } from '../../src/store/contract';
import { dueAt } from '../../src/workflows';
import { createMovableClock } from '../core/time/movable-clock';
import { eventually } from '../patience';
import { temporaryStore } from '../store/temporary-store';
import type { TemporaryStore } from '../store/temporary-store';

interface Errand extends Living {
  readonly woken?: number;
}

const effect = (key: string): PendingEffect => ({ key, kind: key, attempts: 0, dueAt: 0 });

describe('the sweeper', () => {
  let temporary: TemporaryStore;
  let errands: Collection<Errand>;
  const clock = createMovableClock(1_000);

  beforeEach(() => {
    temporary = temporaryStore();
    errands = temporary.store.collection<Errand>({
      name: 'errands',
      schema: 1,
      indexes: { dueAt },
      queries: [{ orderBy: 'dueAt' }],
    });
  });
  afterEach(() => temporary.remove());

  function sweeperFor(
    owner: string,
    perform: (id: string, effect: PendingEffect) => Promise<void>,
    wake?: (id: string) => Promise<void>,
  ) {
    const leases = createLeases({ store: temporary.store, clock, owner });
    const sweeper = createSweeper({ leases, clock, logger: silentLogger, pollMs: 20 });
    sweeper.register<Errand>({
      name: 'errands',
      collection: errands,
      perform: (record, each) => perform(record.id, each),
      wake: async (record) => {
        await errands.update(record.id, ({ pending }) => ({ pending, woken: clock.now() }));
        await wake?.(record.id);
      },
    });
    return sweeper;
  }

  it('performs the effects of a record in order and removes them', async () => {
    const done: string[] = [];
    const sweeper = sweeperFor('me', async (id, { key }) => void done.push(`${id}.${key}`));
    await errands.insert('a', { pending: [effect('one'), effect('two')] });
    await sweeper.idle();
    assert.deepEqual(done, ['a.one', 'a.two']);
    assert.deepEqual((await errands.get('a'))?.value.pending, []);
  });

  it('retries a failed effect later, before the ones after it', async () => {
    const done: string[] = [];
    let broken = true;
    const sweeper = sweeperFor('me', async (_, { key }) => {
      if (broken && key === 'one') throw new Error('no');
      done.push(key);
    });
    await errands.insert('a', { pending: [effect('one'), effect('two')] });
    await sweeper.idle();
    assert.deepEqual(done, []);
    broken = false;
    clock.advance(2_000);
    await sweeper.idle();
    assert.deepEqual(done, ['one', 'two']);
  });

  it('wakes a record when its time has come, also while an effect keeps failing', async () => {
    const sweeper = sweeperFor('me', () => Promise.reject(new Error('no')));
    await errands.insert('a', { pending: [effect('one')], wakeAt: clock.now() + 500 });
    await sweeper.idle();
    assert.equal((await errands.get('a'))?.value.woken, undefined);
    clock.advance(501);
    await sweeper.idle();
    assert.ok((await errands.get('a'))?.value.woken);
  });

  it('keeps what was added while an effect was performed', async () => {
    const done: string[] = [];
    const sweeper = sweeperFor('me', async (id, { key }) => {
      done.push(key);
      if (key === 'one')
        await errands.update(id, (value) => ({ ...value, pending: [...value.pending, effect('two')] }));
    });
    await errands.insert('a', { pending: [effect('one')] });
    await sweeper.idle();
    assert.deepEqual(done, ['one', 'two']);
  });

  it('works on one record in one place at a time, and takes over from the dead', async () => {
    const leases = createLeases({ store: temporary.store, clock, owner: 'dead' });
    let release = (): void => undefined;
    const held = leases.withLease('errands/a', 4_000, () => new Promise<void>((resolve) => (release = resolve)));
    const done: string[] = [];
    const sweeper = sweeperFor('me', async (_, { key }) => void done.push(key));
    await errands.insert('a', { pending: [effect('one')] });
    sweeper.kick('errands', 'a');
    await sweeper.idle();
    assert.deepEqual(done, [], 'the lease is held');
    clock.advance(4_001);
    await sweeper.idle();
    assert.deepEqual(done, ['one'], 'the lease ran out');
    release();
    await held;
  });

  it('finds what a dead process left', async () => {
    const done: string[] = [];
    await errands.insert('a', { pending: [effect('one')] });
    const sweeper = sweeperFor('me', async (_, { key }) => void done.push(key));
    sweeper.start();
    await eventually('the errand', () => done.length > 0);
    await sweeper.stop();
    assert.deepEqual(done, ['one']);
  });

  it('works on many records at once, but never on more than sixteen', async () => {
    let atOnce = 0;
    let most = 0;
    const sweeper = sweeperFor('me', async () => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
    });
    for (let number = 0; number < 40; number++) await errands.insert(`e${number}`, { pending: [effect('one')] });
    for (let number = 0; number < 40; number++) sweeper.kick('errands', `e${number}`);
    await sweeper.idle();
    assert.equal(most, 16);
    assert.equal((await errands.find({ where: { dueAt: { atMost: clock.now() } }, orderBy: 'dueAt' })).items.length, 0);
  });

  it('pauses a record whose wake fails, and retries it later', async () => {
    let tries = 0;
    const leases = createLeases({ store: temporary.store, clock, owner: 'me' });
    const sweeper = createSweeper({ leases, clock, logger: silentLogger });
    sweeper.register<Errand>({
      name: 'errands',
      collection: errands,
      perform: async () => undefined,
      wake: async () => {
        tries++;
        throw new Error('no');
      },
    });
    await errands.insert('a', { pending: [], wakeAt: clock.now() });
    await sweeper.idle();
    await sweeper.idle();
    assert.equal(tries, 1);
    clock.advance(1_000);
    await sweeper.idle();
    assert.equal(tries, 2);
  });

  it('does not wait for another instance’s records', async () => {
    const leases = createLeases({ store: temporary.store, clock, owner: 'other' });
    const sweeper = sweeperFor('me', async () => undefined);
    await errands.insert('a', { pending: [effect('one')] });
    await leases.withLease('errands/a', 4_000, () => sweeper.idle());
    assert.equal((await errands.get('a'))?.value.pending.length, 1);
  });

  it('finishes its work before it stops, and starts nothing more', async () => {
    const done: string[] = [];
    const sweeper = sweeperFor('me', async (_, { key }) => {
      await new Promise((resolve) => setImmediate(resolve));
      done.push(key);
    });
    await errands.insert('a', { pending: [effect('one'), effect('two')] });
    sweeper.kick('errands', 'a');
    await sweeper.stop();
    sweeper.kick('errands', 'a');
    assert.ok(done.length <= 1);
    assert.equal((await errands.get('a'))?.value.pending.length, 2 - done.length, 'what was done is cleared');
  });
});
