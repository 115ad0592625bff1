import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import type { Deployment } from '../../../src/features/deployments/contract';
import { lostInCatalog, needsApproval } from '../../../src/features/deployments/checks';
import { gavel } from '../../../src/features/deployments/record';
import { people, sampleCatalogText } from '../fakes';

const { dana, ada, avery } = people;

const approved: Deployment = {
  number: 1042,
  kind: 'deploy',
  service: 'shop',
  environment: 'production',
  version: '2.14.0',
  commit: 'new',
  replaces: undefined,
  requester: dana,
  reason: '',
  requestedAt: 1,
  placeId: 'channel:x',
  thread: undefined,
  correlationId: 'c',
  state: 'approved',
  stateSince: 1,
  changes: { commits: [], total: 0, direction: 'forward' },
  approvedBy: [avery],
  runKey: 'key',
};
const restoring: Partial<Deployment> = { requester: gavel, rollbackOf: 'o', kind: 'rollback' };
const emergency: Partial<Deployment> = { requester: ada, emergency: true };

function catalogWith(change: (text: string) => string = (text) => text): Catalog {
  const parsed = parseCatalog(change(sampleCatalogText));
  assert.ok('catalog' in parsed, JSON.stringify(parsed));
  return parsed.catalog;
}

const without = (line: string) => (text: string) => text.replace(line, '');
const noProduction = (text: string): string => text.replace('[staging, production]', '[staging]');

describe('what a requested deployment stands on', () => {
  const table: [string, Partial<Deployment>, Catalog, RegExp | undefined][] = [
    ['everything is as it was', {}, catalogWith(), undefined],
    [
      'the service is gone',
      {},
      catalogWith((text) => text.replace('  shop:', '  store:')),
      /no longer has the service shop/,
    ],
    ['the environment is gone', {}, catalogWith(noProduction), /shop no longer runs in production/],
    [
      'the requester is gone',
      { requester: { id: 'entra:gone', name: 'Gone' } },
      catalogWith(),
      /Gone is no longer in the catalog/,
    ],
    [
      'the requester lost the permission',
      {},
      catalogWith(without('  - { person: dana, role: developer }\n')),
      /Dana Developer no longer has the permission deploy on shop in production/,
    ],
    [
      'the requester has it elsewhere only',
      {},
      catalogWith((text) => text.replace('role: developer }', 'role: developer, environments: [staging] }')),
      /no longer has the permission/,
    ],
    ['an emergency', emergency, catalogWith(), undefined],
    [
      'an emergency whose requester lost the role',
      { ...emergency, requester: dana },
      catalogWith(),
      /Dana Developer no longer holds the role admin/,
    ],
    ['what restores the release before', restoring, catalogWith(), undefined],
    [
      'what restores it where nothing runs any more',
      restoring,
      catalogWith(noProduction),
      /no longer runs in production/,
    ],
  ];
  for (const [what, record, catalog, words] of table)
    it(what, () => {
      const lost = lostInCatalog(catalog, { ...approved, ...record });
      if (words) assert.match(lost ?? '', words);
      else assert.equal(lost, undefined);
    });
});

describe('what began without an approval', () => {
  const table: [string, Partial<Deployment>, Catalog, RegExp | undefined][] = [
    ['needs none where the rule still says so', { environment: 'staging', approvedBy: [] }, catalogWith(), undefined],
    [
      'needs one where the rule asks for one by now',
      { approvedBy: [] },
      catalogWith(),
      /rule has changed.*1\sapproval/,
    ],
    [
      'needs one where no rule is left',
      { approvedBy: [], environment: 'moon' },
      catalogWith(),
      /rule for moon is no longer/,
    ],
    ['has one', {}, catalogWith(), undefined],
    ['is an emergency', { ...emergency, approvedBy: [] }, catalogWith(), undefined],
    ['restores the release before', { ...restoring, approvedBy: [] }, catalogWith(), undefined],
  ];
  for (const [what, record, catalog, words] of table)
    it(what, () => {
      const why = needsApproval(catalog, { ...approved, ...record });
      if (words) assert.match(why ?? '', words);
      else assert.equal(why, undefined);
    });
});
