import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { parseCatalog } from '../../../src/core/catalog';
import type { MovableClock } from '../../core/time/movable-clock';
import { createMovableClock } from '../../core/time/movable-clock';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { may } from '../../../src/core/catalog/rights';
import { createEntraGroups } from '../../../src/features/roles';
import { people, sampleCatalogText } from '../fakes';

const { nico, dana } = people;
const groupId = '55555555-0000-4000-8000-000000000001';
const nora = { id: nico.id.replace(/e1$/, '77'), name: 'Nora Newer' };
const text = `${sampleCatalogText.replace('grants:', 'grants:\n  - { group: shippers, role: developer, environments: [staging] }')}
entraGroups: { shippers: ${groupId} }
`;

describe('groups of Entra', () => {
  let clock: MovableClock;
  let members: readonly Person[] | undefined;
  const minute = 60_000;
  beforeEach(() => {
    clock = createMovableClock(Date.UTC(2026, 10, 20));
    members = [nico, nora];
  });
  function open() {
    const parsed = parseCatalog(text);
    assert.ok('catalog' in parsed, JSON.stringify(parsed));
    const membersOf = async (id: string): Promise<readonly Person[]> => {
      assert.equal(id, groupId);
      return members ?? Promise.reject(new Error('Microsoft Graph answered 503'));
    };
    return createEntraGroups({ base: () => parsed.catalog, membersOf, clock, logger: silentLogger });
  }
  const target = { service: 'shop', environment: 'staging' };

  it('count as soon as they are read: grants and approvals name them like lists of the catalog', async () => {
    const groups = open();
    assert.ok(!may(groups.catalog(), nico.id, 'deploy', target), 'nobody before they are read');
    await groups.read();
    const catalog = groups.catalog();
    assert.equal(catalog, groups.catalog());
    assert.deepEqual(catalog.groups['shippers'], ['nico', 'nora-newer']);
    for (const { id } of [nico, nora]) assert.ok(may(catalog, id, 'deploy', target));
    assert.ok(!may(catalog, nora.id, 'view', { ...target, environment: 'production' }), 'not what everyone has');
  });

  it('take a right with the next look, and everybody’s when nobody can confirm it for an hour', async () => {
    const groups = open();
    await groups.read();
    members = [dana];
    await groups.read();
    assert.ok(!may(groups.catalog(), nico.id, 'deploy', target));
    members = [nico];
    await groups.read();
    members = undefined;
    clock.advance(59 * minute);
    await groups.read();
    assert.ok(may(groups.catalog(), nico.id, 'deploy', target));
    clock.advance(minute);
    assert.ok(!may(groups.catalog(), nico.id, 'deploy', target));
  });

  it('have a name of their own', () => {
    const twice = parseCatalog(`${text}groups: { shippers: [dana] }\n`);
    assert.match(JSON.stringify(twice), /is the name of a list in groups already/);
  });
});
