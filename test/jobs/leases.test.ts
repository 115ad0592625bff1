import assert from 'node:assert/strict';
import { createLeases } from '../../src/jobs';
import { createMovableClock } from '../core/time/movable-clock';
import { eventually } from '../patience';
import { temporaryStore } from '../store/temporary-store';
import type { TemporaryStore } from '../store/temporary-store';

describe('a lease', () => {
  let temporary: TemporaryStore;
  beforeEach(() => (temporary = temporaryStore()));
  afterEach(() => temporary.remove());

  const clock = createMovableClock(1_000);
  const leasesOf = (owner: string) => createLeases({ store: temporary.store, clock, owner });

  it('is held by one at a time, also within one process, and free again at the end', async () => {
    const one = leasesOf('one');
    const two = leasesOf('two');
    const outcomes: string[] = [];
    const first = await one.withLease('x', 4_000, async () => {
      outcomes.push(await two.withLease('x', 4_000, async () => undefined));
      outcomes.push(await one.withLease('x', 4_000, async () => undefined));
      outcomes.push(await two.withLease('y', 4_000, async () => undefined));
    });
    assert.deepEqual([...outcomes, first], ['held elsewhere', 'held elsewhere', 'done', 'done']);
    assert.equal(await two.withLease('x', 4_000, async () => undefined), 'done');
  });

  it('is free again if the work fails, and the failure is passed on', async () => {
    await assert.rejects(
      leasesOf('one').withLease('x', 4_000, () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(await leasesOf('two').withLease('x', 4_000, async () => undefined), 'done');
  });

  it('is renewed during the work, longer than it would have lasted', async () => {
    const kept = temporary.store.collection<{ until: number }>({ name: 'leases', schema: 1, indexes: {}, queries: [] });
    await leasesOf('one').withLease('x', 150, async () => {
      clock.advance(140);
      await eventually('a renewal', async () => ((await kept.get('x'))?.value.until ?? 0) >= clock.now() + 150);
      clock.advance(20);
      assert.equal(await leasesOf('two').withLease('x', 150, async () => undefined), 'held elsewhere');
    });
  });

  it('expires if the store can’t tell the dead, and at once if it can', async () => {
    const { presence, ...unknowing } = temporary.store;
    const hung = new Promise<void>(() => undefined);
    const without = { store: unknowing, clock };
    void createLeases({ ...without, owner: 'dead one' }).withLease('x', 4_000, () => hung);
    const heir = createLeases({ ...without, owner: 'heir' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await heir.withLease('x', 4_000, async () => undefined), 'held elsewhere');
    clock.advance(4_001);
    assert.equal(await heir.withLease('x', 4_000, async () => undefined), 'done');

    assert.ok(presence);
    void createLeases({ ...without, owner: 'another dead one' }).withLease('y', 4_000, () => hung);
    const knowing = { ...unknowing, presence: { ...presence, hasEnded: (owner: string) => owner.includes('dead') } };
    await new Promise((resolve) => setImmediate(resolve));
    const quickHeir = createLeases({ store: knowing, clock, owner: 'quick heir' });
    assert.equal(await quickHeir.withLease('y', 4_000, async () => undefined), 'done');
  });

  it('is kept between machines whose clocks differ, as long as it is renewed', async () => {
    const { presence, ...shared } = temporary.store;
    assert.ok(presence);
    const early = createMovableClock(1_000_000);
    const late = createMovableClock(1_020_000);
    const one = createLeases({ store: shared, clock: early, owner: 'one' });
    const two = createLeases({ store: shared, clock: late, owner: 'two' });
    const kept = shared.collection<{ until: number }>({ name: 'leases', schema: 1, indexes: {}, queries: [] });
    const untilOf = async (): Promise<number> => (await kept.get('x'))?.value.until ?? 0;
    const tries: string[] = [];
    await one.withLease('x', 150, async (held) => {
      for (let round = 0; round < 4; round++) {
        const before = await untilOf();
        tries.push(await two.withLease('x', 150, async () => undefined));
        for (const each of [early, late]) each.advance(100);
        await eventually('a renewal', async () => (await untilOf()) !== before);
        assert.ok(held());
      }
    });
    assert.deepEqual(tries, Array(4).fill('held elsewhere'));
    assert.equal(await two.withLease('x', 150, async () => undefined), 'done');

    void one.withLease('y', 60_000, () => new Promise(() => undefined));
    await eventually('a lease', () => kept.get('y'));
    tries.splice(0);
    for (const waitedMs of [0, 59_999, 1]) {
      late.advance(waitedMs);
      tries.push(await two.withLease('y', 60_000, async () => undefined));
    }
    assert.deepEqual(tries, ['held elsewhere', 'held elsewhere', 'done']);
  });

  it('tells its work when it may have been lost', async () => {
    const seen: boolean[] = [];
    await leasesOf('one').withLease('x', 60_000, async (held) => {
      seen.push(held());
      clock.advance(60_001);
      seen.push(held());
    });
    assert.deepEqual(seen, [true, false]);
  });
});
