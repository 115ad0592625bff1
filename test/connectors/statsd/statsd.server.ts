import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { graphiteConnector } from '../../../src/connectors/graphite';
import { statsdConnector } from '../../../src/connectors/statsd';
import { eventually } from '../../patience';
import { startGraphite } from '../../servers/graphite';
import type { Graphite } from '../../servers/graphite';
import { startStatsd } from '../../servers/statsd';
import type { Statsd } from '../../servers/statsd';
import { bind, openConnection } from '../open-connection';

const shop = { service: 'shop.v2', environment: 'production' };

describe('the statsd connector with a real statsd and a real Graphite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-statsd-'));
  let graphite: Graphite;
  let statsd: Statsd;
  let connection: OpenConnection;
  let graphs: OpenConnection;

  before(async () => {
    graphite = await startGraphite(join(folder, 'graphite'));
    statsd = await startStatsd(join(folder, 'statsd'), graphite.linePort, 2_000);
    connection = openConnection(statsdConnector, {
      ...{ host: '127.0.0.1', port: statsd.port, adminPort: statsd.adminPort, figures: 'gavel' },
    });
    graphs = openConnection(graphiteConnector, { url: graphite.url });
  });
  after(async () => {
    await connection.close();
    await graphs.close();
    await statsd.stop();
    await graphite.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function measure(line: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = createSocket('udp4');
      socket.send(line, statsd.port, '127.0.0.1', () => socket.close(() => resolve()));
    });
  }

  it('reads gauges, timers and counters from the admin port', async () => {
    assert.deepEqual(await connection.check(), [{ about: 'admin port' }]);
    const source = bind(
      connection,
      'metrics',
      {
        ...{ p95: 'timers.{service}.response#p95', saturation: { query: 'gauges.{service}.used', unit: 'ratio' } },
        queries: { requests: { query: 'counters.{service}.requests' } },
      },
      shop,
    );
    const found = await eventually('all of them', async () => {
      await measure('shop_v2.used:0.5|g\nshop_v2.requests:3|c\nshop_v2.response:120|ms');
      const [figures, lines] = [await source.figures(60_000), await source.series?.('requests', 0, 1)];
      const requests = lines?.[0]?.points[0]?.value ?? 0;
      return figures?.p95Ms !== undefined && requests > 0 ? { figures, requests } : undefined;
    });
    assert.deepEqual([found.figures.p95Ms, found.figures.saturationPercent, found.requests % 3], [120, 50, 0]);
  });

  it('sends a deployment once, and Graphite graphs it with the deploy mark', async () => {
    const mark = {
      ...{ key: 'deployment:1:end', at: Date.now(), title: 'shop 2.14.0 to production: succeeded' },
      ...{ text: 'D-1001', tags: ['deploy', 'shop'] },
      measurements: [
        { name: 'deploy.succeeded', value: 1, unit: 'count' },
        { name: 'deploy.duration', value: 42_000, unit: 'ms' },
      ] as const,
    };
    for (const sink of [
      bind(connection, 'annotations', {}, shop),
      bind(graphs, 'annotations', { tags: ['deploy'] }, shop),
    ]) {
      await sink.annotate(mark);
      await sink.annotate(mark);
    }
    const queries = {
      deployments: { query: 'stats.counters.gavel.{service}.{environment}.deploy.succeeded.count' },
      duration: { query: 'stats.timers.gavel.{service}.{environment}.deploy.duration.upper', unit: 'ms' },
      marked: {
        query:
          'group(stats.counters.gavel.{service}.{environment}.deploy.succeeded.count,drawAsInfinite(events("deploy")))',
      },
      marks: { query: 'drawAsInfinite(events("deploy"))' },
    };
    const source = bind(graphs, 'metrics', { queries }, shop);
    const valuesOf = async (query: string): Promise<number[]> =>
      ((await source.series?.(query, Date.now() - 60_000, Date.now())) ?? [])
        .flatMap(({ points }) => points)
        .flatMap(({ value }) => (value === undefined || value === 0 ? [] : [value]));
    const once = await eventually('the deployment in Graphite', async () => {
      const values = await valuesOf('deployments');
      return values.length > 0 && values;
    });
    assert.deepEqual(once, [1]);
    assert.deepEqual(await valuesOf('duration'), [42_000]);
    const lines = (await source.series?.('marked', Date.now() - 60_000, Date.now())) ?? [];
    assert.equal(lines.length, 1, 'the counter: a mark isn’t a line');
    for (const query of ['marked', 'marks']) assert.ok((await valuesOf(query)).length > 0, query);
    const picture = await source.picture?.('marked', Date.now() - 60_000, Date.now(), { width: 600, height: 240 });
    assert.ok(picture && picture.length > 1_000);
  });

  it('sends the duration of a run and a gauge of source control to Graphite', async () => {
    await connection.measurements?.send([
      { path: ['pipelines', 'jenkins', 'folder/nightly', 'succeeded'], value: 1, unit: 'count' },
      { path: ['pipelines', 'jenkins', 'folder/nightly', 'duration'], value: 61_500, unit: 'ms' },
      { path: ['source', 'shop.v2', 'waiting_reviews'], value: 3, unit: 'gauge' },
    ]);
    const of = 'gavel.pipelines.jenkins.folder_nightly';
    const queries = {
      runs: { query: `stats.counters.${of}.succeeded.count` },
      took: { query: `stats.timers.${of}.duration.mean`, unit: 'ms' },
      reviews: { query: 'stats.gauges.gavel.source.{service}.waiting_reviews' },
    };
    const source = bind(graphs, 'metrics', { queries }, shop);
    const newest = (query: string): Promise<number> =>
      eventually(`${query} in Graphite`, async () => {
        const lines = (await source.series?.(query, Date.now() - 60_000, Date.now())) ?? [];
        return lines
          .flatMap(({ points }) => points)
          .map(({ value }) => value)
          .find((value) => value !== undefined && value > 0);
      });
    assert.equal(await newest('runs'), 1);
    assert.equal(await newest('took'), 61_500);
    assert.equal(await newest('reviews'), 3);
  });
});
