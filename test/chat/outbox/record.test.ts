import assert from 'node:assert/strict';
import type { OutboxMessage } from '../../../src/chat/contract';
import {
  messageCollection,
  onFailed,
  onInterrupted,
  onProbeFailed,
  onRequested,
  onSent,
} from '../../../src/chat/outbox/record';
import type { MessageRecord } from '../../../src/chat/outbox/record';
import { SendError } from '../../../src/chat/sender';
import type { SendFailure } from '../../../src/chat/sender';

const minute = 60_000;
const put = (more: Partial<OutboxMessage> = {}): MessageRecord => {
  const content = { text: 'x' };
  const message = { key: 'k', destination: { to: 'place', placeId: 'p' }, content, revision: 1, ...more } as const;
  const record = onRequested(undefined, message, 'place p', 0, 0);
  assert.ok(record);
  return record;
};
const posted = (record: MessageRecord): MessageRecord => onSent(record, { placeId: 'p', activityId: 'a' }, 1, 0);
const fail = (kind: SendFailure, retryAfterMs?: number): SendError => new SendError(kind, kind, { retryAfterMs });

/** Tries whenever it is due, with each attempt taking no time, and returns after how many milliseconds it was given up. */
function triedFor(begun: MessageRecord, error: SendError, random: number, jumpMs = 0): number {
  let record = begun;
  let now = 0;
  for (let tries = 0; tries < 100_000; tries++) {
    record = onFailed(record, error, now, { random });
    if (record.state === 'undeliverable') return now - jumpMs;
    now = Math.max(now, record.dueAt ?? 0) + (tries === 3 ? jumpMs : 0);
  }
  throw new Error('never given up');
}

describe('the time budget of a message', () => {
  const budgets: [string, MessageRecord, number][] = [
    ['an answer or progress', put(), 30 * minute],
    ['a last state', put({ final: true }), 24 * 60 * minute],
    ['an approval', put({ tryFor: 'a day' }), 24 * 60 * minute],
    ['an answer that is also its last state', put({ final: true, tryFor: 'half an hour' }), 30 * minute],
    ['the edit of a last state', posted(put({ final: true })), 24 * 60 * minute],
  ];
  for (const [what, record, budgetMs] of budgets)
    for (const random of [0.1, 0.5, 1])
      it(`of ${what} is ${budgetMs / minute} minutes, whatever the jitter (${random})`, () => {
        const triedMs = triedFor(record, fail('retry'), random);
        assert.ok(triedMs >= budgetMs && triedMs <= budgetMs + minute, `${triedMs / minute} minutes`);
      });

  for (const [what, jumpMs] of [
    ['forward by two days', 2 * 24 * 60 * minute],
    ['back by an hour', -60 * minute],
  ] as const)
    it(`is not shortened and hardly lengthened by a clock that jumps ${what}`, () => {
      const triedMs = triedFor(put(), fail('retry'), 1, jumpMs);
      assert.ok(
        Math.abs(triedMs - 30 * minute) <= 62 * minute && triedMs >= 29 * minute,
        `${triedMs / minute} minutes`,
      );
    });

  it('starts over with every new state', () => {
    let record = put();
    for (let tries = 0; tries < 40; tries++) record = onFailed(record, fail('retry'), record.dueAt ?? 0, { random: 1 });
    assert.ok(record.spentMs > 25 * minute);
    const next = onRequested(record, { ...record, revision: 2 }, record.lane, 0, 0);
    assert.equal(next?.spentMs, 0);
  });
});

