import assert from 'node:assert/strict';
import type { Rule, ServiceEvent } from '../../../src/features/subscriptions';
import { choiceOf, countEvent, emptyTally, namesOf } from '../../../src/features/subscriptions/record';
import type { Subscriber, Tally } from '../../../src/features/subscriptions/record';
import { burstLimit, maxRules, subscriberWorkflow } from '../../../src/features/subscriptions/workflow';
import type { Kept } from '../../../src/workflows';
import { failure, noon, rule, said, step, subscriber, tryStep, wake } from './samples';

type Record = Kept<Subscriber>;

const notify = (record: Record, about: ServiceEvent, now = noon): Record | undefined =>
  tryStep(record, { type: 'notify', about }, now);
const bounce = (record: Record, tally: Tally | undefined, now = noon): Record =>
  step(record, { type: 'bounce', what: 't:deployment-1', tally }, now);
/** All events in order, as they would reach one record. */
const after = (record: Record, events: readonly ServiceEvent[], now = noon): Record =>
  events.reduce((known, each) => notify(known, each, now) ?? known, record);
const heldNames = ({ held }: Record): readonly string[] => held.flatMap(namesOf);
const done = (record: Record): Record => ({ ...record, pending: [] });
const tallyOf = (record: Record): Tally => said(record).at(-1) as Tally;
const failures = (count: number, from = 1): ServiceEvent[] =>
  Array.from({ length: count }, (_, index) => failure(from + index));

