import assert from 'node:assert/strict';
import type { MetricSource } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { bind } from '../open-connection';
import { openGrafana, shop } from './connection';
import { dashboard, frameWith, metrics, stepMs } from './dashboards';
import { Grafana, pngOf } from './double';

const size = { width: 640, height: 320 };
describe('the metrics of Grafana and its contract', () => {
  let grafana: Grafana;
  let connection: OpenConnection;

  beforeEach(async () => {
    grafana = await Grafana.start();
    grafana.dashboards = [dashboard];
    grafana.libraryPanels = [
      {
        ...{ uid: 'library-1', kind: 1 },
        model: { id: 1, type: 'timeseries', title: 'Traffic', targets: [{ refId: 'A', expr: 'rate{env="$env"}' }] },
      },
    ];
    connection = openGrafana(grafana);
  });
  afterEach(async () => {
    await connection.close();
    await grafana.close();
  });

  const variables = { service: '{service}', env: '{environment}' };
  const sourceOf = (binding: object, target = shop): Required<MetricSource> =>
    bind(connection, 'metrics', { variables, ...binding }, target) as Required<MetricSource>;

  it('are the lines of a panel, with the values of the catalog in its variables', async () => {
    grafana.answerQuery = ({ refId }) => ({
      status: 200,
      frames: [frameWith(refId === 'A' ? [0.1, null, 0.2] : [0.3, 0.4, 0.9], refId === 'A' ? 'p50' : 'p95')],
    });
    const source = sourceOf({ queries: { 'response time': { query: 'shop-1/Response time', unit: 's', limit: 1 } } });
    assert.deepEqual(source.queries, [{ name: 'response time', unit: 's', limit: 1 }]);
    const at = (values: readonly (number | undefined)[]) =>
      values.map((value, index) => ({ at: index * stepMs, value }));
    assert.deepEqual(await source.series('response time', 0, 240 * stepMs), [
      { name: 'p95', points: at([0.3, 0.4, 0.9]) },
      { name: 'p50', points: at([0.1, undefined, 0.2]) },
    ]);
    const [first, second] = grafana.queries;
    assert.deepEqual(first, {
      ...{ refId: 'A', expr: 'p50{service=~"shop",env="production"}', legendFormat: 'p50', datasource: metrics },
      ...{ instant: false, range: true, exemplar: false, intervalMs: stepMs, maxDataPoints: 240 },
    });
    assert.equal(second?.['expr'], 'p95{service=~"shop",env="production"}');
    await assert.rejects(source.series('unknown', 0, stepMs), { failure: 'not found' });
  });

  it('are figures of health, each the mean of one line in its unit', async () => {
    grafana.answerQuery = ({ refId }) => ({
      status: 200,
      frames: [frameWith(refId === 'B' ? [0.2, null, 0.4] : [0.05])],
    });
    const source = sourceOf({
      p95: { query: 'shop-1/2/B', unit: 's' },
      errors: { query: 'shop-1/5', unit: 'ratio' },
      rate: 'shop-1/Traffic',
    });
    const { at, ...figures } = (await source.figures(300_000)) ?? assert.fail('no figures');
    assert.ok(at > 0);
    assert.deepEqual(
      [Math.round(figures.p95Ms ?? 0), figures.errorPercent, figures.requestsPerSecond, figures.p50Ms],
      [300, 5, 0.05, undefined],
    );
    const asked = grafana.queries.map(({ refId, datasource, ...query }) => [
      refId,
      datasource.uid,
      query['expr'] ?? query['rawSql'],
    ]);
    assert.deepEqual(
      new Set(asked.map(String)),
      new Set([
        'B,metrics-1,p95{service=~"shop",env="production"}',
        "A,orders-1,SELECT … WHERE env = 'production'",
        'A,metrics-1,rate{env="production"}',
      ]),
    );
    assert.equal(grafana.called.filter((name) => name === 'readDashboard').length, 1, 'a dashboard is read once');
    assert.equal((await source.history(0, 3 * stepMs)).length, 3);
  });

  it('are unknown where a panel gives nothing', async () => {
    const source = sourceOf({ p95: 'shop-1/2/B' });
    assert.equal(await source.figures(300_000), undefined);
    assert.deepEqual(await source.history(0, stepMs), []);
  });

  it('aren’t guessed: a figure with two lines, a panel that isn’t there, a query that fails', async () => {
    grafana.answerQuery = () => ({ status: 200, frames: [frameWith([1])] });
    await assert.rejects(sourceOf({ p95: 'shop-1/2' }).figures(300_000), {
      failure: 'invalid answer',
      message: '2 series instead of one for p95 of shop in production',
    });
    await assert.rejects(sourceOf({ p95: 'shop-1/Unknown' }).figures(300_000), { failure: 'not found' });
    await assert.rejects(sourceOf({ p95: 'unknown/2' }).figures(300_000), { failure: 'not found' });
    await assert.rejects(sourceOf({ p95: 'shop-1/3' }).figures(300_000), { failure: 'refused' });
    grafana.answerQuery = () => ({ status: 400, error: 'parse error at char 3:\nunexpected "}"' });
    await assert.rejects(sourceOf({ p95: 'shop-1/2/B' }).figures(300_000), {
      failure: 'refused',
      message: 'the data source refused the query: parse error at char 3: unexpected "}"',
    });
  });

  for (const service of ['a"b', "a'b", 'a b', 'a{b}', 'a/../b', 'a\\b', 'a\nb', 'a|b', '.*', '$x', 'a--b', ''])
    it(`put no ${JSON.stringify(service)} into a query, whose language nobody knows`, async () => {
      const source = sourceOf({ p95: 'shop-1/2/B' }, { ...shop, service });
      await assert.rejects(source.figures(300_000), { failure: 'refused' });
      assert.deepEqual(grafana.called, []);
    });

  it('are found by the tag and the title of dashboards, with units and limits', async () => {
    grafana.tags.set('shop-1', ['team:shop']);
    grafana.dashboards.push({ ...dashboard, uid: 'other', title: 'Other' });
    grafana.answerQuery = () => ({ status: 200, frames: [frameWith([0.05])] });
    const source = sourceOf({ dashboards: { tag: 'team:{service}', search: 'overview' } });
    assert.deepEqual(await source.findQueries(), [
      { name: 'Response time', unit: 's', limit: 0.5 },
      { name: 'Failed orders of production', unit: '%' },
    ]);
    const [line] = await source.series('Failed orders of production', 0, stepMs);
    assert.deepEqual(line?.points, [{ at: 0, value: 5 }]);
    const anew = sourceOf({ dashboards: { tag: 'team:{service}' } });
    assert.equal((await anew.series('Response time', 0, stepMs)).length, 2, 'found without having been listed');
    await assert.rejects(anew.series('Unknown', 0, stepMs), { failure: 'not found' });
  });

  describe('as the picture of a panel', () => {
    const queries = { time: { query: 'shop-1/2' }, p95: { query: 'shop-1/2/B' } };

    it('are what Grafana’s renderer draws, with the values of the catalog', async () => {
      const picture = await sourceOf({ queries }).picture('time', 1_000, 2_000, size);
      assert.deepEqual(Buffer.from(picture ?? []), pngOf(640, 320));
      assert.deepEqual(grafana.rendered, [
        {
          ...{ panelId: ['2'], from: ['1000'], to: ['2000'], width: ['640'], height: ['320'] },
          ...{ theme: ['light'], tz: ['UTC'], timezone: ['utc'] },
          ...{ 'var-service': ['shop'], 'var-env': ['production'] },
        },
      ]);
    });

    it('aren’t there without a renderer, and none is asked for', async () => {
      grafana.settings.rendererAvailable = false;
      assert.equal(await sourceOf({ queries }).picture('time', 1_000, 2_000, size), undefined);
      assert.deepEqual(grafana.rendered, []);
    });

    it('aren’t there if Grafana sends another picture, such as the one for too many at once', async () => {
      grafana.picture = () => pngOf(1_000, 500);
      assert.equal(await sourceOf({ queries }).picture('time', 1_000, 2_000, size), undefined);
    });

    it('aren’t there for one query of a panel, since Grafana draws them all', async () =>
      assert.equal(await sourceOf({ queries }).picture('p95', 1_000, 2_000, size), undefined));

    it('are refused if they are no picture, or of an unknown query', async () => {
      grafana.picture = () => Buffer.from('Grafana Image Renderer');
      await assert.rejects(sourceOf({ queries }).picture('time', 1_000, 2_000, size), { failure: 'invalid answer' });
      await assert.rejects(sourceOf({ queries }).picture('unknown', 1_000, 2_000, size), { failure: 'not found' });
    });
  });
});
