import assert from 'node:assert/strict';
import { metricsBinding } from '../../../src/connectors/grafana/metrics';
import { linesIn } from '../../../src/connectors/grafana/panels/frames';
import { offersIn } from '../../../src/connectors/grafana/panels/offers';
import { needsSettings, requestOf } from '../../../src/connectors/grafana/panels/queries';
import type { PanelRequest } from '../../../src/connectors/grafana/panels/queries';
import { findPanel } from '../../../src/connectors/grafana/panels/reference';
import { DashboardAnswer, QueryAnswer, SettingsAnswer } from '../../../src/connectors/grafana/panels/schema';
import type { Dashboard, Frame } from '../../../src/connectors/grafana/panels/schema';
import { substitutionOf } from '../../../src/connectors/grafana/panels/variables';
import { readTemplates } from '../../../src/core/catalog/templates';

const dashboardWith = (more: object): Dashboard =>
  DashboardAnswer.parse({ dashboard: { uid: 'd', title: 'Shop', ...more } }).dashboard;
const between = { fromMs: 1_000.5, toMs: 2_000.5 };
const none: ReadonlyMap<string, string> = new Map();

describe('the variables of a dashboard', () => {
  const list = [
    { name: 'one', type: 'query', current: { value: 'shop.v2' } },
    { name: 'many', type: 'query', multi: true, current: { value: ['a.b', 'c'] } },
    { name: 'single', type: 'query', multi: true, current: { value: ['a.b'] } },
    {
      name: 'all',
      type: 'custom',
      includeAll: true,
      current: { value: '$__all' },
      options: [{ value: '$__all' }, { value: 'x' }, { value: 'y' }],
    },
    { name: 'anything', type: 'query', includeAll: true, current: { value: ['$__all'] } },
    { name: 'allOf', type: 'query', includeAll: true, allValue: 'x.+', current: { value: ['$__all'] } },
    { name: 'fixed', type: 'constant', query: 'shop' },
    { name: 'step', type: 'interval', current: { value: '$__auto_interval_step' } },
    { name: 'filters', type: 'adhoc', current: {} },
    { name: 'odd', type: 'query', current: { value: { not: 'known' } } },
  ];
  const { fill } = substitutionOf(dashboardWith({ templating: { list } }), new Map([['given', 'x']]), between);

  for (const [written, dataSource, expected] of [
    ['up{a="$one"}', 'prometheus', 'up{a="shop.v2"}'],
    ['up{a="${one}x"}', 'prometheus', 'up{a="shop.v2x"}'],
    ['up{a="[[one]]"}', 'prometheus', 'up{a="shop.v2"}'],
    ['up{a=~"$many"}', 'prometheus', String.raw`up{a=~"(a\\.b|c)"}`],
    ['{a=~"$single"}', 'loki', String.raw`{a=~"a\\.b"}`],
    ['IN ($many)', 'mysql', "IN ('a.b','c')"],
    ['IN ($single)', 'grafana-postgresql-datasource', "IN ('a.b')"],
    ['/^$many$/', 'influxdb', String.raw`/^(a\.b|c)$/`],
    ['apps.$many.p95', 'graphite', 'apps.{a.b,c}.p95'],
    ['apps.$single.p95', 'graphite', 'apps.a.b.p95'],
    ['${many:csv} ${many:pipe}', 'prometheus', 'a.b,c a.b|c'],
    ['${many:regex}', 'graphite', String.raw`(a\.b|c)`],
    ['${many:singlequote} [[many:doublequote]]', 'graphite', '\'a.b\',\'c\' "a.b","c"'],
    ['${many:unheardof}', 'graphite', '{a.b,c}'],
    ['=~"$all"', 'prometheus', '=~"(x|y)"'],
    ['=~"$anything"', 'prometheus', '=~".*"'],
    ['=~"$allOf"', 'prometheus', '=~"x.+"'],
    ['$fixed', 'prometheus', 'shop'],
    ['[$step]', 'prometheus', '[$__interval]'],
    ['[$__rate_interval] $filters $unknown end$ $odd', 'prometheus', '[$__rate_interval] $filters $unknown end$ $odd'],
    ['$__from ${__to}', 'mysql', '1000 2001'],
  ] as const)
    it(`${written} for ${dataSource}: ${expected}`, () => assert.equal(fill(written, dataSource), expected));

  it('are replaced by the values that the catalog gives, in every text of a query', () => {
    const given = new Map([
      ['one', 'search'],
      ['many', 'cart.v2'],
    ]);
    const { fill: fillGiven } = substitutionOf(dashboardWith({ templating: { list } }), given, between);
    assert.deepEqual(fillGiven({ a: ['$one', 3, null], b: { c: '$many' } }, 'prometheus'), {
      a: ['search', 3, null],
      b: { c: String.raw`cart\\.v2` },
    });
  });

  it('aren’t those of another dashboard', () => assert.equal(fill('$given', 'prometheus'), '$given'));
});

