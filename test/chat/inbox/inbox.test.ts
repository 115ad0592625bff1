import assert from 'node:assert/strict';
import { createInbox } from '../../../src/chat/inbox';
import type { Inbox } from '../../../src/chat/inbox';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { Collection, Store } from '../../../src/store/contract';
import { createMovableClock } from '../../core/time/movable-clock';
import { eventually } from '../../patience';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';

interface Delivery {
  readonly at: number;
  readonly inWork?: { readonly owner: string; readonly until: number; readonly tries: number };
}

const minuteMs = 60_000;
const place = 'a:chat';

describe('the inbox', () => {
  let temporary: TemporaryStore;
  let store: Store;
  let deliveries: Collection<Delivery>;
  let done: string[];
  let looks = 0;
  const clock = createMovableClock(1_760_000_000_000);

  const inboxOf = (owner: string): Inbox => createInbox({ store, clock, logger: silentLogger, owner });
  const doing = (what: string) => async () => void done.push(what);

  /** Resolves when waiting deliveries have checked once more, and the result has had its effect. */
  async function anotherLook(): Promise<void> {
    const before = looks;
    await eventually('another look', () => looks > before + 1);
  }

  beforeEach(() => {
    temporary = temporaryStore();
    // Like a store that several machines share: nobody can tell whether a process has died.
    const { store: own } = temporary;
    store = {
      ...own,
      presence: undefined,
      collection: (spec) => {
        const collection = own.collection(spec);
        return {
          ...collection,
          get: (id) => {
            looks += 1;
            return collection.get(id);
          },
        };
      },
    };
    deliveries = store.collection<Delivery>({ name: 'inbound', schema: 1, indexes: {}, queries: [] });
    done = [];
  });
  afterEach(() => temporary.remove());

  it('handles a message once, however often and wherever it is delivered', async () => {
    const [one, other] = [inboxOf('one'), inboxOf('other')];
    assert.equal(await one.once(place, 'm1', doing('first')), true);
    assert.equal(await one.once(place, 'm1', doing('again')), false);
    assert.equal(await other.once(place, 'm1', doing('elsewhere')), false);
    assert.equal(await inboxOf('one after its restart').once(place, 'm1', doing('later')), false);
    assert.deepEqual(done, ['first']);
  });

  it('treats the same id in two places as two messages', async () => {
    const inbox = inboxOf('one');
    await inbox.once(place, 'm1', doing('here'));
    await inbox.once('a:other', 'm1', doing('there'));
    assert.deepEqual(done, ['here', 'there']);
  });

  it('makes a delivery wait while the message is in progress, here and elsewhere', async () => {
    const [one, other] = [inboxOf('one'), inboxOf('other')];
    let finish = (): void => undefined;
    const working = one.once(place, 'm1', async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      done.push('first');
    });
    const again = one.once(place, 'm1', doing('again')).then(() => done.push('answered here'));
    const elsewhere = other.once(place, 'm1', doing('elsewhere')).then(() => done.push('answered elsewhere'));
    await anotherLook();
    assert.deepEqual(done, []);
    finish();
    await Promise.all([working, again, elsewhere]);
    assert.deepEqual(done, ['first', 'answered here', 'answered elsewhere']);
  });

  it('keeps its claim during the work, however long that takes', async () => {
    const one = createInbox({ store, clock, logger: silentLogger, owner: 'one', leaseMs: 60 });
    await one.once(place, 'm1', async () => {
      for (let step = 0; step < 6; step++) {
        clock.advance(20);
        await eventually('a renewed claim', async () => {
          const claim = (await deliveries.get(`${place} m1`))?.value.inWork;
          return claim?.owner === 'one' && claim.until === clock.now() + 60;
        });
      }
      done.push('renewed each time');
    });
    assert.deepEqual(done, ['renewed each time']);
  });

  it('takes over the work of a dead process as soon as its claim has expired', async () => {
    const until = clock.now() + 10_000;
    await deliveries.insert(`${place} m1`, { at: clock.now(), inWork: { owner: 'dead', until, tries: 1 } });
    const inbox = inboxOf('one');
    const taken = inbox.once(place, 'm1', doing('taken over'));
    await anotherLook();
    assert.deepEqual(done, []);
    clock.advance(10_001);
    assert.equal(await taken, true);
    assert.deepEqual(done, ['taken over']);
    assert.equal(await inbox.once(place, 'm1', doing('again')), false);
  });

  it('takes over at once from a process that is known to be dead, and only once', async () => {
    store = { ...store, presence: { announce: () => undefined, hasEnded: (owner) => owner === 'dead' } };
    const until = clock.now() + 10_000;
    await deliveries.insert(`${place} m1`, { at: clock.now(), inWork: { owner: 'dead', until, tries: 1 } });
    const results = await Promise.all(['one', 'other'].map((owner) => inboxOf(owner).once(place, 'm1', doing(owner))));
    assert.deepEqual(results.filter(Boolean).length, 1);
    assert.equal(done.length, 1);
  });

  it('gives up a message that has killed three processes', async () => {
    const inWork = { owner: 'dead', until: clock.now() - 1, tries: 3 };
    await deliveries.insert(`${place} m1`, { at: clock.now(), inWork });
    const again = inboxOf('one').once(place, 'm1', doing('again'));
    await anotherLook();
    clock.advance(4_001);
    assert.equal(await again, false);
    assert.deepEqual(done, []);
  });

  for (const [name, stepMs] of Object.entries({ '2 days on': 172_800_000, '1 h back': -3_600_000 }))
    it(`leaves a message to the process that works on it when the clock is set ${name}`, async () => {
      const inWork = { owner: 'alive', until: clock.now() + 10_000, tries: 1 };
      await deliveries.insert(`${place} m1`, { at: clock.now(), inWork });
      const inbox = inboxOf('one');
      const second = inbox.once(place, 'm1', doing('a second time'));
      clock.step(stepMs);
      clock.advance(3_300);
      await deliveries.update(`${place} m1`, (delivery) => ({
        ...delivery,
        inWork: { ...inWork, until: clock.now() + 10_000 },
      }));
      await anotherLook();
      await deliveries.update(`${place} m1`, ({ at }) => ({ at }));
      assert.equal(await second, false);
      assert.deepEqual(done, []);
    });

  it('does not repeat failed work, because its author was told', async () => {
    const inbox = inboxOf('one');
    await assert.rejects(
      inbox.once(place, 'm1', () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await inbox.once(place, 'm1', doing('again')), false);
  });

  it('treats messages from before claims existed as answered', async () => {
    await deliveries.insert(`${place} m1`, { at: clock.now() });
    assert.equal(await inboxOf('one').once(place, 'm1', doing('again')), false);
  });

  it('remembers ids for a quarter of an hour, only in the store', async () => {
    const inbox = inboxOf('one');
    const ids = Array.from({ length: 500 }, (_, index) => `m${index}`);
    await Promise.all(ids.map((id) => inbox.once(place, id, doing(id))));
    assert.equal(await store.removeExpired(clock.now() + 14 * minuteMs), 0);
    assert.equal(await inbox.once(place, 'm7', doing('again')), false);
    assert.equal(await store.removeExpired(clock.now() + 15 * minuteMs), 500);
    assert.equal(done.length, 500);
  });
});