describe('the notifications of a place or a person', () => {
  it('contain each event once, and only what a rule lets through', () => {
    assert.deepEqual(said(after(subscriber(), [failure(1), failure(1)])), ['shop failed (D-1).']);
    assert.equal(notify(subscriber(), failure(1, { service: 'search' })), undefined);
    assert.equal(notify(subscriber({ rules: [] }), failure(1)), undefined);
    assert.equal(notify(subscriber(), failure(1, { outcome: 'success' })), undefined);
  });

  it('are one message for one thing, updated, also in the middle of a burst', () => {
    const everything = subscriber({ rules: [rule({ outcomes: ['started', 'success', 'failure', 'recovery'] })] });
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

  it('become one summary, updated, if more than a few things happen in a minute', () => {
    const full = after(subscriber(), failures(burstLimit + 20));
    const messages = full.pending.map(({ detail }) => detail?.['what']);
    assert.equal(messages.length, burstLimit + 1);
    assert.equal(messages.at(-1), 's:1');
    assert.equal(full.pending.at(-1)?.detail?.['revision'], 20);
    assert.deepEqual(
      namesOf(tallyOf(full)),
      failures(20, burstLimit + 1).map(({ name }) => name),
    );
    const again = notify(done(full), failure(burstLimit + 1, { id: 'again', outcome: 'recovery' }), noon + 30_000);
    assert.equal(again?.pending[0]?.detail?.['what'], 's:1');
    const later = notify(done(full), failure(99), noon + 61_000);
    assert.equal(later?.pending[0]?.detail?.['what'], 't:deployment-99');
  });

  it('wait for the end of quiet hours and then arrive as one message, except critical ones', () => {
    const night = Date.UTC(2026, 10, 20, 23);
    const seven = Date.UTC(2026, 10, 21, 7);
    const quiet = after(subscriber({ hours: '22:00-07:00' }), [failure(1), failure(2)], night);
    assert.deepEqual([said(quiet), quiet.wakeAt, heldNames(quiet)], [[], seven, ['D-1', 'D-2']]);
    const morning = wake(quiet, seven);
    assert.deepEqual(namesOf(tallyOf(morning)), ['D-1', 'D-2']);
    assert.deepEqual([morning.wakeAt, morning.held, morning.pending[0]?.detail?.['why']], [undefined, [], 'quiet']);
    const alarm = notify(quiet, failure(3, { severity: 'critical' }), night);
    assert.deepEqual(said(alarm), ['shop failed (D-3).']);
  });

  it('are held while they are muted, including those of a digest', () => {
    const until = noon + 7_200_000;
    const muted = after(subscriber({ mutedUntil: until }), [failure(1, { severity: 'critical' })]);
    assert.deepEqual([said(muted), muted.wakeAt], [[], until]);
    assert.equal(wake({ ...muted, wakeAt: noon + 1_000 }, noon + 1_000).wakeAt, until);
    const loud = wake(muted, until);
    assert.deepEqual([loud.mutedUntil, loud.pending[0]?.detail?.['why']], [undefined, 'muted']);
  });

  it('contain everything of a long day in the digest, on as many cards as it takes', () => {
    const daily = subscriber({ digest: 'daily', digestHour: 9 });
    const day = after(daily, failures(700));
    assert.equal(day.wakeAt, Date.UTC(2026, 10, 21, 9));
    const digest = wake(day, Date.UTC(2026, 10, 21, 9));
    const names = said(digest).flatMap((text) => namesOf(text as Tally));
    assert.equal(digest.pending.length, 3);
    assert.deepEqual(
      names,
      failures(700).map(({ name }) => name),
    );
  });
});

describe('a place that refuses messages', () => {
  const lost = bounce(subscriber(), countEvent(emptyTally, failure(1), noon), noon);

  it('is marked, keeps what did not arrive, and is retried, each time after a longer pause', () => {
    assert.deepEqual(
      [lost.refused, heldNames(lost), lost.wakeAt],
      [{ since: noon, at: noon, tries: 1 }, ['D-1'], noon + 3_600_000],
    );
    const more = after(lost, [failure(2)]);
    assert.deepEqual([said(more), heldNames(more)], [[], ['D-1', 'D-2']]);
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((tries) => {
      const { wakeAt = 0 } = bounce(
        { ...lost, wakeAt: undefined, refused: { since: noon, at: 0, tries } },
        undefined,
        noon,
      );
      return (wakeAt - noon) / 3_600_000;
    });
    assert.deepEqual(pauses, [2, 4, 8, 16, 24, 24, 24]);
  });

  it('counts messages that fail together as one attempt', () => {
    const again = bounce(lost, countEvent(emptyTally, failure(2), noon), noon + 1_000);
    assert.deepEqual([again.refused?.tries, again.refused?.since, heldNames(again)], [1, noon, ['D-2', 'D-1']]);
  });

  it('gets no more messages while the last attempt is in progress', () => {
    const tried = done(wake(lost, noon + 3_600_000, 'undeliverable'));
    const more = after(tried, [failure(2)], noon + 3_700_000);
    const still = wake(more, tried.wakeAt ?? 0, 'waiting');
    assert.deepEqual([said(still), heldNames(still)], [[], ['D-2']]);
    assert.ok((still.wakeAt ?? 0) > (tried.wakeAt ?? 0));
  });

  it('gets everything in one message, and is no longer marked once that has arrived', () => {
    const tried = wake(after(lost, [failure(2)]), noon + 3_600_000, 'undeliverable');
    assert.deepEqual(namesOf(tallyOf(tried)), ['D-1', 'D-2']);
    assert.deepEqual([tried.refused?.since, tried.pending[0]?.detail?.['why']], [noon, 'refused']);
    assert.ok(tried.wakeAt !== undefined && tried.wakeAt > noon + 3_600_000);
    const arrived = wake(done(tried), tried.wakeAt, 'posted');
    assert.deepEqual([arrived.refused, arrived.wakeAt, said(arrived)], [undefined, undefined, []]);
    assert.deepEqual(said(after(arrived, [failure(3)], noon + 7_200_000)), ['shop failed (D-3).']);
  });

  it('gets what happened in the meantime as soon as Gavel is let in again', () => {
    const tried = wake(lost, noon + 3_600_000, 'undeliverable');
    const more = after(done(tried), [failure(2)], noon + 3_700_000);
    assert.deepEqual(heldNames(more), ['D-2']);
    const arrived = wake(more, tried.wakeAt ?? 0, 'posted');
    assert.deepEqual(namesOf(tallyOf(arrived)), ['D-2']);
    assert.equal(arrived.refused, undefined);
  });
});

describe('the choices of a subscriber', () => {
  const shop = rule({ environments: ['production'] });
  const as = { to: 'place', name: 'General', zone: 'UTC' } as const;
  const subscribe = (record: Record, added: Rule) => tryStep(record, { type: 'subscribe', rule: added, as });
  const unsubscribe = (record: Record | undefined, service: string, environment?: string) =>
    tryStep(record, { type: 'unsubscribe', service, environment })?.rules;

  it('have one rule for one scope, and end in the scope in which they were made', () => {
    const once = subscribe(subscriber({ rules: [] }), shop);
    const twice = once && subscribe(once, { ...shop, severity: 'critical' });
    assert.deepEqual(twice?.rules, [{ ...shop, severity: 'critical' }]);
    assert.equal(unsubscribe(twice, 'search'), undefined);
    assert.equal(unsubscribe(twice, 'shop', 'staging'), undefined);
    assert.deepEqual(unsubscribe(twice, 'shop', 'production'), []);
    assert.deepEqual(unsubscribe(twice, 'all'), []);
  });

  it('can exclude one environment of one service from a choice of several', () => {
    const chosen = rule({ from: 'setup', services: ['shop', 'search'], environments: ['staging', 'production'] });
    assert.deepEqual(unsubscribe(subscriber({ rules: [chosen] }), 'shop', 'production'), [
      { ...chosen, services: ['search'] },
      { ...chosen, services: ['shop'], environments: ['staging'] },
    ]);
  });

  it('are refused if there are too many', () => {
    const many = Array.from({ length: maxRules }, (_, index) => rule({ services: [`s${index}`] }));
    assert.equal(subscribe(subscriber({ rules: many }), shop), undefined);
  });

  it('on a setup card replace the earlier choices, and leave subscriptions alone', () => {
    const choice = {
      to: 'place',
      services: ['search'],
      environments: [],
      outcomes: 'failures',
      digest: true,
      zone: 'UTC',
    } as const;
    const before = subscriber({ rules: [shop], digest: 'weekly' });
    const after = step(before, { type: 'choose', choice, name: 'General' });
    assert.deepEqual(
      after.rules.map(({ from, services }) => [from, ...services]),
      [
        ['setup', 'search'],
        ['subscribe', 'shop'],
      ],
    );
    assert.equal(after.digest, 'weekly');
    assert.deepEqual(choiceOf(after), choice);
    assert.deepEqual(step(after, { type: 'choose', choice: { ...choice, services: [] }, name: '' }).rules, [shop]);
  });
});

describe('the cards of subscriptions', () => {
  const effectsOf = (event: Parameters<typeof step>[1]): string[] => {
    const verdict = subscriberWorkflow.transition(subscriber(), event, { now: noon });
    return verdict && 'record' in verdict ? (verdict.effects ?? []).map(({ kind }) => kind) : [];
  };

  it('are redrawn after every choice, as an effect that a crash doesn’t lose', () => {
    for (const event of [
      { type: 'unsubscribe', service: 'all', environment: undefined },
      { type: 'mute', until: noon + 1_000 },
      { type: 'digest', digest: 'daily', hour: 9 },
      { type: 'subscribe', rule: rule({ services: ['search'] }), as: { to: 'place', name: 'General', zone: 'UTC' } },
    ] as const)
      assert.deepEqual(effectsOf(event), ['show'], event.type);
    assert.deepEqual(effectsOf({ type: 'notify', about: failure(1) }), ['say']);
  });
});
