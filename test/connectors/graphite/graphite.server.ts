import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { graphiteConnector } from '../../../src/connectors/graphite';
import { keyTagOf } from '../../../src/connectors/graphite/annotations';
import { eventually } from '../../patience';
import { startGraphite } from '../../servers/graphite';
import type { Graphite } from '../../servers/graphite';
import { bind, openConnection } from '../open-connection';

const shop = { service: 'shop', environment: 'production' };
const hostile = { service: 'a"b\'c),d{e}.*?[f]|\\g\nh', environment: 'production' };

const metrics = {
  p95: 'apps.{service}.{environment}.p95',
  errors: {
    query: 'divideSeries(apps.{service}.{environment}.failed,apps.{service}.{environment}.requests)',
    unit: 'ratio',
  },
  rate: { query: 'apps.{service}.{environment}.requests', unit: '/min' },
  queries: {
    queue: { query: 'alias(apps.{service}.{environment}.queue,"queue of {service}")', unit: 'jobs', limit: 10 },
    all: { query: 'aliasByNode(apps.{service}.{environment}.*,3)' },
    'with deploy marks': {
      query: 'group(apps.{service}.{environment}.queue,drawAsInfinite(events("deploy","{service}")))',
    },
    nothing: { query: 'apps.{service}.{environment}.nothing' },
    broken: { query: 'scale(apps.{service}.queue,,2)' },
    unknown: { query: 'scaleTwice(apps.{service}.queue)' },
  },
};

describe('the Graphite connector with a real Graphite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-graphite-'));
  let graphite: Graphite;
  let connection: OpenConnection;

  before(async () => {
    graphite = await startGraphite(folder);
    connection = openConnection(graphiteConnector, { url: graphite.url });
  });
  after(async () => {
    await connection.close();
    await graphite.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const span = (): [number, number] => [Date.now() - 60_000, Date.now()];

  async function measure(place: string): Promise<void> {
    for (const [metric, value] of [
      ['p95', 120],
      ['failed', 3],
      ['requests', 60],
      ['queue', 4],
    ] as const)
      await graphite.send(`apps.${place}.production.${metric}`, value);
  }

  it('passes its checks, and says what is wrong with another address', async () => {
    assert.deepEqual(await connection.check(), [
      { about: 'metrics' },
      { about: 'reading events' },
      { about: 'making events' },
    ]);
    const lost = openConnection(graphiteConnector, { url: `${graphite.url}/elsewhere` });
    for (const { problem = '' } of await lost.check()) assert.match(problem, /^There’s nothing at this address\./);
    await lost.close();
  });

  for (const [who, target, place] of [
    ['a service', shop, 'shop'],
    [
      'a service whose name has quotes, parentheses, dots and line breaks',
      hostile,
      hostile.service.replace(/[^A-Za-z0-9_-]/g, '_'),
    ],
  ] as const)
    it(`reads the figures of ${who} in the units of the binding`, async () => {
      const source = bind(connection, 'metrics', metrics, target);
      const figures = await eventually('all figures', async () => {
        await measure(place);
        const found = await source.figures(60_000);
        return found?.p95Ms !== undefined && found.errorPercent !== undefined ? found : undefined;
      });
      assert.deepEqual(
        [figures.p50Ms, figures.p95Ms, figures.errorPercent, figures.requestsPerSecond, figures.saturationPercent],
        [undefined, 120, 5, 1, undefined],
      );
      const history = await source.history(...span());
      assert.ok(history.length <= 240);
      const last = history.findLast(({ p95Ms }) => p95Ms !== undefined);
      assert.deepEqual([last?.p95Ms, last?.errorPercent, last?.requestsPerSecond], [120, 5, 1]);
    });

  it('draws named queries as lines', async () => {
    const source = bind(connection, 'metrics', metrics, shop);
    assert.deepEqual(source.queries?.slice(0, 2), [
      { name: 'queue', unit: 'jobs', limit: 10 },
      { name: 'all', unit: '' },
    ]);
    await measure('shop');
    const lines = await eventually('all lines', async () => {
      const found = (await source.series?.('all', ...span())) ?? [];
      return found.length === 4 ? found : undefined;
    });
    assert.deepEqual(
      lines.map(({ name }) => name),
      ['p95', 'requests', 'queue', 'failed'],
    );
    for (const { points } of lines) assert.ok(points.length <= 240 && points.length >= 59);
    const day = (await source.series?.('queue', Date.now() - 7_000_000, Date.now())) ?? [];
    assert.equal(day[0]?.name, '');
    assert.ok((day[0]?.points.length ?? Infinity) <= 240);
  });

  it('tells a metric that isn’t there from a target that Graphite can’t read', async () => {
    const source = bind(connection, 'metrics', metrics, shop);
    assert.deepEqual(await source.series?.('nothing', ...span()), []);
    await assert.rejects(async () => source.series?.('broken', ...span()), { failure: 'refused' });
    await assert.rejects(async () => source.series?.('unknown', ...span()), { failure: 'refused' });
    await assert.rejects(async () => source.series?.('queues', ...span()), { failure: 'not found' });
    assert.equal(await bind(connection, 'metrics', { p95: 'apps.nobody.p95' }, shop).figures(60_000), undefined);
    assert.deepEqual(await bind(connection, 'metrics', { p95: 'apps.nobody.p95' }, shop).history(...span()), []);
    await assert.rejects(bind(connection, 'metrics', { p95: 'apps.shop.production.*' }, shop).figures(60_000), {
      ...{ failure: 'invalid answer', message: /4 series instead of one/ },
    });
  });

  it('marks a deployment once, and Graphite’s own picture shows it', async () => {
    const source = bind(connection, 'metrics', metrics, shop);
    const [from, to] = span();
    const size = { width: 600, height: 240 };
    const picture = async (): Promise<Uint8Array> =>
      (await source.picture?.('with deploy marks', from, to, size)) ?? assert.fail('a picture');
    const before = Buffer.from(await picture());
    assert.deepEqual([before.readUInt32BE(16), before.readUInt32BE(20)], [600, 240]);
    const sink = bind(connection, 'annotations', { tags: ['deploy', '{service}'] }, shop);
    const mark = {
      ...{ key: 'deployment:D-1001:start', at: Date.now() - 10_000, title: 'shop 2.14.0 to production' },
      ...{ text: 'Requested by Dana "D" Developer\nD-1001', tags: ['two words', 'a,b'] },
    };
    await sink.annotate(mark);
    await sink.annotate(mark);
    await bind(connection, 'annotations', {}, shop).annotate({ ...mark, key: 'deployment:D-1001:end' });
    const response = await fetch(`${graphite.url}/events/get_data`);
    const events = (await response.json()) as { what: string; data: string; when: number; tags: string[] }[];
    assert.deepEqual(
      events.map(({ what, data, when, tags }) => ({ what, data, when, tags: [...tags].sort() })),
      [
        ['a_b', 'deploy', keyTagOf('deployment:D-1001:start'), 'shop', 'two_words'],
        ['a_b', keyTagOf('deployment:D-1001:end'), 'two_words'],
      ].map((tags) => ({ what: mark.title, data: mark.text, when: Math.floor(mark.at / 1_000), tags })),
    );
    assert.notDeepEqual(Buffer.from(await picture()), before, 'the mark is in the picture');
    await assert.rejects(async () => source.picture?.('queues', from, to, size), { failure: 'not found' });
  });
});
