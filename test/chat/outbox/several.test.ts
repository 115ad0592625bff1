import assert from 'node:assert/strict';
import type { OutboxMessage } from '../../../src/chat/contract';
import { createOutbox } from '../../../src/chat/outbox';
import type { RunningOutbox } from '../../../src/chat/outbox';
import { createRateLimit } from '../../../src/chat/rate-limit';
import { SendError } from '../../../src/chat/sender';
import type { MessageSender } from '../../../src/chat/sender';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { createLeases } from '../../../src/jobs';
import { createMovableClock } from '../../core/time/movable-clock';
import { eventually } from '../../patience';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';

const message = (key: string, more: Partial<OutboxMessage> = {}): OutboxMessage => ({
  key,
  destination: { to: 'place', placeId: 'p' },
  content: { text: key },
  revision: 1,
  ...more,
});

/** Keeps what it gets; places in `shut` reject it. */
function keepingChat() {
  const log: string[] = [];
  const shut = new Set<string>();
  let next = 0;
  const say = (words: string, where: string): void => {
    log.push(`${where}: ${words}`);
    if (shut.has(where)) throw new SendError('place closed', 'not let in');
  };
  const sender: MessageSender = {
    async create(destination, content) {
      const placeId = destination.to === 'place' ? destination.placeId : `chat of ${destination.personId}`;
      say('text' in content ? content.text : content.data.summary, placeId);
      return { activityId: `a${++next}`, placeId };
    },
    async edit({ placeId, activityId }, content) {
      say(`${activityId} becomes ${'text' in content ? content.text : ''}`, placeId);
    },
    probe: async () => undefined,
    remove: async () => undefined,
  };
  return { sender, log, shut };
}

describe('several outboxes on one store', () => {
  let temporary: TemporaryStore;
  const opened: RunningOutbox[] = [];
  beforeEach(() => (temporary = temporaryStore()));
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.stop();
    await temporary.remove();
  });

  function open(owner: string, sender: MessageSender, rateLimit = createRateLimit(2_000), pollMs = 20): RunningOutbox {
    const store = temporary.store;
    const leases = createLeases({ store, clock: systemClock, owner });
    const common = { clock: systemClock, logger: silentLogger, pollMs };
    const outbox = createOutbox({ store, sender, rateLimit, leases, ...common });
    opened.push(outbox);
    outbox.start();
    return outbox;
  }

  it('one sends for all, and another takes over when it stops', async () => {
    const chats = [keepingChat(), keepingChat()] as const;
    const one = open('one', chats[0].sender);
    await one.put(message('first'));
    await eventually('the first is sent', () => chats[0].log.length === 1);
    const two = open('two', chats[1].sender);
    await two.put(message('second'));
    await eventually('the second is sent', () => chats[0].log.length === 2);
    assert.deepEqual(chats[1].log, []);
    await one.stop();
    await two.put(message('third'));
    await eventually('the third is sent', () => chats[1].log.length === 1);
    assert.deepEqual(chats[0].log, ['p: first', 'p: second']);
    assert.deepEqual(chats[1].log, ['p: third']);
  });

  it('a new leader sends waiting messages at once, not only at its second poll', async () => {
    const chats = [keepingChat(), keepingChat()] as const;
    const one = createOutbox({
      ...{ store: temporary.store, sender: chats[0].sender, clock: systemClock, logger: silentLogger },
      leases: { withLease: async () => 'held elsewhere' },
    });
    await one.put(message('left behind'));
    await one.stop();
    open('two', chats[1].sender, createRateLimit(), 3_600_000);
    await eventually('it is sent', () => chats[1].log.length === 1);
  });

  it('the one that takes over counts what was just sent', async () => {
    const chats = [keepingChat(), keepingChat()] as const;
    const begun = systemClock.elapsed();
    const one = open('one', chats[0].sender);
    for (let number = 0; number < 6; number++) await one.put(message(`${number}`));
    await eventually('all are sent', () => chats[0].log.length === 6);
    await one.stop();
    const rateLimit = createRateLimit(2_000);
    const two = open('two', chats[1].sender, rateLimit);
    await two.put(message('elsewhere', { destination: { to: 'place', placeId: 'q' } }));
    await eventually('it has taken over', () => chats[1].log.length === 1);
    assert.ok(rateLimit.allowedAt('p', 'message', begun) > begun + 1_000);
  });
});

describe('a place that blocks Gavel', () => {
  let temporary: TemporaryStore;
  beforeEach(() => (temporary = temporaryStore()));
  afterEach(() => temporary.remove());

  it('is retried for a while, then its owner is told once, and a message that arrives ends it', async () => {
    const chat = keepingChat();
    const clock = createMovableClock(1_000_000);
    const owners = { ownerOf: async () => ({ personId: 'dana', placeName: 'Deployments' }) };
    const open = () =>
      createOutbox({ store: temporary.store, sender: chat.sender, clock, logger: silentLogger, owners });
    const undelivered: string[] = [];
    /** What a new process over the same store does, some time later. */
    const later = async (milliseconds: number): Promise<void> => {
      clock.advance(milliseconds);
      const outbox = open();
      outbox.onUndeliverable('', async (key) => void undelivered.push(key));
      await outbox.idle();
      await outbox.stop();
    };
    const first = open();
    chat.shut.add('p');
    await first.put(message('m'));
    await first.idle();
    await first.stop();
    for (let round = 0; round < 4; round++) await later(100_000);
    assert.deepEqual(undelivered, [], 'still hoped for');
    assert.ok(chat.log.length >= 4);
    await later(300_000);
    await later(10_000);
    assert.deepEqual(undelivered, ['m']);
    const words = chat.log.filter((line) => line.startsWith('chat of dana'));
    assert.equal(words.length, 1);
    assert.match(
      words[0] ?? '',
      /hasn’t let me post in \*\*Deployments\*\* for 12 minutes\. A message is waiting: m\. Add me to Deployments again/,
    );
    chat.shut.clear();
    const last = open();
    await last.put(message('next'));
    await last.idle();
    assert.equal((await last.fate('next'))?.state, 'posted');
    await last.stop();
    await later(10_000);
    const lost = temporary.store.collection({ name: 'lost-places', schema: 1, indexes: {}, queries: [] });
    assert.equal(await lost.get('p'), undefined);
  });

  it('does not delay messages to a person who can’t be reached', async () => {
    const chat = keepingChat();
    chat.shut.add('chat of nico');
    const clock = createMovableClock(1_000_000);
    const outbox = createOutbox({ store: temporary.store, sender: chat.sender, clock, logger: silentLogger });
    await outbox.put(message('m', { destination: { to: 'person', personId: 'nico' } }));
    await outbox.idle();
    assert.equal((await outbox.fate('m'))?.state, 'undeliverable');
    await outbox.stop();
  });
});