describe('the panel that the catalog names', () => {
  const dashboard = dashboardWith({
    panels: [
      { id: 1, type: 'timeseries', title: 'Errors', targets: [{ refId: 'A' }, { refId: 'B' }] },
      { id: 2, type: 'timeseries', title: 'In/Out', targets: [{ refId: 'A' }] },
      { id: 3, type: 'row', title: 'Closed', panels: [{ id: 4, type: 'stat', title: 'Inside', targets: [] }] },
      { id: 5, type: 'stat', title: 'Twice' },
      { id: 6, type: 'stat', title: 'Twice' },
      { id: 7, type: 'stat', title: 'Shared', libraryPanel: { uid: 'l', name: 'Shared' } },
    ],
  });
  for (const [wanted, id, query] of [
    ['1', 1, undefined],
    ['Errors', 1, undefined],
    [' Errors', 1, undefined],
    ['1/B', 1, 'B'],
    ['Errors/B', 1, 'B'],
    ['In/Out', 2, undefined],
    ['In/Out/A', 2, 'A'],
    ['Inside', 4, undefined],
    ['4', 4, undefined],
    ['7/C', 7, 'C'],
    ['Errors/C', undefined, undefined],
    ['Twice', undefined, undefined],
    ['Closed', undefined, undefined],
    ['errors', undefined, undefined],
    ['__proto__', undefined, undefined],
  ] as const)
    it(`${wanted}: ${id ?? 'none'}${query === undefined ? '' : `, only query ${query}`}`, () => {
      const found = findPanel(dashboard, wanted);
      assert.deepEqual([found?.panel.id, found?.query], [id, query]);
    });

  for (const [binding, problem] of [
    [{ p95: 'abc/4' }, undefined],
    [{ p95: '{service}/4/B' }, undefined],
    [{ p95: 'abc/{service}' }, undefined],
    [{ p95: 'abc/In/Out' }, undefined],
    [{ p95: 'abc' }, 'p95.query'],
    [{ p95: '/4' }, 'p95.query'],
    [{ p95: 'abc/' }, 'p95.query'],
    [{ p95: { query: 'abc/4', unit: 'min' } }, 'p95.unit'],
    [{ dashboards: { tag: 'shop' }, variables: { env: '{environment}' } }, undefined],
    [{ dashboards: {} }, 'dashboards'],
    [{ variables: { 'a b': 'x' } }, 'variables.a b'],
    [{ panels: 'abc/4' }, ''],
  ] as const)
    it(`${problem === undefined ? 'takes' : 'refuses'} ${JSON.stringify(binding)}`, () => {
      const { error } = metricsBinding.safeParse(readTemplates(binding).value);
      assert.equal(error?.issues[0]?.path.join('.'), problem);
    });
});

