import assert from 'node:assert/strict';
import { fillQuery, promql } from '../../../src/connectors/prometheus/promql';
import { readTemplates } from '../../../src/core/catalog/templates';

function fill(query: string, service: string, overMs = 300_000): string {
  return fillQuery(promql.parse(readTemplates(query).value), { service, environment: 'production' }, overMs);
}

describe('a PromQL query of the catalog', () => {
  for (const [query, service, expected] of [
    ['up{job="{service}"}', 'shop', 'up{job="shop"}'],
    ["up{job='{service}-{environment}'}", 'shop', "up{job='shop-production'}"],
    ['up{job="{service}"}', 'a"b', 'up{job="a\\u0022b"}'],
    ["up{job='{service}'}", "a'b", "up{job='a\\u0027b'}"],
    ['up{job="{service}"}', '\\', 'up{job="\\u005c"}'],
    ['up{job="{service}"}', 'a\nb\r\tc\u0000', 'up{job="a\\u000ab\\u000d\\u0009c\\u0000"}'],
    ['up{job="{service}"}', '"} or vector(1) #', 'up{job="\\u0022} or vector(1) #"}'],
    ['up{job=~"{service}.*"}', 'a.b', 'up{job=~"a\\u005c.b.*"}'],
    ['up{job!~ "{service}"}', '.*|x', 'up{job!~ "\\u005c.\\u005c*\\u005c|x"}'],
    ['up{a=~"x",job="{service}"}', 'a.b', 'up{a=~"x",job="a.b"}'],
    ['up{a="\\"",job="{service}"}', 'shop', 'up{a="\\"",job="shop"}'],
    ['up{a=`"`,job="{service}"} # it’s "up"', 'shop', 'up{a=`"`,job="shop"} # it’s "up"'],
    ['up{{{service}}}', 'shop', 'up{{service}}'],
  ] as const)
    it(`${query} keeps ${JSON.stringify(service)} a value`, () => assert.equal(fill(query, service), expected));

  for (const query of [
    '{service}_requests',
    'up{job={service}}',
    'up{job=`{service}`}',
    'up{job="x"} # "{service}"',
    'up{job="\\{service}"}',
    'up{a="x"} or {service}{b="y"}',
  ])
    it(`${query} is refused, because the value could be read as something else`, () =>
      assert.match(promql.safeParse(readTemplates(query).value).error?.message ?? '', /in quotes/));

  for (const [overMs, interval] of [
    [1_000, '60s'],
    [300_000, '300s'],
    [90_500, '91s'],
  ] as const)
    it(`counts over ${interval} for a number that stands for ${overMs} ms`, () =>
      assert.equal(fill('rate(a{b="{service}"}[$__rate_interval])', 'c', overMs), `rate(a{b="c"}[${interval}])`));

  it('leaves an interval in a value alone', () =>
    assert.equal(fill('a{b="{service}"}', '$__rate_interval'), 'a{b="$__rate_interval"}'));
});
