import assert from 'node:assert/strict';
import type { Happening } from '../../../src/features/subscriptions';
import {
  burstLimit,
  heard,
  listenerSpec,
  released,
  turnedAway,
  woken,
} from '../../../src/features/subscriptions/listener';
import type { Listener } from '../../../src/features/subscriptions/listener';
import { counted, emptyTally, namesOf } from '../../../src/features/subscriptions/tally';
import type { Tally } from '../../../src/features/subscriptions/tally';
import { failure, listener, noon, rule, said } from './samples';

/** Everything in order, as it would reach one record. */
const after = (record: Listener, happenings: readonly Happening[], now = noon): Listener =>
  happenings.reduce((known, each) => heard(known, each, now) ?? known, record);
const heldNames = ({ held }: Listener): readonly string[] => held.flatMap(namesOf);
const done = (record: Listener): Listener => ({ ...record, pending: [] });
const tallyOf = (record: Listener): Tally => JSON.parse(String(said(record).at(-1))) as Tally;
const failures = (count: number, from = 1): Happening[] =>
  Array.from({ length: count }, (_, index) => failure(from + index));

describe('what a place or a person hears', () => {
  it('is each thing once, and only what a rule lets through', () => {
    assert.deepEqual(said(after(listener(), [failure(1), failure(1)])), ['shop failed (D-1).']);
    assert.equal(heard(listener(), failure(1, { service: 'search' }), noon), undefined);
    assert.equal(heard(listener({ rules: [] }), failure(1), noon), undefined);
    assert.equal(heard(listener(), failure(1, { outcome: 'success' }), noon), undefined);
  });

  it('is one message for one thing, updated, also in the middle of a burst', () => {
    const everything = listener({ rules: [rule({ outcomes: ['started', 'success', 'failure', 'recovery'] })] });
    const started = failure(1, { id: '1:started', outcome: 'started', words: 'on its way' });
    const record = after(everything, [started, failure(1, { id: '1:failed', revision: 2 })]);
    assert.deepEqual(
      record.pending.map(({ detail }) => [detail?.['what'], detail?.['revision']]),
      [
        ['t:deployment-1', 1],
        ['t:deployment-1', 2],
      ],
    );
  });

  it('becomes one summary, updated, when more than a few things happen in a minute', () => {
    const full = after(listener(), failures(burstLimit + 20));
    const messages = full.pending.map(({ detail }) => detail?.['what']);
    assert.equal(messages.length, burstLimit + 1);
    assert.equal(messages.at(-1), 's:1');
    assert.equal(full.pending.at(-1)?.detail?.['revision'], 20);
    assert.deepEqual(
      namesOf(tallyOf(full)),
      failures(20, burstLimit + 1).map(({ name }) => name),
    );
    const again = heard(done(full), failure(burstLimit + 1, { id: 'again', outcome: 'recovery' }), noon + 30_000);
    assert.equal(again?.pending[0]?.detail?.['what'], 's:1');
    const later = heard(done(full), failure(99), noon + 61_000);
    assert.equal(later?.pending[0]?.detail?.['what'], 't:deployment-99');
  });

  it('waits for the end of quiet hours and then comes as one message, but for what is critical', () => {
    const night = Date.UTC(2026, 10, 20, 23);
    const seven = Date.UTC(2026, 10, 21, 7);
    const quiet = after(listener({ hours: '22:00-07:00' }), [failure(1), failure(2)], night);
    assert.deepEqual([said(quiet), quiet.wakeAt, heldNames(quiet)], [[], seven, ['D-1', 'D-2']]);
    const morning = released(quiet, seven);
    assert.deepEqual(namesOf(tallyOf(morning)), ['D-1', 'D-2']);
    assert.deepEqual([morning.wakeAt, morning.held, morning.pending[0]?.detail?.['why']], [undefined, [], 'quiet']);
    const alarm = heard(quiet, failure(3, { severity: 'critical' }), night);
    assert.deepEqual(said(alarm), ['shop failed (D-3).']);
  });

  it('keeps everything back while it is muted, also what a digest was to bring', () => {
    const until = noon + 7_200_000;
    const muted = after(listener({ mutedUntil: until }), [failure(1, { severity: 'critical' })]);
    assert.deepEqual([said(muted), muted.wakeAt], [[], until]);
    assert.equal(released({ ...muted, wakeAt: noon + 1_000 }, noon + 1_000).wakeAt, until);
    const loud = released(muted, until);
    assert.deepEqual([loud.mutedUntil, loud.pending[0]?.detail?.['why']], [undefined, 'muted']);
  });

  it('has every thing of a long day in its digest, on as many cards as it takes', () => {
    const daily = listener({ digest: 'daily', digestHour: 9 });
    const day = after(daily, failures(700));
    assert.equal(day.wakeAt, Date.UTC(2026, 10, 21, 9));
    const digest = released(day, Date.UTC(2026, 10, 21, 9));
    const names = said(digest).flatMap((text) => namesOf(JSON.parse(String(text)) as Tally));
    assert.equal(digest.pending.length, 3);
    assert.deepEqual(
      names,
      failures(700).map(({ name }) => name),
    );
  });
});