describe('the queries of a panel', () => {
  const settings = SettingsAnswer.parse({
    defaultDatasource: 'Metrics',
    datasources: { Metrics: { uid: 'm', type: 'prometheus' }, Logs: { uid: 'l', type: 'loki' } },
  });
  const substitution = substitutionOf(
    dashboardWith({ templating: { list: [{ name: 'source', type: 'datasource', current: { value: 'Logs' } }] } }),
    none,
    between,
  );
  const panelWith = (panel: object) =>
    dashboardWith({ panels: [{ id: 1, type: 'timeseries', ...panel }] }).panels[0] ?? assert.fail();
  const request = (panel: object, query?: string): PanelRequest =>
    requestOf(
      { panel: panelWith(panel), ...(query !== undefined && { query }) },
      { substitution, settings, intervalMs: 1_000, points: 10 },
    );
  const whole = { type: 'prometheus', uid: 'm' };
  const calculated = { refId: 'C', datasource: { type: '__expr__', uid: '__expr__' }, expression: '$A * 2' };

  for (const [what, panel, query, sent, shown] of [
    ['of the panel’s source', { datasource: whole, targets: [{ refId: 'A' }] }, undefined, ['A m prometheus'], ['A']],
    ['of the default source', { targets: [{ refId: 'A' }] }, undefined, ['A m prometheus'], ['A']],
    ['of a source by its name', { datasource: 'Logs', targets: [{ refId: 'A' }] }, undefined, ['A l loki'], ['A']],
    [
      'of a source by its uid alone',
      { datasource: { uid: 'l' }, targets: [{ refId: 'A' }] },
      undefined,
      ['A l loki'],
      ['A'],
    ],
    [
      'of a variable',
      { datasource: { type: 'loki', uid: '${source}' }, targets: [{ refId: 'A' }] },
      undefined,
      ['A l loki'],
      ['A'],
    ],
    [
      'of several sources',
      {
        datasource: { uid: '-- Mixed --', type: 'datasource' },
        targets: [
          { refId: 'A', datasource: whole },
          { refId: 'B', datasource: { uid: 'l', type: 'loki' } },
        ],
      },
      undefined,
      ['A m prometheus', 'B l loki'],
      ['A', 'B'],
    ],
    [
      'without the hidden ones',
      { datasource: whole, targets: [{ refId: 'A', hide: true }, { refId: 'B' }] },
      undefined,
      ['B m prometheus'],
      ['B'],
    ],
    [
      'only one of them',
      { datasource: whole, targets: [{ refId: 'A' }, { refId: 'B' }] },
      'B',
      ['B m prometheus'],
      ['B'],
    ],
    [
      'with hidden ones that others calculate with',
      { datasource: whole, targets: [{ refId: 'A', hide: true }, calculated] },
      undefined,
      ['A m prometheus', 'C __expr__ __expr__'],
      ['C'],
    ],
  ] as const)
    it(what, () => {
      const found = request(panel, query);
      assert.ok('queries' in found, JSON.stringify(found));
      assert.deepEqual(
        found.queries.map((each) => {
          const { uid, type } = each['datasource'] as { uid: string; type: string };
          return `${String(each['refId'])} ${uid} ${type}`;
        }),
        sent,
      );
      assert.deepEqual([...found.shown], shown);
    });

  for (const [what, panel, problem] of [
    ['no queries', {}, 'the panel has no query'],
    ['only hidden ones', { targets: [{ refId: 'A', hide: true }] }, 'the panel has no query'],
    [
      'an unknown source',
      { datasource: 'Gone', targets: [{ refId: 'A' }] },
      'Grafana doesn’t say which data source it uses',
    ],
    [
      'the data of another panel',
      { datasource: { uid: '-- Dashboard --', type: 'datasource' }, targets: [{ refId: 'A', panelId: 2 }] },
      'the panel shows the data of another one: name that one',
    ],
  ] as const)
    it(`can’t be asked with ${what}`, () => assert.deepEqual(request(panel), { problem }));

  it('need Grafana’s settings only where a source isn’t named by its uid and type', () => {
    assert.equal(needsSettings(panelWith({ datasource: whole, targets: [{ refId: 'A' }] })), false);
    assert.equal(needsSettings(panelWith({ targets: [{ refId: 'A' }] })), true);
    assert.equal(needsSettings(panelWith({ datasource: { type: 'loki', uid: '$source' }, targets: [{}] })), true);
  });
});

