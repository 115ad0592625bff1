import assert from 'node:assert/strict';
import type { Content, OutboxMessage } from '../../../src/chat/contract';
import { createOutbox } from '../../../src/chat/outbox';
import type { RunningOutbox } from '../../../src/chat/outbox';
import { listGivenUp } from '../../../src/chat/outbox/notices';
import { messageCollection } from '../../../src/chat/outbox/record';
import { SendError, textForm } from '../../../src/chat/sender';
import type { MessageSender, SendFailure } from '../../../src/chat/sender';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { sampleOf } from '../../core/card/sample';
import { createMovableClock } from '../../core/time/movable-clock';
import type { MovableClock } from '../../core/time/movable-clock';
import { eventually } from '../../patience';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';

type Fault = SendFailure | 'posted, answer lost' | 'never answers';

const placeWords = ({ placeId, thread, below }: { placeId: string; thread?: string; below?: string }): string =>
  [placeId, thread ?? below].filter((each) => each !== undefined).join('/');

/** A chat tool that follows the script, one line for each send, and works normally afterward. */
function scriptedChat() {
  const script: { fault: Fault; retryAfterMs?: number }[] = [];
  const log: string[] = [];
  /** Whether the probe fails, too. */
  const outage = { is: false };
  const idless = { is: false };
  const visible = new Map<string, string>();
  let next = 0;
  const words = (content: Content): string => ('text' in content ? content.text : `card ${content.data.summary}`);
  function play(deed: string, act: () => void): Promise<void> {
    log.push(deed);
    const line = script.shift();
    if (!line) return Promise.resolve(act());
    if (line.fault === 'never answers') return new Promise(() => undefined);
    if (line.fault === 'posted, answer lost') act();
    const kind = line.fault === 'posted, answer lost' ? 'unclear' : line.fault;
    return Promise.reject(new SendError(kind, 'scripted', { retryAfterMs: line.retryAfterMs }));
  }
  const sender: MessageSender = {
    async create(destination, content) {
      const where = destination.to === 'place' ? placeWords(destination) : destination.personId;
      const activityId = `a${++next}`;
      await play(`create ${where} ${words(content)}`, () => visible.set(activityId, words(content)));
      return {
        ...(!idless.is && { activityId }),
        placeId: destination.to === 'place' ? destination.placeId : `chat of ${destination.personId}`,
      };
    },
    edit: ({ activityId }, content) =>
      play(`edit ${activityId} ${words(content)}`, () => visible.set(activityId, words(content))),
    async probe(destination) {
      log.push(`probe ${destination.to === 'place' ? destination.placeId : destination.personId}`);
      if (outage.is) throw new SendError('unclear', 'scripted');
    },
    remove: (_placeId, activityId) => play(`remove ${activityId}`, () => visible.delete(activityId)),
  };
  return { sender, script, log, visible, outage, idless };
}

const place = { to: 'place', placeId: 'p' } as const;
const message = (key: string, text: string, revision = 1, more: Partial<OutboxMessage> = {}): OutboxMessage => ({
  key,
  destination: place,
  content: { text },
  revision,
  ...more,
});

