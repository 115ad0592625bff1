import assert from 'node:assert/strict';
import type { MetricPoint } from '../../../src/connectors/contract';
import { recordFromOlder } from '../../../src/features/health/older';
import { beganAt, noteSight } from '../../../src/features/health/record';
import type { HealthRecord, Past, Sight } from '../../../src/features/health/record';
import { figures, hour, minute, now } from './world';

const limits = { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 2 };

describe('since when a state lasts', () => {
  const past = { history: hour(), limits, answering: { well: true, since: now - 30 * minute } };

  it('is since the limit was passed, for a degraded service', () => {
    const history = hour((index) => (index >= 51 ? { p95Ms: 400 } : {}));
    assert.equal(beganAt('degraded', { ...past, history, answering: undefined }, now), now - 9 * minute);
  });

  it('is since the first metric passed its limit, although others did so later', () => {
    const failing = (index: number) =>
      index >= 56 ? { p95Ms: 400, errorPercent: 9 } : index >= 51 ? { p95Ms: 400 } : {};
    assert.equal(beganAt('degraded', { ...past, history: hour(failing), answering: undefined }, now), now - 9 * minute);
  });

  it('is since its health check has been failing, for a service that is down', () => {
    assert.equal(beganAt('down', { ...past, answering: { well: false, since: now - minute } }, now), now - minute);
    assert.equal(beganAt('down', past, now), now);
  });

  it('is since it has been answering, for a healthy service without trouble in between', () =>
    assert.equal(beganAt('healthy', past, now), now - 30 * minute));

  it('is since the last trouble, for a healthy service', () => {
    const history = hour((index) => (index === 50 ? { errorPercent: 9 } : {}));
    assert.equal(beganAt('healthy', { ...past, history, answering: undefined }, now), now - 9 * minute);
  });

  it('is now if nothing is known', () => {
    assert.equal(beganAt('unknown', past, now), now);
    assert.equal(beganAt('degraded', { ...past, history: [] }, now), now);
  });
});

describe('the record of a service', () => {
  const nothing: Past = { history: [], limits, answering: undefined };
  const sight = (state: Sight['state'], at: number, change: Partial<Sight> = {}): Sight => ({
    at,
    state,
    numbers: undefined,
    liveSince: now - 60 * minute,
    past: nothing,
    ...change,
  });
  const seen = (...sights: Sight[]): HealthRecord => {
    const record = sights.reduce<HealthRecord | undefined>(noteSight, undefined);
    assert.ok(record);
    return record;
  };

  const answering = (unwellAt: number): Past => ({ ...nothing, answering: { well: true, since: unwellAt, unwellAt } });
  const slow = (index: number): Past => ({
    ...nothing,
    history: hour((each) => (each === index ? { p95Ms: 400 } : {})),
  });
  const healthySince: [string, Sight[], number][] = [
    [
      'its release went live, although it has responded for longer',
      [
        sight('healthy', now, {
          liveSince: now - 2 * minute,
          past: { ...nothing, answering: { well: true, since: now - 9 * minute } },
        }),
      ],
      now - 2 * minute,
    ],
    [
      'the release went live that replaced a healthy one',
      [sight('healthy', now - 9 * minute), sight('healthy', now, { liveSince: now - 2 * minute })],
      now - 2 * minute,
    ],
    [
      'anybody saw it down, although the release has been live for longer',
      [sight('healthy', now - 9 * minute), sight('down', now - 5 * minute), sight('healthy', now)],
      now,
    ],
    [
      'anybody saw it down, although nobody looked when it recovered and the connector knows nothing of it',
      [
        sight('down', now - 5 * minute),
        sight('healthy', now, { past: { ...nothing, answering: { well: true, since: now - 30 * minute } } }),
      ],
      now - 5 * minute,
    ],
    [
      'the connector saw it not responding, while nobody looked',
      [sight('healthy', now - 9 * minute), sight('healthy', now, { past: answering(now - 3 * minute) })],
      now - 3 * minute,
    ],
    [
      'the connector measured it slow, while nobody looked',
      [sight('healthy', now - 50 * minute), sight('healthy', now, { past: slow(40) })],
      now - 19.5 * minute,
    ],
    [
      'the first look, when nothing else is known and a look in between saw nothing',
      [sight('healthy', now - 9 * minute), sight('healthy', now - 5 * minute), sight('healthy', now)],
      now - 9 * minute,
    ],
  ];
  for (const [name, sights, since] of healthySince)
    it(`says healthy since ${name}`, () => {
      const record = seen(...sights);
      assert.deepEqual([record.state, record.since], ['healthy', since]);
    });

  it('keeps the changes, oldest first, and the last numbers', () => {
    const numbers = figures();
    const record = seen(
      sight('healthy', now - 9 * minute, { numbers }),
      sight('down', now - 5 * minute),
      sight('down', now - 4 * minute),
      sight('unknown', now),
    );
    assert.deepEqual(record.changes, [
      { state: 'healthy', since: now - 9 * minute },
      { state: 'down', since: now - 5 * minute },
    ]);
    assert.deepEqual([record.numbers, record.troubledAt], [numbers, now - 4 * minute]);
  });

  it('ignores a check that another one overtook, but not one after the clock was set back', () => {
    const record = seen(sight('down', now));
    assert.equal(noteSight(record, sight('healthy', now - 500)), record);
    assert.equal(noteSight(record, sight('healthy', now - 60 * minute)).state, 'healthy');
  });

  it('is upgraded from the first schema', () => {
    assert.deepEqual(recordFromOlder({ state: 'down', since: 5 }, 1), {
      state: 'down',
      since: 5,
      seenAt: 5,
      changes: [],
      troubledAt: 5,
    });
  });

  it('judges errors over a minute, however short the intervals are', () => {
    const at = (index: number, errorPercent: number): MetricPoint =>
      figures({ at: now - (40 - index) * 10_000, errorPercent });
    const history = Array.from({ length: 41 }, (_, index) => at(index, index === 30 ? 4 : 0));
    const past = { ...nothing, history };
    assert.equal(beganAt('healthy', past, now), now - 400_000);
    const many = {
      ...nothing,
      history: history.map((point, index) => (index > 24 && index < 31 ? at(index, 4) : point)),
    };
    assert.ok(beganAt('healthy', many, now) > now - 100_000);
  });
});
