import assert from 'node:assert/strict';
import { silentLogger } from '../../src/core/telemetry/logger';
import { createLeases, createSweeper } from '../../src/jobs';
import type { Living, PendingEffect } from '../../src/jobs';
import { backoffMs, isEffectDue, isWakeDue } from '../../src/jobs/settle';
import type { Collection } from '../../src/store/contract';
import { dueAt } from '../../src/workflows';
import { createMovableClock } from '../core/time/movable-clock';
import type { MovableClock } from '../core/time/movable-clock';
import { temporaryStore } from '../store/temporary-store';
import type { TemporaryStore } from '../store/temporary-store';

const hourMs = 3_600_000;
const steps = { '1 h back': -hourMs, '60 s back': -60_000, '120 s on': 120_000, '2 days on': 48 * hourMs };
const now = 1_760_000_000_000;

describe('the due time', () => {
  const effect = (attempts: number, inMs: number): PendingEffect => ({
    key: 'one',
    kind: 'one',
    attempts,
    dueAt: now + inMs,
  });

  const effects: readonly [what: string, attempts: number, inMs: number, isDue: boolean][] = [
    ['one just made', 0, 0, true],
    ['one made by a clock that is a moment ahead', 0, 1, true],
    ['one made an hour ahead', 0, hourMs, true],
    ['one that failed once and waits', 1, 400, false],
    ['one that failed once, an hour ahead', 1, hourMs, true],
    ['one that failed often and waits', 20, 37_000, false],
    ['one that failed often, a minute ahead', 20, 60_000, true],
    ['one whose wait is over', 20, -1, true],
  ];
  for (const [what, attempts, inMs, isDue] of effects)
    it(`of ${what} ${isDue ? 'has' : 'has not'} come`, () =>
      assert.equal(isEffectDue(effect(attempts, inMs), now), isDue));

  it('has not come for a record just postponed by the longest wait', () => {
    for (let failures = 0; failures < 30; failures++)
      for (const random of [0, 0.5, 0.999_999]) {
        const waitMs = backoffMs(failures, random);
        assert.ok(!isEffectDue(effect(failures + 1, waitMs), now), `${failures} failures, ${waitMs} ms`);
      }
  });

  const wakes: readonly [what: string, inMs: number | undefined, withinMs: number | undefined, isDue: boolean][] = [
    ['nothing to wake', undefined, 1_000, false],
    ['a time that has come', 0, undefined, true],
    ['a time of day an hour ahead', hourMs, undefined, false],
    ['a look a second ahead', 1_000, 15_000, false],
    ['a look an hour ahead that never lies more than 15 s ahead', hourMs, 15_000, true],
  ];
  for (const [what, inMs, withinMs, isDue] of wakes)
    it(`of ${what} ${isDue ? 'has' : 'has not'} come`, () => {
      const wakeAt = inMs === undefined ? undefined : now + inMs;
      assert.equal(isWakeDue({ pending: [], ...(wakeAt !== undefined && { wakeAt }) }, withinMs, now), isDue);
    });
});

describe('a clock that is set', () => {
  let temporary: TemporaryStore;
  let clock: MovableClock;
  let errands: Collection<Living>;
  let done: string[];

  beforeEach(() => {
    temporary = temporaryStore();
    clock = createMovableClock(now);
    errands = temporary.store.collection<Living>({
      name: 'errands',
      schema: 1,
      indexes: { dueAt },
      queries: [{ orderBy: 'dueAt' }],
    });
    done = [];
  });
  afterEach(() => temporary.remove());

  function sweeper() {
    const leases = createLeases({ store: temporary.store, clock, owner: 'me' });
    const made = createSweeper({ leases, clock, logger: silentLogger });
    made.register<Living>({
      name: 'errands',
      collection: errands,
      wakesWithinMs: () => 1_000,
      perform: async ({ id }, { key }) => void done.push(`${id} ${key}`),
      wake: async ({ id }) => {
        done.push(`${id} woken`);
        await errands.update(id, ({ pending }) => ({ pending }));
      },
    });
    return made;
  }

  const errand = (attempts = 0): Living => ({
    pending: [{ key: 'effect', kind: 'effect', attempts, dueAt: clock.now() }],
  });

  for (const [name, stepMs] of Object.entries(steps)) {
    it(`${name} postpones no effect and no check`, async () => {
      const one = sweeper();
      await one.idle();
      await errands.insert('a', errand());
      await errands.insert('b', { pending: [], wakeAt: clock.now() + 1_000 });
      clock.step(stepMs);
      await one.idle();
      clock.advance(1_001);
      await one.idle();
      assert.deepEqual(done.sort(), ['a effect', 'b woken']);
    });

    it(`${name} while nothing runs postpones no effect and no check after the start`, async () => {
      await errands.insert('a', errand(1));
      await errands.insert('b', { pending: [], wakeAt: clock.now() + 1_000 });
      clock.step(stepMs);
      const one = sweeper();
      await one.idle();
      clock.advance(1_001);
      await one.idle();
      assert.deepEqual(done.sort(), ['a effect', 'b woken']);
    });

    it(`${name} takes no lease from an owner who renews it`, async () => {
      const { presence: _none, ...shared } = temporary.store;
      const one = createLeases({ store: shared, clock, owner: 'one' });
      const other = createLeases({ store: shared, clock, owner: 'other' });
      await one.withLease('x', 60_000, async (held) => {
        const tries = [await other.withLease('x', 60_000, async () => undefined)];
        clock.step(stepMs);
        tries.push(await other.withLease('x', 60_000, async () => undefined));
        assert.ok(held(), 'whoever holds it knows that it does');
        assert.deepEqual(tries, ['held elsewhere', 'held elsewhere']);
      });
      assert.equal(await other.withLease('x', 60_000, async () => undefined), 'done');
    });

    it(`${name} leaves no lease of a dead process behind`, async () => {
      const { presence: _none, ...shared } = temporary.store;
      void createLeases({ store: shared, clock, owner: 'dead' }).withLease(
        'x',
        60_000,
        () => new Promise(() => undefined),
      );
      const heir = createLeases({ store: shared, clock, owner: 'heir' });
      await new Promise((resolve) => setImmediate(resolve));
      clock.step(stepMs);
      assert.equal(await heir.withLease('x', 60_000, async () => undefined), 'held elsewhere');
      clock.advance(60_000);
      assert.equal(await heir.withLease('x', 60_000, async () => undefined), 'done');
    });
  }

  it('resumes hundreds of postponed records, and stops querying when it is done', async () => {
    const ahead = clock.now() + hourMs;
    for (let number = 0; number < 120; number++)
      await errands.insert(`e${number}`, { pending: [{ key: 'effect', kind: 'effect', attempts: 0, dueAt: ahead }] });
    const one = sweeper();
    for (let round = 0; round < 12; round++) {
      await one.idle();
      clock.advance(1_000);
    }
    assert.equal(done.length, 120);
  });
});