describe('the answers of Grafana’s data sources', () => {
  const framesOf = (...frames: object[]): readonly Frame[] =>
    QueryAnswer.parse({ results: { A: { frames } } }).results['A']?.frames ?? [];
  const frame = (fields: readonly object[], values: readonly (readonly unknown[])[]) => ({
    schema: { fields },
    data: { values },
  });
  const time = { name: 'Time', type: 'time' };
  const number = (labels: object = {}, more: object = {}) => ({ name: 'Value', type: 'number', labels, ...more });
  const linesOf = (...frames: object[]) =>
    linesIn(framesOf(...frames), 0, 240_000).map(({ name, points }) => [name, points.map(({ value }) => value)]);

  for (const [what, frames, expected] of [
    [
      'one line',
      [
        frame(
          [time, number()],
          [
            [1, 2],
            [3, 4],
          ],
        ),
      ],
      [['Value', [3, 4]]],
    ],
    [
      'gaps, and what is no number',
      [
        frame(
          [time, number()],
          [
            [1, 2, 3],
            [null, 'x', 4],
          ],
        ),
      ],
      [['Value', [undefined, undefined, 4]]],
    ],
    [
      'times out of order',
      [
        frame(
          [time, number()],
          [
            [3, 1],
            [30, 10],
          ],
        ),
      ],
      [['Value', [10, 30]]],
    ],
    [
      'lines that labels tell apart',
      [
        frame([time, number({ job: 'shop', code: '200' })], [[1], [2]]),
        frame([time, number({ job: 'shop', code: '500' })], [[1], [3]]),
      ],
      [
        ['200', [2]],
        ['500', [3]],
      ],
    ],
    [
      'the names of the legend',
      [frame([time, number({ code: '200' }, { config: { displayNameFromDS: 'good' } })], [[1], [2]])],
      [['good', [2]]],
    ],
    [
      'several columns',
      [frame([time, { name: 'in', type: 'number' }, { name: 'out', type: 'number' }], [[1], [2], [3]])],
      [
        ['in', [2]],
        ['out', [3]],
      ],
    ],
    [
      'rows with texts',
      [
        frame(
          [time, { name: 'host', type: 'string' }, { name: 'load', type: 'number' }],
          [
            [1, 1, 2],
            ['a', 'b', 'a'],
            [1, 2, 3],
          ],
        ),
      ],
      [
        ['a load', [1, 3]],
        ['b load', [2]],
      ],
    ],
    ['a table without times', [frame([number()], [[1]])], []],
    ['no values', [frame([time, number()], [])], []],
    ['nothing', [{}], []],
  ] as const)
    it(`are read with ${what}`, () => assert.deepEqual(linesOf(...frames), expected));

  it('have at most 240 points, each the mean of those it stands for', () => {
    const times = Array.from({ length: 480 }, (_, index) => index * 500);
    const [line] = linesIn(framesOf(frame([time, number()], [times, times.map((_, index) => index)])), 0, 240_000);
    assert.equal(line?.points.length, 240);
    assert.deepEqual(line?.points.slice(0, 2), [
      { at: 0, value: 0.5 },
      { at: 1_000, value: 2.5 },
    ]);
  });
});

describe('the panels that people can ask for', () => {
  const offers = (...dashboards: object[]) =>
    offersIn(
      dashboards.map((each) => {
        const dashboard = dashboardWith(each);
        return { dashboard, substitution: substitutionOf(dashboard, none, between) };
      }),
    ).map(({ name, unit, factor, limit }) => [name, unit, factor, limit]);
  const panel = (id: number, title: string, defaults: object = {}, type = 'timeseries') => ({
    ...{ id, title, type, targets: [{ refId: 'A' }], fieldConfig: { defaults } },
  });
  const drawn = { thresholdsStyle: { mode: 'line' } };

  for (const [what, panels, expected] of [
    ['a title', [panel(1, ' Errors ')], [['Errors', '', 1, undefined]]],
    ['a unit of Grafana', [panel(1, 'Load', { unit: 'percentunit' })], [['Load', '%', 100, undefined]]],
    ['a unit of its own', [panel(1, 'Queue', { unit: 'suffix:jobs' })], [['Queue', 'jobs', 1, undefined]]],
    [
      'a threshold that it draws',
      [
        panel(1, 'Load', {
          unit: 'percentunit',
          custom: drawn,
          thresholds: { mode: 'absolute', steps: [{ value: null }, { value: 0.8 }] },
        }),
      ],
      [['Load', '%', 100, 80]],
    ],
    [
      'a threshold that it doesn’t draw',
      [panel(1, 'Load', { thresholds: { steps: [{ value: 1 }] } })],
      [['Load', '', 1, undefined]],
    ],
    ['no title', [panel(1, '')], []],
    ['a table', [panel(1, 'Table', {}, 'table')], []],
    ['a text', [{ id: 1, type: 'text', title: 'About' }], []],
    ['the same title twice', [panel(1, 'Load'), panel(2, 'load')], []],
  ] as const)
    it(`with ${what}: ${JSON.stringify(expected)}`, () => assert.deepEqual(offers({ panels }), expected));

  it('are named with their dashboard where two have the same title', () =>
    assert.deepEqual(
      offers(
        { panels: [panel(1, 'Load')] },
        { uid: 'e', title: 'Search', panels: [panel(1, 'Load'), panel(2, 'Queue')] },
      ),
      [
        ['Shop: Load', '', 1, undefined],
        ['Search: Load', '', 1, undefined],
        ['Queue', '', 1, undefined],
      ],
    ));
});
