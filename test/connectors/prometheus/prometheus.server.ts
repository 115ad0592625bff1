import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertSource, Series } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { prometheusConnector } from '../../../src/connectors/prometheus';
import { eventually } from '../../patience';
import { Exporter } from '../../servers/exporter';
import { startPrometheus } from '../../servers/prometheus';
import type { Prometheus } from '../../servers/prometheus';
import { readTemplates } from '../../../src/core/catalog/templates';
import { bind, openConnection } from '../open-connection';

const hostile = 'a"b\'c`d{e}f\\g\nh\ti=~".*"|j$1[5m]#{service}ü';
const shop = { service: 'shop', environment: 'production' };
const stranger = { service: hostile, environment: 'production' };

/** What a catalog says; `{{e}}` is no word of it. */
const metrics = {
  p50: 'histogram_quantile(0.5, sum by (le) (rate(request_seconds_bucket{service="{service}"}[$__rate_interval])))',
  p95: 'histogram_quantile(0.95, sum by (le) (rate(request_seconds_bucket{service="{service}"}[$__rate_interval])))',
  errors:
    'sum(rate(requests_total{service="{service}",code=~"5.."}[$__rate_interval])) / sum(rate(requests_total{service="{service}"}[$__rate_interval]))',
  rate: 'sum(rate(requests_total{service="{service}"}[$__rate_interval]))',
  saturation: "queue_length{service='{service}'} / 20",
  up: 'up{job="app"}',
  queries: {
    queue: { query: 'queue_length{service=~"{service}"}', unit: 'jobs', limit: 10 },
    'by code': { query: 'sum by (code) (rate(requests_total{service="{service}"}[$__rate_interval]))', unit: '/s' },
    nothing: { query: 'queue_length{service="{service}"} / 0 * 0' },
  },
};

