import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { catalogFreezes, stoppingNow } from '../../../src/features/freezes/store';
import { sampleCatalogText } from '../fakes';

const frozen = `
freezes:
  - { name: Weekend, reason: Nobody is at work, environments: [production], weekly: { from: Fri 16:00, to: Mon 8:00 }, timeZone: Europe/Berlin }
  - { name: Year end, reason: The books close, environments: [production, staging], services: [shop], dates: { from: 2026-12-20, to: 2027-01-04 8:00 }, stops: [deploy, restart] }
`;

function catalogWith(text: string): Catalog {
  const result = parseCatalog(sampleCatalogText + text);
  assert.ok('catalog' in result, JSON.stringify(result));
  return result.catalog;
}

const stopped = (at: string, environment: string, action: 'deploy' | 'restart' | 'rollback'): string[] => {
  const now = Date.parse(at);
  return stoppingNow(catalogFreezes(catalogWith(frozen), now), { service: 'shop', environment }, action, now).map(
    ({ name }) => name,
  );
};

describe('the freezes of a catalog', () => {
  const cases: [string, string, 'deploy' | 'restart' | 'rollback', string[]][] = [
    ['2026-11-23T12:00:00Z', 'production', 'deploy', []],
    ['2026-11-27T14:59:00Z', 'production', 'deploy', []],
    ['2026-11-27T15:00:00Z', 'production', 'deploy', ['Weekend']],
    ['2026-11-27T15:00:00Z', 'production', 'restart', []],
    ['2026-11-27T15:00:00Z', 'staging', 'deploy', []],
    ['2026-11-30T06:59:00Z', 'production', 'deploy', ['Weekend']],
    ['2026-11-30T07:00:00Z', 'production', 'deploy', []],
    ['2026-12-26T12:00:00Z', 'production', 'deploy', ['Weekend', 'Year end']],
    ['2026-12-26T12:00:00Z', 'staging', 'restart', ['Year end']],
    ['2026-12-26T12:00:00Z', 'staging', 'rollback', []],
    ['2027-01-04T08:00:00Z', 'staging', 'deploy', []],
  ];
  for (const [at, environment, action, names] of cases)
    it(`stop ${names.join(' and ') || 'nothing'}: ${action} in ${environment} at ${at}`, () =>
      assert.deepEqual(stopped(at, environment, action), names));

  const problems: [string, RegExp][] = [
    [
      'freezes: [{ name: x, reason: y, environments: [nowhere], weekly: { from: Fri 1:00, to: Sat 1:00 } }]',
      /no environment nowhere/,
    ],
    ['freezes: [{ name: x, reason: y, environments: [production] }]', /either weekly or dates/],
    [
      'freezes: [{ name: x, reason: y, environments: [production], weekly: { from: Foo, to: Sat 1:00 } }]',
      /weekday and a time/,
    ],
    [
      'freezes: [{ name: x, reason: y, environments: [production], dates: { from: soon, to: later } }]',
      /needs dates such as/,
    ],
    [
      'freezes: [{ name: x, reason: y, environments: [production], dates: { from: 2027-01-01, to: 2026-01-01 } }]',
      /ends before it begins/,
    ],
    [
      'freezes: [{ name: x, reason: y, environments: [production], weekly: { from: Fri 1:00, to: Sat 1:00 }, timeZone: Mars }]',
      /Mars isn’t a time zone/,
    ],
  ];
  for (const [text, problem] of problems)
    it(`are rejected with their line: ${problem.source}`, () => {
      const result = parseCatalog(`${sampleCatalogText}${text}\n`, 'catalog.yaml');
      assert.ok('problems' in result);
      assert.match(result.problems.join('\n'), problem);
      assert.match(result.problems[0] ?? '', /^catalog\.yaml:\d+: freezes/);
    });
});