describe('a pause between two attempts', () => {
  it('is random, up to a limit that doubles to a minute', () => {
    let record = put();
    const limits: number[] = [];
    for (let tries = 0; tries < 9; tries++) {
      record = onFailed(record, fail('retry'), 0, { random: 1 });
      limits.push(record.dueAt ?? 0);
      assert.equal(onFailed(record, fail('retry'), 0, { random: 0 }).dueAt, 0);
    }
    assert.deepEqual(limits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('is as long as Teams asks for, whatever the status, and does not count as a failure', () => {
    for (const kind of ['retry', 'unclear', 'place closed'] as const) {
      const record = onFailed(put(), fail(kind, 7_000), 1_000, { random: 0.5 });
      assert.deepEqual([record.dueAt, record.attempts], [8_125, 0], kind);
    }
  });
});

describe('the result of a failed attempt', () => {
  const after = (record: MessageRecord, kind: SendFailure, more = {}) =>
    onFailed(record, fail(kind), 1_000, { random: 1, ...more });
  const final = { final: true } as const;
  const table: [string, MessageRecord, Partial<MessageRecord>][] = [
    [
      'a post of unknown outcome waits for proof',
      after(put(), 'unclear'),
      { state: 'waiting', ambiguous: 1, awaitsProof: true },
    ],
    [
      'a second one is the last',
      after(after(put(), 'unclear'), 'unclear'),
      { state: 'undeliverable', ambiguous: 2, untold: true, givenUpAt: 1_000 },
    ],
    [
      'a refusal in between changes nothing about that',
      after(after(after(put(), 'unclear'), 'retry'), 'unclear'),
      { state: 'undeliverable' },
    ],
    [
      'an edit of unknown outcome is repeated',
      after(posted(put()), 'unclear'),
      { state: 'posted', ambiguous: 0, dueAt: 1_500 },
    ],
    [
      'a deleted message is posted anew with its next change',
      after(posted(put()), 'gone'),
      { state: 'posted', posted: undefined, dueAt: undefined },
    ],
    [
      'a deleted message is posted anew for its last state',
      after(posted(put(final)), 'gone'),
      { state: 'waiting', posted: undefined, dueAt: 1_000 },
    ],
    ['a person who is not there is given up', after(put(), 'gone'), { state: 'undeliverable' }],
    [
      'a thread that is gone leads to the top level',
      after(put(), 'thread gone'),
      { state: 'waiting', isTopLevel: true, dueAt: 1_000 },
    ],
    ['a closed place is tried again', after(put(), 'place closed'), { state: 'waiting', dueAt: 1_500 }],
    [
      'a place that stays closed is given up',
      after(put(), 'place closed', { isHopeless: true }),
      { state: 'undeliverable' },
    ],
    ['a card that is refused becomes words', after(put(), 'refused'), { state: 'waiting', asText: true, dueAt: 1_000 }],
    ['words that are refused are given up', after(after(put(), 'refused'), 'too large'), { state: 'undeliverable' }],
    [
      'a last state that no edit can show is posted anew',
      after(after(posted(put(final)), 'refused'), 'refused'),
      { state: 'waiting', posted: undefined },
    ],
  ];
  for (const [what, record, expected] of table)
    it(what, () => {
      for (const [name, value] of Object.entries(expected))
        assert.deepEqual(record[name as keyof MessageRecord], value, name);
    });

  it('a post that a crash interrupted waits for proof, and a second one is given up', () => {
    const once = onInterrupted({ ...put(), state: 'sending' }, 1_000);
    assert.deepEqual([once.state, once.awaitsProof, once.dueAt], ['waiting', true, 1_000]);
    assert.equal(onInterrupted({ ...once, state: 'sending' }, 2_000).state, 'undeliverable');
  });

  it('an uncertain post is repeated at the end of its time even if no probe gets through', () => {
    let record = onFailed(put(), fail('unclear'), 0, { random: 1 });
    for (let tries = 0; record.awaitsProof && tries < 1_000; tries++)
      record = onProbeFailed(record, fail('unclear'), record.dueAt ?? 0, { random: 1 });
    assert.ok(record.spentMs >= 30 * minute && record.spentMs < 32 * minute);
    assert.equal(onFailed(record, fail('retry'), record.dueAt ?? 0, { random: 1 }).state, 'undeliverable');
  });

  it('a record of an earlier version is upgraded', () => {
    const { tryForMs: _tryForMs, spentMs: _spentMs, ...old } = put();
    const upgrade = messageCollection.upgrade;
    assert.ok(upgrade);
    assert.deepEqual(upgrade({ ...old, alert: false }, 1), put());
    assert.equal(upgrade({ ...old, alert: true }, 1).tryForMs, 24 * 60 * minute);
  });
});