describe('the outbox', () => {
  let temporary: TemporaryStore;
  let chat: ReturnType<typeof scriptedChat>;
  let clock: MovableClock;
  let outbox: RunningOutbox;
  const opened: RunningOutbox[] = [];

  const open = (): RunningOutbox => {
    const made = createOutbox({
      store: temporary.store,
      sender: chat.sender,
      clock,
      logger: silentLogger,
      secondLookMs: 20,
      random: () => 1,
    });
    opened.push(made);
    return made;
  };
  beforeEach(() => {
    temporary = temporaryStore();
    chat = scriptedChat();
    clock = createMovableClock(1_000_000);
    outbox = open();
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.stop();
    await temporary.remove();
  });

  it('posts once, then edits', async () => {
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    clock.advance(3_000);
    await outbox.put(message('d', 'two', 2));
    await outbox.idle();
    assert.deepEqual(chat.log, ['create p one', 'edit a1 two']);
    assert.equal((await outbox.fate('d'))?.state, 'posted');
    assert.equal((await outbox.fate('unknown'))?.state, undefined);
  });

  it('ignores a known or older revision', async () => {
    await outbox.put(message('d', 'two', 2));
    await outbox.put(message('d', 'again', 2));
    await outbox.put(message('d', 'old', 1));
    await outbox.idle();
    assert.deepEqual(chat.log, ['create p two']);
  });

  it('shows only the last of many quick changes, at most one in two seconds', async () => {
    await outbox.put(message('d', '1'));
    await outbox.idle();
    for (let revision = 2; revision <= 30; revision++) await outbox.put(message('d', String(revision), revision));
    await outbox.idle();
    for (let revision = 31; revision <= 60; revision++) await outbox.put(message('d', String(revision), revision));
    await outbox.idle();
    assert.ok(chat.log.length <= 3, chat.log.join(', '));
    clock.advance(2_100);
    await outbox.put(message('d', '61', 61));
    await outbox.idle();
    assert.equal(chat.visible.get('a1'), '61');
  });

  it('lets a final state overtake waiting progress', async () => {
    await outbox.put(message('a', 'a1'));
    await outbox.put(message('b', 'b1'));
    await outbox.idle();
    await outbox.put(message('a', 'a2', 2));
    await outbox.idle();
    await outbox.put(message('a', 'a3', 3));
    await outbox.put(message('b', 'b done', 2, { final: true }));
    await outbox.idle();
    assert.deepEqual(chat.log, ['create p a1', 'create p b1', 'edit a1 a2', 'edit a2 b done']);
  });

  it('keeps the order of one conversation and stays below its limits', async () => {
    for (let index = 0; index < 20; index++) await outbox.put(message(`m${index}`, String(index)));
    await outbox.idle();
    assert.equal(chat.log.length, 6);
    for (let round = 0; round < 5; round++) {
      clock.advance(2_100);
      await outbox.put(message(`late${round}`, 'late'));
      await outbox.idle();
    }
    assert.deepEqual(
      chat.log.slice(0, 20),
      Array.from({ length: 20 }, (_, index) => `create p ${index}`),
    );
  });

  it('waits as long as it is told to, and posts once', async () => {
    chat.script.push({ fault: 'retry', retryAfterMs: 5_000 });
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    clock.advance(4_900);
    await outbox.idle();
    assert.equal(chat.log.length, 1);
    clock.advance(500);
    await reopened();
    assert.deepEqual(chat.log, ['create p one', 'create p one']);
    assert.equal(chat.visible.size, 1);
  });

  /** What a new process over the same store does. */
  async function reopened(): Promise<void> {
    await outbox.stop();
    outbox = open();
    await outbox.idle();
  }

  it('repeats edits after 412, 5xx and resets until they are shown', async () => {
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    chat.script.push({ fault: 'retry' }, { fault: 'unclear' }, { fault: 'retry' });
    await outbox.put(message('d', 'two', 2, { final: true }));
    for (let round = 0; round < 4; round++) {
      clock.advance(10_000);
      await reopened();
    }
    assert.equal(chat.visible.get('a1'), 'two');
    assert.equal(chat.visible.size, 1);
  });

  it('repeats a post of unknown outcome only once', async () => {
    const told: string[] = [];
    chat.script.push({ fault: 'posted, answer lost' }, { fault: 'posted, answer lost' });
    outbox.onUndeliverable('d', async (key) => void told.push(key));
    await outbox.put(message('d', 'one'));
    for (let round = 0; round < 4; round++) {
      clock.advance(60_000);
      await outbox.idle();
    }
    assert.deepEqual(chat.log, ['create p one', 'probe p', 'create p one']);
    assert.equal((await outbox.fate('d'))?.state, 'undeliverable');
    assert.deepEqual(told, ['d']);
  });

  it('does not repeat a post of unknown outcome before the outage is over, even after a kill', async () => {
    chat.script.push({ fault: 'unclear' });
    chat.outage.is = true;
    await outbox.put(message('d', 'one', 1, { tryFor: 'a day' }));
    for (let round = 0; round < 30; round++) {
      clock.advance(60_000);
      if (round % 10 === 5) await reopened();
      await outbox.idle();
    }
    assert.equal(chat.log.filter((line) => line.startsWith('create')).length, 1);
    assert.ok(chat.log.length > 25, 'it looks again all the time');
    chat.outage.is = false;
    clock.advance(60_000);
    await outbox.idle();
    assert.deepEqual([...chat.visible.values()], ['one']);
    assert.equal(chat.log.filter((line) => line.startsWith('create')).length, 2);
  });

  it('tries an answer for half an hour, lists it as given up, and posts it at its next change', async () => {
    for (let tries = 0; tries < 1_000; tries++) chat.script.push({ fault: 'retry' });
    await outbox.put(message('answer', 'answer'));
    let seconds = 0;
    for (; (await outbox.fate('answer'))?.state !== 'undeliverable' && seconds < 3_600; seconds += 15) {
      clock.advance(15_000);
      await outbox.idle();
    }
    assert.ok(seconds >= 1_800 && seconds <= 1_960, `${seconds} s`);
    assert.deepEqual(
      (await listGivenUp(temporary.store.collection(messageCollection), 0)).map(({ summary, placeId, error }) => [
        summary,
        placeId,
        error,
      ]),
      [['answer', 'p', 'scripted']],
    );
    chat.script.length = 0;
    await outbox.put(message('answer', 'answer, later', 2));
    await outbox.idle();
    assert.deepEqual([...chat.visible.values()], ['answer, later']);
    assert.deepEqual(await listGivenUp(temporary.store.collection(messageCollection), 0), []);
  });

  it('tells the recipient about a given-up message, once, in their own chat', async () => {
    chat.script.push({ fault: 'refused' }, { fault: 'refused' });
    await outbox.put(message('d', 'D-1 waits', 1, { onBehalfOf: 'dana' }));
    await outbox.idle();
    clock.advance(1_000);
    await outbox.idle();
    assert.equal(chat.visible.size, 1);
    assert.match([...chat.visible.values()][0] ?? '', /^\*\*This message didn’t arrive where you asked:\*\* D-1 waits/);
    assert.match(chat.log.at(-1) ?? '', /^create dana/);
  });

  it('says that a message may have arrived if nobody confirmed its delivery', async () => {
    chat.script.push({ fault: 'unclear' }, { fault: 'unclear' });
    await outbox.put(message('d', 'D-1 waits', 1, { onBehalfOf: 'dana' }));
    for (let round = 0; round < 3; round++) {
      await outbox.idle();
      clock.advance(1_000);
    }
    await outbox.idle();
    assert.match(
      [...chat.visible.values()].at(-1) ?? '',
      /^\*\*This message might not have arrived where you asked:\*\* D-1 waits\..*didn’t confirm the delivery/,
    );
  });

  it('takes over a message that failed elsewhere, including that attempt', async () => {
    await outbox.handOver(message('lost', 'lost'), new SendError('unclear', 'scripted'));
    clock.advance(1_000);
    await outbox.idle();
    assert.deepEqual(chat.log, ['probe p', 'create p lost']);
    chat.script.push({ fault: 'unclear' });
    await outbox.handOver(message('twice', 'twice'), new SendError('unclear', 'scripted'));
    clock.advance(1_000);
    await outbox.idle();
    assert.equal((await outbox.fate('twice'))?.state, 'undeliverable', 'two tries of unknown outcome are two');
  });

  it('reposts later states if Teams gave no id: progress rarely, the final state at once', async () => {
    chat.idless.is = true;
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    assert.deepEqual(await outbox.fate('d'), { state: 'posted' });
    await outbox.put(message('d', 'two', 2));
    await outbox.idle();
    await outbox.put(message('d', 'three', 3));
    await outbox.idle();
    assert.deepEqual(chat.log, ['create p one']);
    clock.advance(31_000);
    await outbox.idle();
    await outbox.put(message('d', 'end', 4, { final: true }));
    await outbox.put(message('below', 'below', 1, { destination: { to: 'thread of', messageKey: 'd' } }));
    await outbox.idle();
    assert.deepEqual(chat.log, ['create p one', 'create p three', 'create p end', 'create p below']);
  });

  it('reposts the final state of a deleted message, and any other state with its next change', async () => {
    await outbox.put(message('d', 'one'));
    await outbox.put(message('e', 'one'));
    await outbox.idle();
    chat.script.push({ fault: 'gone' });
    await outbox.put(message('d', 'end', 2, { final: true }));
    await outbox.idle();
    chat.script.push({ fault: 'gone' });
    clock.advance(3_000);
    await outbox.put(message('e', 'two', 2));
    await outbox.idle();
    assert.deepEqual(chat.log.slice(2), ['edit a1 end', 'create p end', 'edit a2 two']);
    clock.advance(31_000);
    await outbox.put(message('e', 'three', 3));
    await outbox.idle();
    assert.deepEqual(chat.log.slice(5), ['create p three']);
  });

  it('posts at the top level if only the thread is gone', async () => {
    chat.script.push({ fault: 'thread gone' });
    await outbox.put(message('d', 'one', 1, { destination: { ...place, thread: 't' } }));
    await outbox.idle();
    assert.deepEqual(chat.log, ['create p/t one', 'create p one']);
  });

  it('lets no failing message silence a place, and continues at once when something arrives', async () => {
    for (let tries = 0; tries < 40; tries++) chat.script.push({ fault: 'retry' });
    await outbox.put(message('bad', 'bad', 1, { final: true }));
    for (let round = 0; round < 12; round++) {
      clock.advance(10_000);
      await outbox.idle();
    }
    chat.script.length = 0;
    clock.advance(1_000);
    await outbox.put(message('good', 'good'));
    await outbox.idle();
    assert.deepEqual(chat.log.slice(-2), ['create p good', 'create p bad']);
  });

  it('deletes the duplicate of an uncertain post when it is seen, and nothing else', async () => {
    await outbox.remember({ placeId: 'p', activityId: 'reply' });
    await outbox.reportSeen('p', 'unknown');
    assert.equal(chat.log.length, 0);
    chat.script.push({ fault: 'posted, answer lost' });
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    clock.advance(60_000);
    await reopened();
    assert.deepEqual([...chat.visible.keys()], ['a1', 'a2']);
    await outbox.reportSeen('p', 'a2');
    await outbox.reportSeen('p', 'reply');
    await outbox.reportSeen('elsewhere', 'a1');
    await outbox.reportSeen('p', 'a1');
    assert.deepEqual([...chat.visible.keys()], ['a2']);
    assert.equal(chat.log.filter((line) => line.startsWith('remove')).length, 1);
  });

  it('deletes nothing if a message has no id', async () => {
    chat.script.push({ fault: 'posted, answer lost' });
    await outbox.put(message('d', 'one'));
    clock.advance(60_000);
    await outbox.idle();
    chat.idless.is = true;
    await outbox.put(message('e', 'nameless'));
    await outbox.idle();
    await outbox.reportSeen('p', 'a3');
    assert.ok(!chat.log.some((line) => line.startsWith('remove')));
  });

  it('does not mistake a post for a duplicate if it is seen before it is recorded', async () => {
    chat.script.push({ fault: 'posted, answer lost' });
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    clock.advance(60_000);
    await reopened();
    const seen = outbox.reportSeen('p', 'a3');
    await outbox.remember({ placeId: 'p', activityId: 'a3' });
    await seen;
    assert.ok(!chat.log.some((line) => line.startsWith('remove')));
  });

  it('treats a post that a crash interrupted as one of unknown outcome', async () => {
    const messages = temporary.store.collection(messageCollection);
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    await messages.update('d', (record) => ({ ...record, state: 'sending', posted: undefined, dueAt: 0 }));
    await reopened();
    assert.equal((await messages.get('d'))?.value.ambiguous, 1);
    assert.deepEqual(chat.log, ['create p one', 'probe p', 'create p one']);
    await messages.update('d', (record) => ({ ...record, state: 'sending', posted: undefined, dueAt: 0 }));
    await reopened();
    assert.equal(chat.log.length, 3, 'no third');
  });

  it('reports each state that can’t be delivered, and tries the next one', async () => {
    const told: string[] = [];
    chat.script.push({ fault: 'gone' }, { fault: 'gone' });
    outbox.onUndeliverable('approval:', async (key, destination) => void told.push(`${key} ${destination.to}`));
    outbox.onUndeliverable('other:', async () => void told.push('wrong'));
    const toDana = { destination: { to: 'person', personId: 'dana' } } as const;
    await outbox.put(message('approval:1', 'one', 1, toDana));
    for (let round = 0; round < 3; round++) {
      clock.advance(60_000);
      await outbox.idle();
    }
    assert.deepEqual(told, ['approval:1 person']);
    assert.equal(chat.log.length, 1);
    await outbox.put(message('approval:1', 'two', 2, toDana));
    await outbox.idle();
    assert.equal(told.length, 2);
    assert.equal((await outbox.fate('approval:1'))?.state, 'undeliverable');
  });

  it('reports again if the listener failed', async () => {
    let tries = 0;
    chat.script.push({ fault: 'gone' });
    outbox.onUndeliverable('d', () => (++tries === 1 ? Promise.reject(new Error('busy')) : Promise.resolve()));
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    clock.advance(6_000);
    // The lane sleeps on a real timer; a new message in it wakes it.
    await outbox.put(message('e', 'wakes'));
    await outbox.idle();
    assert.equal(tries, 2);
  });

  it('sends text if a card is too large', async () => {
    const { card, data } = sampleOf('deployments/closed');
    const content = { card, data: { ...data, summary: 'Shop is down', sentence: '**Down** since 14:09.' } };
    chat.script.push({ fault: 'too large' });
    await outbox.put(message('d', '', 1, { content }));
    await outbox.idle();
    assert.deepEqual([...chat.visible.values()], ['**Shop is down**\n\n**Down** since 14:09.']);
    assert.deepEqual(textForm({ text: 'as it is' }), { text: 'as it is' });
  });

  it('replies below a message once that is posted', async () => {
    await outbox.put(message('root', 'root', 1, { destination: { ...place, thread: 't' } }));
    await outbox.put(message('alone', 'alone'));
    await outbox.put(message('reply', 'reply', 1, { destination: { to: 'thread of', messageKey: 'root' } }));
    await outbox.put(message('other', 'other', 1, { destination: { to: 'thread of', messageKey: 'alone' } }));
    await outbox.put(message('deeper', 'deeper', 1, { destination: { to: 'thread of', messageKey: 'other' } }));
    await outbox.idle();
    assert.deepEqual(chat.log.slice(2), ['create p/t reply', 'create p/a2 other', 'create p/a2 deeper']);
  });

  it('replies where a message should have been if that was given up', async () => {
    chat.script.push({ fault: 'refused' }, { fault: 'refused' });
    await outbox.put(message('root', 'root'));
    await outbox.idle();
    clock.advance(60_000);
    await reopened();
    assert.equal((await outbox.fate('root'))?.state, 'undeliverable');
    await outbox.put(message('reply', 'reply', 1, { destination: { to: 'thread of', messageKey: 'root' } }));
    await outbox.idle();
    assert.equal(chat.log.at(-1), 'create p reply');
    assert.equal((await outbox.fate('reply'))?.state, 'posted');
  });

  it('sends the remaining messages when it starts again', async () => {
    chat.script.push({ fault: 'retry' });
    await outbox.put(message('d', 'one'));
    await outbox.idle();
    await outbox.stop();
    clock.advance(60_000);
    assert.deepEqual(await outbox.fate('d'), { state: 'waiting', error: 'scripted' });
    outbox = open();
    await outbox.idle();
    assert.deepEqual(await outbox.fate('d'), { state: 'posted' });
  });

  it('does not let one conversation wait for another', async () => {
    chat.script.push({ fault: 'never answers' });
    void outbox.put(message('stuck', 'stuck'));
    await new Promise((resolve) => setImmediate(resolve));
    await outbox.put(message('free', 'free', 1, { destination: { to: 'place', placeId: 'q' } }));
    await eventually('the other message', () => chat.visible.size > 0);
    assert.deepEqual([...chat.visible.values()], ['free']);
    // Nobody waits for the send that never answers.
    opened.length = 0;
  });
});