describe('the Prometheus connector with a real Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-prometheus-'));
  const exporter = new Exporter(['shop', hostile]);
  let prometheus: Prometheus;
  let connection: OpenConnection;

  async function start(port?: number): Promise<Prometheus> {
    return startPrometheus({
      ...{ folder, port, scrape: { app: exporter.address } },
      rules: [
        {
          ...{ alert: 'QueueTooLong', expr: 'queue_length > 10', for: '3s', labels: { severity: 'page', team: 'web' } },
          annotations: {
            summary: '{{ $value }} jobs wait in {{ $labels.service }}',
            runbook_url: 'https://runbooks.example/queue',
          },
        },
      ],
    });
  }

  function open(password: string, url = prometheus.url, bindsAlerts = true): OpenConnection {
    const settings = { url, user: prometheus.credentials.user, credential: 'GAVEL_PROMETHEUS' };
    const bound = {
      service: 'shop',
      environment: 'production',
      values: readTemplates({ match: { service: '{service}' } }).value,
    };
    return openConnection(prometheusConnector, settings, {
      secrets: { GAVEL_PROMETHEUS: password },
      targets: (capability) => (capability === 'alerts' && bindsAlerts ? [bound] : []),
    });
  }

  before(async () => {
    exporter.queue.set({ service: 'shop' }, 4);
    exporter.queue.set({ service: hostile }, 7);
    await exporter.start();
    prometheus = await start();
    connection = open(prometheus.credentials.password);
  });
  after(async () => {
    await connection.close();
    await prometheus.stop();
    await exporter.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const alerts = (): AlertSource => connection.alerts ?? assert.fail('it has alerts');

  it('passes its checks, and says what is wrong with another password or address', async () => {
    const lines = await connection.check();
    assert.deepEqual(lines, [{ about: 'version' }, { about: 'queries' }, { about: 'alerting rules' }]);
    const stranger = open('wrong-password');
    for (const { problem = '' } of await stranger.check())
      assert.match(problem, /^The system rejected the credential\./);
    await stranger.close();
    const lost = open(prometheus.credentials.password, `${prometheus.url}/elsewhere`);
    for (const { problem = '' } of await lost.check()) assert.match(problem, /^There’s nothing at this address\./);
    await lost.close();
  });

  for (const [who, target, waiting] of [
    ['a service', shop, 4],
    ['a service whose name has quotes, braces, backslashes and line breaks', stranger, 7],
  ] as const)
    it(`reads the figures of ${who} from a histogram and counters`, async () => {
      const source = bind(connection, 'metrics', metrics, target);
      const figures = await eventually('all figures', async () => {
        const found = await source.figures(60_000);
        if (!found) return undefined;
        const { p50Ms, p95Ms, errorPercent, requestsPerSecond, saturationPercent } = found;
        const all = [p50Ms, p95Ms, errorPercent, requestsPerSecond, saturationPercent];
        return all.includes(undefined) ? undefined : found;
      });
      const rounded = (value: number | undefined): number => Math.round((value ?? NaN) * 100) / 100;
      // All requests are in the bucket from 0.25 to 0.5 s.
      assert.deepEqual([rounded(figures.p50Ms), rounded(figures.p95Ms)], [375, 487.5]);
      assert.equal(rounded(figures.errorPercent), 10);
      assert.ok((figures.requestsPerSecond ?? 0) > 0);
      assert.equal(rounded(figures.saturationPercent), waiting * 5);
    });

  it('draws the figures and the named queries over time', async () => {
    const source = bind(connection, 'metrics', metrics, stranger);
    const span = (): [number, number] => [Date.now() - 600_000, Date.now()];
    const history = await eventually('points', async () => {
      const points = await source.history(...span());
      return points.at(-1)?.errorPercent === undefined ? undefined : points;
    });
    assert.ok(history.length <= 240);
    assert.equal(history.at(-1)?.saturationPercent, 35);
    assert.deepEqual(source.queries, [
      { name: 'queue', unit: 'jobs', limit: 10 },
      { name: 'by code', unit: '/s' },
      { name: 'nothing', unit: '' },
    ]);
    const read = async (query: string): Promise<Series[]> => (await source.series?.(query, ...span())) ?? [];
    const [queue, ...others] = await read('queue');
    // The name is a value in a regular expression, too, so nobody else's queue is among them.
    assert.equal(others.length, 0);
    assert.deepEqual([queue?.name, queue?.points.findLast(({ value }) => value !== undefined)?.value], ['', 7]);
    const codes = await eventually('both codes', async () => {
      const names = (await read('by code')).map(({ name }) => name);
      return names.length === 2 ? names.sort() : undefined;
    });
    assert.deepEqual(codes, ['200', '500']);
    const gaps = (await read('nothing')).flatMap(({ points }) => points);
    assert.ok(gaps.length > 0 && gaps.every(({ value }) => value === undefined), 'NaN is a gap');
    await assert.rejects(read('queues'), { failure: 'not found' });
  });

  it('says what a mistake in a query is, and refuses figures of several series', async () => {
    const broken = bind(connection, 'metrics', { p95: 'sum(' }, shop);
    await assert.rejects(broken.figures(60_000), { failure: 'refused', message: /parse error/ });
    const several = bind(connection, 'metrics', { saturation: 'queue_length' }, shop);
    await assert.rejects(several.figures(60_000), { failure: 'invalid answer', message: /2 series instead of one/ });
  });

  it('says whether the service is responding, and since when', async () => {
    const source = bind(connection, 'metrics', metrics, shop);
    const probe = await source.probe?.();
    assert.equal(probe?.answers, true);
    assert.equal((await source.answeringSince?.())?.well, true);
    const stoppedAt = Date.now();
    await exporter.stop();
    await eventually('the service is down', async () => (await source.probe?.())?.answers === false);
    const down = await eventually('it has been down', async () => {
      const since = await source.answeringSince?.();
      return since?.well === false ? since : undefined;
    });
    assert.ok(down.since >= stoppedAt - 15_000 && down.since <= Date.now());
    await exporter.start();
    await eventually('the service is up', async () => (await source.probe?.())?.answers);
    const up = await eventually('it is up again', async () => {
      const since = await source.answeringSince?.();
      return since?.well ? since : undefined;
    });
    assert.ok(up.since > stoppedAt && (up.unwellAt ?? 0) >= stoppedAt, JSON.stringify({ stoppedAt, ...up }));
  });

  it('tells what fires and nothing that is pending, also right after a restart, and what happened meanwhile', async () => {
    const begun = Date.now();
    assert.deepEqual(await alerts().read(), { alerts: [], isComplete: true });
    exporter.queue.set({ service: hostile }, 42);
    await eventually('the alert is pending', async () => !(await alerts().read()).isComplete);
    const reading = await eventually('the alert fires', async () => {
      const found = await alerts().read();
      return found.alerts.length > 0 ? found : undefined;
    });
    const [alert] = reading.alerts;
    assert.ok(alert && reading.isComplete);
    const forMetrics = open(prometheus.credentials.password, prometheus.url, false);
    assert.deepEqual(await forMetrics.alerts?.read(), { alerts: [], isComplete: true }, 'nothing binds its alerts');
    await forMetrics.close();
    assert.deepEqual(
      [alert.name, alert.severity, alert.labels.service, alert.runbook],
      ['QueueTooLong', 'critical', hostile, 'https://runbooks.example/queue'],
    );
    assert.match(alert.summary, /^42 jobs wait in a"b'c`d\{e\}f\\g h i=/);
    assert.ok(alert.since >= begun - 1_000 && alert.since <= Date.now());
    const match = { match: { service: '{service}', team: 'web' } };
    assert.equal(bind(connection, 'alerts', match, stranger).concerns(alert), true);
    assert.equal(bind(connection, 'alerts', match, shop).concerns(alert), false);

    await prometheus.stop();
    await assert.rejects(alerts().read(), { failure: 'unreachable' });
    prometheus = await start(prometheus.port);
    // The old connection leaves a system alone for half a minute that was down.
    await connection.close();
    connection = open(prometheus.credentials.password);
    const after = await alerts().read();
    assert.deepEqual(after, { alerts: [], isComplete: false }, 'it fires still, but Prometheus says pending');
    await eventually('it fires again', async () => (await alerts().read()).alerts.some(({ key }) => key === alert.key));

    exporter.queue.set({ service: hostile }, 0);
    await eventually('it has ended', async () => (await alerts().read()).alerts.length === 0);
    assert.equal((await alerts().read()).isComplete, true);
    const past = await eventually('its end is in the history', async () => {
      const found = (await alerts().history?.(begun, Date.now())) ?? [];
      return found.length > 0 && found.every(({ to }) => to !== undefined) ? found : undefined;
    });
    for (const each of past) {
      assert.deepEqual([each.key, each.name, each.labels], [alert.key, 'QueueTooLong', alert.labels]);
      assert.ok(each.from > begun && (each.to ?? 0) > each.from && (each.to ?? Infinity) <= Date.now() + 1_000);
    }
  });
});
