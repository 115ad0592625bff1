import assert from 'node:assert/strict';
import { eventOf, keyTagOf } from '../../../src/connectors/graphite/annotations';
import { metricsBinding } from '../../../src/connectors/graphite/metrics';
import { graphiteConnector } from '../../../src/connectors/graphite';
import { fillTarget, withNamedMarks } from '../../../src/connectors/graphite/target';
import { readTemplates } from '../../../src/core/catalog/templates';
import type { Template } from '../../../src/core/catalog/templates';
import { target } from '../contract';
import { answer, FaultyServer } from '../http/faulty-server';
import { bind, openConnection } from '../open-connection';

const templateOf = (words: string): Template => readTemplates(words).value as Template;

const hostile = 'a"b\'c),d{e}.*?[f]|\\g\nh=~ü';

describe('the targets of Graphite', () => {
  for (const [written, service, expected] of [
    ['apps.{service}.p95', 'shop', 'apps.shop.p95'],
    ['apps.{service}.p95', 'shop.v2', 'apps.shop_v2.p95'],
    ['apps.{service}.p95', '../..', 'apps._____.p95'],
    ['apps.{service}.p95', hostile, 'apps.a_b_c__d_e_____f___g_h___.p95'],
    ['apps.{a,b}.{service}', 'shop', 'apps.{a,b}.shop'],
    ["seriesByTag('service={service}')", 'shop.v2', "seriesByTag('service=shop.v2')"],
    ["seriesByTag('service={service}')", hostile, "seriesByTag('service=a_b_c__d_e_.___f___g_h___')"],
    ['alias(a.{service},"it\'s {service}")', 'x.y', 'alias(a.x_y,"it\'s x.y")'],
  ] as const)
    it(`fills ${written} with ${JSON.stringify(service)}`, () =>
      assert.equal(fillTarget(templateOf(written), { service }), expected));

  for (const [written, problem] of [
    ['sumSeries(a.*)', undefined],
    ["alias(a.b,'a ) b')", undefined],
    ['a.b\\)c', undefined],
    ["seriesByTag('name={service}')", undefined],
    ["seriesByTag('name=~{service}')", 'must not have a word such as {service} behind =~'],
    ["seriesByTag('name!=~x.{service}')", 'must not have a word such as {service} behind =~'],
    ...['sumSeries(', 'a.b)', 'a.{b,c', 'a.b,c.d', "alias(a.b,'c)", 'a.(b}'].map(
      (broken) => [broken, 'must close every parenthesis, brace, and quote, and no others'] as const,
    ),
  ] as const)
    it(`${problem === undefined ? 'takes' : 'refuses'} ${written}`, () =>
      assert.equal(metricsBinding.safeParse({ p95: templateOf(written) }).error?.issues[0]?.message, problem));
});

describe('the events of Graphite', () => {
  it('have what Graphite can keep, and a tag for their key', () => {
    const event = eventOf(
      { key: 'k', at: 1_999, title: `x${'y'.repeat(300)}`, text: 'one\ntwo', tags: ['a b', 'c,"d', 'ü'.repeat(60)] },
      ['deploy', 'a b'],
    );
    assert.deepEqual(event.tags, ['deploy', 'a_b', 'c__d', 'ü'.repeat(50), keyTagOf('k')]);
    assert.ok(event.what.length <= 250 && event.tags.every((tag) => tag.length <= 50));
    assert.deepEqual([event.when, event.data], [1, 'one\ntwo']);
    assert.notEqual(keyTagOf('k'), keyTagOf('K'));
  });
});

describe('the marks of Graphite', () => {
  for (const [target, expected] of [
    ['drawAsInfinite(events("deploy","shop"))', 'alias(drawAsInfinite(events("deploy","shop")),\'deploy marks\')'],
    [
      "group(a.b,drawAsInfinite(events('deploy')))",
      "group(a.b,alias(drawAsInfinite(events('deploy')),'deploy marks'))",
    ],
    ['drawAsInfinite(events())', "alias(drawAsInfinite(events()),'event marks')"],
    ['drawAsInfinite(exits.code)', 'drawAsInfinite(exits.code)'],
    ['a.b', 'a.b'],
  ] as const)
    it(`are called what they are in the picture of ${target}`, () => assert.equal(withNamedMarks(target), expected));

  const render = async (names: readonly string[]): Promise<readonly string[]> => {
    const lines = names.map((target) => ({ target, datapoints: [[1, 60]] }));
    const server = await FaultyServer.start(({ response }) => answer(response, 200, lines));
    const connection = openConnection(graphiteConnector, { url: server.url });
    try {
      const metrics = bind(connection, 'metrics', { queries: { a: { query: 'a' } } }, target);
      return ((await metrics.series?.('a', 0, 60_000)) ?? []).map(({ name }) => name);
    } finally {
      await connection.close();
      await server.close();
    }
  };

  it('are no lines beside what is measured', async () => {
    assert.deepEqual(await render(['a', 'b', 'drawAsInfinite(events("deploy"))']), ['a', 'b']);
    assert.equal((await render(['drawAsInfinite(exits.code)'])).length, 1, 'alone, they are what was asked for');
  });
});
