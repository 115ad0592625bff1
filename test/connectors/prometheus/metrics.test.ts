import assert from 'node:assert/strict';
import { lastOther, probeIn, readAnsweringSince } from '../../../src/connectors/prometheus/answering';
import { gridBetween, linesOf, metricsBinding } from '../../../src/connectors/prometheus/metrics';
import type { Grid, RangeSeries } from '../../../src/connectors/prometheus/client';
import { readTemplates } from '../../../src/core/catalog/templates';

const seriesOf = (labels: Record<string, string>, values: readonly (readonly [number, number])[]): RangeSeries => ({
  labels,
  values: new Map(values),
});

describe('the metrics of Prometheus', () => {
  for (const [values, expected] of [
    [[], undefined],
    [[undefined], undefined],
    [[1], { at: 5, answers: true }],
    [[1, 1], { at: 5, answers: true }],
    [[0], { at: 5, answers: false }],
    [[0, 0], { at: 5, answers: false }],
    [[1, 0], { at: 5, answers: true, complaint: '1 of 2 targets is down' }],
    [[1, 0, 0], { at: 5, answers: true, complaint: '2 of 3 targets are down' }],
    [[0.5], { at: 5, answers: true, complaint: 'some of its targets are down' }],
  ] as const)
    it(`reads ${JSON.stringify(values)} of its targets as ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(
        probeIn(
          values.map((value) => ({ labels: {}, value })),
          5,
        ),
        expected,
      ));

  for (const [fromMs, toMs, stepMs] of [
    [0, 60_000, 5_000],
    [1_234, 3_601_234, 16_000],
    [1_234, 86_401_234, 362_000],
    [5_000, 5_000, 5_000],
  ] as const)
    it(`draws ${fromMs} to ${toMs} in steps of ${stepMs} ms, at most 240`, () => {
      const grid = gridBetween(fromMs, toMs);
      assert.equal(grid.stepMs, stepMs);
      assert.ok(grid.fromMs >= fromMs && grid.fromMs % stepMs === 0 && grid.toMs % stepMs === 0);
      assert.ok((grid.toMs - grid.fromMs) / stepMs + 1 <= 240);
      assert.deepEqual(gridBetween(fromMs + 1, toMs + 1).stepMs, stepMs);
    });

  it('names lines by what tells them apart, and keeps the ten with the highest peaks', () => {
    const grid = { fromMs: 1, toMs: 3, stepMs: 1 };
    const one = seriesOf({ job: 'shop' }, [[1, 5]]);
    assert.deepEqual(linesOf([one], grid), [
      {
        name: '',
        points: [
          { at: 1, value: 5 },
          { at: 2, value: undefined },
          { at: 3, value: undefined },
        ],
      },
    ]);
    const many = Array.from({ length: 12 }, (_, index) => seriesOf({ job: 'shop', code: String(index) }, [[2, index]]));
    const names = linesOf([...many, seriesOf({ job: 'shop', code: 'never' }, [])], grid).map(({ name }) => name);
    assert.deepEqual(names, ['11', '10', '9', '8', '7', '6', '5', '4', '3', '2']);
    const two = [seriesOf({ job: 'a\u202Eb', code: '1' }, [[1, 2]]), seriesOf({ job: 'c', code: '2' }, [[1, 1]])];
    assert.deepEqual(
      linesOf(two, grid).map(({ name }) => name),
      ['code=1, job=ab', 'code=2, job=c'],
    );
  });

  it('has a binding whose mistakes are named', () => {
    const problemOf = (binding: unknown): string | undefined =>
      metricsBinding.safeParse(readTemplates(binding).value).error?.issues[0]?.path.join('.');
    assert.equal(
      problemOf({ p95: 'x', queries: { 'queue length': { query: 'y', unit: 'jobs', limit: 3 } } }),
      undefined,
    );
    assert.equal(problemOf({ p95: '{service}' }), 'p95.query');
    assert.equal(problemOf({ p95: { query: 'x', unit: 'ms' } }), undefined);
    assert.equal(problemOf({ errors: { query: 'x', unit: 'ms' } }), 'errors.unit');
    assert.equal(problemOf({ queries: { queue: { query: 'x{a={service}}' } } }), 'queries.queue.query');
    assert.equal(problemOf({ queries: { 'a{b}': { query: 'x' } } }), 'queries.a{b}');
    assert.equal(problemOf({ queries: { queue: { query: 'x', limit: 'high' } } }), 'queries.queue.limit');
  });
});

describe('since when a service responds, by Prometheus', () => {
  const now = 1_000_000_000;
  const hourMs = 3_600_000;

  it('finds the last piece of time that was different or unknown', () => {
    const at = (isSame: boolean | undefined, index: number) => ({ at: index, isSame });
    assert.deepEqual(lastOther([true, false, true, true].map(at)), at(false, 1));
    assert.deepEqual(lastOther([false, undefined, true].map(at)), at(undefined, 1));
    assert.equal(lastOther([true, true].map(at)), undefined);
  });

  /** A Prometheus that knows since when things are as they are, and in what they differed for a moment. */
  function answering(current: number | undefined, changes: readonly { at: number; value: number | undefined }[]) {
    const asked: Grid[] = [];
    const client = {
      instant: async () => [{ labels: {}, value: current }],
      async range(_: string, grid: Grid) {
        asked.push(grid);
        const values = new Map<number, number>();
        for (let at = grid.fromMs; at <= grid.toMs; at += grid.stepMs) {
          const within = changes.find((change) => change.at > at - grid.stepMs && change.at <= at);
          const value = within ? within.value : current;
          if (value !== undefined) values.set(at, value);
        }
        return [{ labels: {}, values }];
      },
    };
    return { asked, since: () => readAnsweringSince(client, 'up', now) };
  }

  for (const [what, current, changes, expected, queries] of [
    ['nothing is known', undefined, [], undefined, 0],
    ['it was down a minute ago', 1, [[60_000, 0]], [true, 60_000, 60_000], 1],
    ['it was up ten minutes ago', 0, [[600_000, 1]], [false, 600_000, 0], 1],
    ['nothing is known of twenty minutes ago', 1, [[1_200_000, undefined]], [true, 1_200_000, undefined], 1],
    ['it was down five hours ago', 1, [[5 * hourMs, 0]], [true, 5 * hourMs, 5 * hourMs], 3],
    ['it was up all day', 1, [], [true, 24.9 * hourMs, undefined], 2],
    ['it was down all day', 0, [], [false, 24.9 * hourMs, 0], 2],
  ] as const)
    it(`${what}: asks ${queries} times and says so to 15 s`, async () => {
      const world = answering(
        current,
        changes.map(([agoMs, value]) => ({ at: now - agoMs, value })),
      );
      const since = await world.since();
      assert.equal(world.asked.length, queries);
      assert.ok(world.asked.every((grid) => (grid.toMs - grid.fromMs) / grid.stepMs < 240));
      if (!expected) return assert.equal(since, undefined);
      assert.equal(since?.well, expected[0]);
      const isNear = (at: number | undefined, agoMs: number): boolean =>
        at !== undefined && at >= now - agoMs && at <= now - agoMs + 15_000;
      assert.ok(isNear(since?.since, expected[1]), JSON.stringify(since));
      assert.ok(expected[2] === undefined ? since?.unwellAt === undefined : isNear(since?.unwellAt, expected[2]));
    });
});
