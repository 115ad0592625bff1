import assert from 'node:assert/strict';
import type { OutboxMessage } from '../../../src/chat/contract';
import { createOutbox } from '../../../src/chat/outbox';
import type { RunningOutbox } from '../../../src/chat/outbox';
import { SendError } from '../../../src/chat/sender';
import type { MessageSender } from '../../../src/chat/sender';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createMovableClock } from '../../core/time/movable-clock';
import type { MovableClock } from '../../core/time/movable-clock';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';

const hourMs = 3_600_000;
const steps = { '1 h back': -hourMs, '60 s back': -60_000, '120 s on': 120_000, '2 days on': 48 * hourMs };

describe('the outbox, when the clock is set', () => {
  let temporary: TemporaryStore;
  let clock: MovableClock;
  let outbox: RunningOutbox;
  let sent: string[];
  let fails: boolean;

  const sender: MessageSender = {
    async create(_destination, content) {
      if (fails) throw new SendError('retry', 'Teams didn’t respond');
      sent.push('text' in content ? content.text : '');
      return { activityId: `a${sent.length}`, placeId: 'p' };
    },
    edit: async () => undefined,
    probe: async () => undefined,
    remove: async () => undefined,
  };
  const message = (text: string): OutboxMessage => ({
    key: text,
    destination: { to: 'place', placeId: 'p' },
    content: { text },
    revision: 1,
  });
  const open = (): RunningOutbox => createOutbox({ store: temporary.store, sender, clock, logger: silentLogger });

  beforeEach(() => {
    temporary = temporaryStore();
    clock = createMovableClock(1_760_000_000_000);
    sent = [];
    fails = false;
    outbox = open();
  });
  afterEach(async () => {
    await outbox.stop();
    await temporary.remove();
  });

  for (const [name, stepMs] of Object.entries(steps)) {
    it(`${name}, posts into a busy channel after a second, in order`, async () => {
      for (let number = 0; number < 6; number++) await outbox.put(message(`before ${number}`));
      await outbox.idle();
      clock.step(stepMs);
      await outbox.put(message('after'));
      await outbox.put(message('last'));
      await outbox.idle();
      assert.equal(sent.length, 6, 'six in a second is what Teams allows');
      for (let round = 0; round < 3; round++) {
        clock.advance(1_011);
        await outbox.put(message(`round ${round}`));
        await outbox.idle();
      }
      assert.deepEqual(sent.slice(6, 8), ['after', 'last']);
    });

    it(`${name}, retries a failed message as soon as it would have otherwise`, async () => {
      fails = true;
      await outbox.put(message('late'));
      await outbox.idle();
      fails = false;
      clock.step(stepMs);
      clock.advance(1_000);
      await outbox.put(message('next'));
      await outbox.idle();
      assert.deepEqual(sent, ['late', 'next']);
    });

    it(`${name} between two runs, sends the remaining messages`, async () => {
      fails = true;
      await outbox.put(message('left'));
      await outbox.idle();
      await outbox.stop();
      fails = false;
      clock.step(stepMs);
      outbox = open();
      clock.advance(1_000);
      await outbox.idle();
      assert.deepEqual(sent, ['left']);
    });
  }

  it('sends at once what an instance with a clock some seconds ahead stored', async () => {
    await outbox.idle();
    const ahead = createMovableClock(clock.now() + 8_000);
    const other = createOutbox({
      store: temporary.store,
      sender,
      clock: ahead,
      logger: silentLogger,
      leases: { withLease: async () => 'held elsewhere' },
    });
    await other.put(message('from elsewhere'));
    await other.stop();
    await outbox.idle();
    assert.deepEqual(sent, ['from elsewhere']);
  });
});
