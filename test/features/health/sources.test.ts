import assert from 'node:assert/strict';
import type { AnsweringSince, Bound, MetricPoint, MetricSource, Probe } from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import { mergeAnswering, mergeHistories, mergePoints, worstProbe } from '../../../src/features/health/sources/facts';
import { figures, healthWorld, hour, minute, noor, now } from './world';

const nothing = { p95Ms: undefined, p50Ms: undefined, errorPercent: undefined, requestsPerSecond: undefined };
const point = (known: Partial<MetricPoint>): MetricPoint => ({ at: now, ...nothing, ...known });

describe('what several connections measure', () => {
  const merged: [string, (MetricPoint | undefined)[], Partial<MetricPoint> | undefined][] = [
    ['of none is nothing', [undefined], undefined],
    ['of one is what it says', [undefined, point({ p95Ms: 1 })], { p95Ms: 1 }],
    [
      'is each figure of the first that has it',
      [point({ p95Ms: 1 }), point({ p95Ms: 2, p50Ms: 3 })],
      { p95Ms: 1, p50Ms: 3 },
    ],
    [
      'leaves out what is much older',
      [point({ at: now - 3 * minute, p95Ms: 1 }), point({ p50Ms: 3, saturationPercent: 7 })],
      { p95Ms: undefined, p50Ms: 3, saturationPercent: 7 },
    ],
  ];
  for (const [name, points, expected] of merged)
    it(name, () => {
      const found = mergePoints(points);
      assert.deepEqual(found && { ...found, ...expected }, found);
      assert.equal(found === undefined, expected === undefined);
    });

  it('is one history, with the figures of the other at the nearest moment', () => {
    const latency = hour().map(({ at, p95Ms }) => point({ at, p95Ms }));
    const errors = [20, 21, 22].map((each) => point({ at: now - each * minute + 10_000, errorPercent: each }));
    const history = mergeHistories([[], latency, [...errors].reverse()]);
    assert.equal(history.length, 61);
    const known = history.filter(({ errorPercent }) => errorPercent !== undefined);
    assert.deepEqual(
      known.map(({ at, errorPercent }) => [(now - at) / minute, errorPercent]),
      [
        [22, 22],
        [21, 21],
        [20, 20],
        [19, 20],
      ],
    );
    assert.ok(history.every(({ p95Ms }) => p95Ms === 120));
  });

  it('responds only as well as the worst says', () => {
    const good: Probe = { at: now, answers: true };
    const complaint: Probe = { ...good, complaint: 'no database' };
    const silent: Probe = { at: now, answers: false };
    assert.equal(worstProbe([good, complaint, silent]), silent);
    assert.equal(worstProbe([good, complaint]), complaint);
    assert.equal(worstProbe([good]), good);
    assert.equal(worstProbe([]), undefined);
  });

  it('responds well since the last of them has said so', () => {
    const well = (since: number): AnsweringSince => ({ well: true, since });
    assert.deepEqual(mergeAnswering([well(3), well(5)]), { well: true, since: 5 });
    assert.deepEqual(mergeAnswering([well(3), { well: false, since: 7, unwellAt: 9 }]), {
      ...{ well: false, since: 7, unwellAt: 9 },
    });
    assert.equal(mergeAnswering([]), undefined);
  });
});

describe('the health card of a service that several connections measure', () => {
  const failure = new ConnectorError('graphite', 'unreachable', 'no route');
  let isReachable: boolean;
  const beside: Bound<MetricSource> = {
    connection: 'graphite',
    figures: async () => (isReachable ? point({ p95Ms: 9_999, saturationPercent: 71 }) : Promise.reject(failure)),
    history: async () => (isReachable ? [] : Promise.reject(failure)),
    queries: [
      { name: 'queue length', unit: 'jobs', limit: 100 },
      { name: 'cache', unit: '%' },
    ],
    series: async (name, from, to) =>
      isReachable
        ? [
            {
              name,
              points: [
                { at: from, value: 4 },
                { at: to, value: undefined },
              ],
            },
          ]
        : Promise.reject(failure),
  };
  const world = healthWorld([beside]);
  after(() => world.end());
  const factsOf = async (): Promise<Record<string, string>> => {
    const { data } = await world.reports.card('shop', 'production', noor.id, 'r');
    return Object.fromEntries(data.facts.map(({ title, value }) => [title, value.replaceAll('\u00A0', ' ')]));
  };

  it('has the figures of all of them', async () => {
    isReachable = true;
    const { state, figures: merged, silent } = await world.reports.report('shop', 'production');
    assert.equal(state, 'healthy');
    assert.deepEqual(merged, figures({ saturationPercent: 71 }));
    assert.deepEqual(silent, []);
    const facts = await factsOf();
    assert.equal(facts['Saturation'], '71%');
    assert.equal(facts['Queue length'], '4 jobs (limit 100 jobs)');
    assert.equal(facts['Missing data'], undefined);
  });

  it('names the one that doesn’t answer, since its first silence, and shows what the others say', async () => {
    isReachable = false;
    assert.equal((await factsOf())['Missing data'], 'local hasn’t responded since 14:52');
    world.clock.advance(5 * minute);
    world.scene('shop', 'production').figures = figures({ at: world.clock.now() });
    assert.equal((await factsOf())['Missing data'], 'local hasn’t responded since 14:52');
    const { figures: shown, trouble } = await world.reports.report('shop', 'production');
    assert.equal(shown?.p95Ms, 120);
    assert.equal(trouble, 'it’s responding, but there are no metrics for queue length');
    isReachable = true;
    assert.equal((await factsOf())['Missing data'], undefined);
  });
});