describe('a place that turns messages away', () => {
  const lost = turnedAway(listener(), counted(emptyTally, failure(1), noon), noon);

  it('is marked, keeps what did not arrive, and is tried again, each time after a longer pause', () => {
    assert.deepEqual(
      [lost.refused, heldNames(lost), lost.wakeAt],
      [{ since: noon, at: noon, tries: 1 }, ['D-1'], noon + 3_600_000],
    );
    const more = after(lost, [failure(2)]);
    assert.deepEqual([said(more), heldNames(more)], [[], ['D-1', 'D-2']]);
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((tries) => {
      const { wakeAt = 0 } = turnedAway(
        { ...lost, wakeAt: undefined, refused: { since: noon, at: 0, tries } },
        undefined,
        noon,
      );
      return (wakeAt - noon) / 3_600_000;
    });
    assert.deepEqual(pauses, [2, 4, 8, 16, 24, 24, 24]);
  });

  it('counts messages that come back together as one try', () => {
    const again = turnedAway(lost, counted(emptyTally, failure(2), noon), noon + 1_000);
    assert.deepEqual([again.refused?.tries, again.refused?.since, heldNames(again)], [1, noon, ['D-2', 'D-1']]);
  });

  it('is not written to again while the last try is on its way', () => {
    const tried = done(woken(lost, 'undeliverable', noon + 3_600_000));
    const more = after(tried, [failure(2)], noon + 3_700_000);
    const still = woken(more, 'waiting', tried.wakeAt ?? 0);
    assert.deepEqual([said(still), heldNames(still)], [[], ['D-2']]);
    assert.ok((still.wakeAt ?? 0) > (tried.wakeAt ?? 0));
  });

  it('gets everything in one message, and is no longer marked once that has arrived', () => {
    const tried = woken(after(lost, [failure(2)]), 'undeliverable', noon + 3_600_000);
    assert.deepEqual(namesOf(tallyOf(tried)), ['D-1', 'D-2']);
    assert.deepEqual([tried.refused?.since, tried.pending[0]?.detail?.['why']], [noon, 'refused']);
    assert.ok(tried.wakeAt !== undefined && tried.wakeAt > noon + 3_600_000);
    const arrived = woken(done(tried), 'posted', tried.wakeAt);
    assert.deepEqual([arrived.refused, arrived.wakeAt, said(arrived)], [undefined, undefined, []]);
    assert.deepEqual(said(after(arrived, [failure(3)], noon + 7_200_000)), ['shop failed (D-3).']);
  });

  it('gets what came meanwhile as soon as it is let in again', () => {
    const tried = woken(lost, 'undeliverable', noon + 3_600_000);
    const more = after(done(tried), [failure(2)], noon + 3_700_000);
    assert.deepEqual(heldNames(more), ['D-2']);
    const arrived = woken(more, 'posted', tried.wakeAt ?? 0);
    assert.deepEqual(namesOf(tallyOf(arrived)), ['D-2']);
    assert.equal(arrived.refused, undefined);
  });
});

describe('records of before there were rules', () => {
  it('are read as what they meant', () => {
    const first = {
      to: 'person',
      services: ['shop'],
      environments: [],
      outcomes: 'everything',
      digest: true,
      hours: '22:00-07:00',
      zone: 'UTC',
      held: ['**shop failed**'],
      left: 0,
      failing: [],
      heard: ['1'],
      effectsMade: 3,
      pending: [],
      wakeAt: noon,
    };
    const record = listenerSpec.upgrade?.(first, 1);
    assert.ok(record);
    assert.deepEqual(record.rules, [rule({ from: 'setup', outcomes: ['failure', 'recovery', 'success'] })]);
    assert.deepEqual([record.digest, record.hours, record.heard, record.wakeAt], ['daily', '22:00-07:00', ['1'], noon]);
    assert.deepEqual(tallyOf(released(record, noon)).lines, ['**shop failed**']);
  });
});
