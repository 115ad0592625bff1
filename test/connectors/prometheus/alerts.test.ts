import assert from 'node:assert/strict';
import { historyGrid, pastAlertsIn, alertReadingOf } from '../../../src/connectors/prometheus/alerts';
import { RulesAnswer } from '../../../src/connectors/prometheus/schema';
import { readWhile } from '../../../src/connectors/labels/match';

const url = 'https://prometheus.example/base/';

function groupsOf(...alerts: readonly Record<string, unknown>[]) {
  const rule = { name: 'Slow', lastEvaluation: '2026-11-29T20:00:00.1Z', alerts, query: 'p95 > 1', health: 'ok' };
  const answer = { status: 'success', data: { groups: [{ name: 'g', interval: 15, rules: [rule] }] } };
  return RulesAnswer.parse(answer).data.groups;
}

const labels = { alertname: 'Slow', severity: 'critical', service: 'shop' };
const firing = {
  labels,
  annotations: { summary: 'Slow: 2 s' },
  state: 'firing',
  activeAt: '2026-11-29T19:59:00.5Z',
  value: '2e+00',
};

describe('the alerts of Prometheus’ rules', () => {
  it('are those that fire, each with the same key whatever the order of its labels', () => {
    const reading = alertReadingOf(groupsOf(firing), { url, isSettled: true });
    const [alert, ...others] = reading.alerts;
    assert.equal(others.length, 0);
    assert.deepEqual(alert, {
      ...{ key: alert?.key, name: 'Slow', severity: 'critical', summary: 'Slow: 2 s', labels, silences: [] },
      ...{ since: Date.parse('2026-11-29T19:59:00.5Z'), url: 'https://prometheus.example/base/alerts?search=Slow' },
    });
    const turned = { ...firing, labels: Object.fromEntries(Object.entries(labels).reverse()) };
    assert.equal(alertReadingOf(groupsOf(turned), { url, isSettled: true }).alerts[0]?.key, alert?.key);
    const other = { ...firing, labels: { ...labels, service: 'search' } };
    assert.notEqual(alertReadingOf(groupsOf(other), { url, isSettled: true }).alerts[0]?.key, alert?.key);
  });

  const pending = { ...firing, state: 'pending' };
  const unevaluated = groupsOf().map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ({ ...rule, lastEvaluation: Date.parse('0001-01-01T00:00:00Z') })),
  }));
  for (const [what, groups, isSettled, count, isComplete] of [
    ['nothing', groupsOf(), true, 0, true],
    ['nothing just after its start', groupsOf(), false, 0, true],
    ['one that fires, just after its start', groupsOf(firing), false, 1, true],
    ['one that is pending', groupsOf(pending), true, 0, true],
    ['one that is pending just after its start, and may have fired before', groupsOf(pending), false, 0, false],
    ['a rule that was never evaluated', unevaluated, false, 0, false],
  ] as const)
    it(`${what}: ${count} fire, and it is ${isComplete ? '' : 'not '}known what has ended`, () => {
      const reading = alertReadingOf(groups, { url, isSettled });
      assert.deepEqual([reading.alerts.length, reading.isComplete], [count, isComplete]);
    });
});

describe('the alerts of a system that may be connected for its metrics alone', () => {
  it('are read only while the catalog uses them', async () => {
    const reading = alertReadingOf(groupsOf(firing), { url, isSettled: true });
    const past = reading.alerts.map((alert) => ({ ...alert, from: 0, to: undefined }));
    let isUsed = false;
    const source = readWhile(() => isUsed, { read: async () => reading, history: async () => past });
    assert.deepEqual(await source.read(), { alerts: [], isComplete: true });
    assert.deepEqual(await source.history?.(0, 1), []);
    isUsed = true;
    assert.deepEqual(await source.read(), reading);
    assert.deepEqual(await source.history?.(0, 1), past);
  });
});

describe('the history of Prometheus’ alerts', () => {
  const grid = { fromMs: 0, toMs: 100_000, stepMs: 10_000 };
  const series = (moments: readonly number[]) => ({
    labels: { __name__: 'ALERTS', alertstate: 'firing', ...labels },
    values: new Map(moments.map((at) => [at, 1])),
  });

  for (const [what, pieces, expected] of [
    ['nothing', [], []],
    ['once', [[20_000, 30_000, 40_000]], [[20_000, 50_000]]],
    [
      'twice',
      [[20_000, 40_000]],
      [
        [20_000, 30_000],
        [40_000, 50_000],
      ],
    ],
    ['still', [[90_000, 100_000]], [[90_000, undefined]]],
    ['over the border of two answers', [[40_000, 50_000], [60_000]], [[40_000, 70_000]]],
  ] as const)
    it(`fired ${what}`, () => {
      const past = pastAlertsIn(pieces.map(series), grid);
      assert.deepEqual(
        past.map(({ from, to }) => [from, to]),
        expected,
      );
      const now = alertReadingOf(groupsOf(firing), { url, isSettled: true }).alerts[0];
      for (const each of past) assert.deepEqual([each.key, each.name, each.labels], [now?.key, 'Slow', labels]);
    });

  for (const [hours, intervals, stepMs] of [
    [1, [15], 15_000],
    [1, [60, 5], 5_000],
    [1, [0.2], 1_000],
    [1, [], 15_000],
    [1, [3_600], 60_000],
    [168, [15], 16_000],
    [720, [15], 65_000],
  ] as const)
    it(`of ${hours} h by rules that are evaluated every ${intervals.join(' s, ')} s is read in steps of ${stepMs} ms`, () => {
      const groups = intervals.map((interval) => ({ interval, rules: [] }));
      const found = historyGrid(1, 1 + hours * 3_600_000, groups);
      assert.equal(found.stepMs, stepMs);
      assert.ok((found.toMs - found.fromMs) / found.stepMs < 28 * 1_440);
    });
});
