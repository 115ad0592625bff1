import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { ConflictError, StoreUnavailableError } from '../../src/core/errors';
import { silentLogger } from '../../src/core/telemetry/logger';
import { limitStoreTime } from '../../src/store/collections';
import { createStoreSwitch } from '../proof/store-down/switch';
import { temporaryStore } from './temporary-store';
import type { TemporaryStore } from './temporary-store';

describe('a store that does not answer', () => {
  let temporary: TemporaryStore;
  beforeEach(() => {
    temporary = temporaryStore();
    // The limit ends when the test says so: a slow disk isn't a silent store.
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
    return temporary.remove();
  });

  /** The limit runs in slices; a slice that a slow machine was late for isn't counted. */
  function passLimit(): void {
    for (let tick = 0; tick < 100; tick += 1) mock.timers.tick(60);
  }

  it('counts as down after the limit, then refuses at once except for one call that finds out', async () => {
    const power = createStoreSwitch();
    const store = limitStoreTime(power.around(temporary.store), { limitMs: 60, logger: silentLogger });
    const things = store.collection<{ a: number }>({ name: 'things', schema: 1, indexes: {}, queries: [] });
    await things.insert('one', { a: 1 });
    await assert.rejects(things.insert('one', { a: 2 }), ConflictError);
    power.state = 'hangs';
    const unanswered = assert.rejects(things.get('one'), StoreUnavailableError);
    passLimit();
    await unanswered;
    const looking = things.get('one').then(
      () => 'answered',
      (error: Error) => error.message,
    );
    await assert.rejects(
      things.update('one', () => ({ a: 3 })),
      /isn’t responding/,
    );
    passLimit();
    assert.match(await looking, /in time/);
    power.state = 'up';
    assert.equal((await things.get('one'))?.value.a, 1);
    assert.equal((await things.update('one', () => ({ a: 3 })))?.changed, true);
    await store.check();
  });

  it('stays up when a call from before it came back runs out of time', async () => {
    const power = createStoreSwitch();
    const store = limitStoreTime(power.around(temporary.store), { limitMs: 60, logger: silentLogger });
    const things = store.collection<{ a: number }>({ name: 'things', schema: 1, indexes: {}, queries: [] });
    power.state = 'hangs';
    const unanswered = assert.rejects(things.get('one'), StoreUnavailableError);
    power.state = 'up';
    await things.insert('one', { a: 1 });
    passLimit();
    await unanswered;
    const [first, second] = await Promise.all([things.get('one'), things.get('one')]);
    assert.deepEqual([first?.value, second?.value], [{ a: 1 }, { a: 1 }]);
  });
});
