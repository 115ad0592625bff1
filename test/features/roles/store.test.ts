import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Person } from '../../../src/chat/contract';
import { createRouter } from '../../../src/chat/router';
import type { Router } from '../../../src/chat/router';
import { parseCatalog } from '../../../src/core/catalog';
import { may } from '../../../src/core/catalog/rights';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createFeatures } from '../../../src/features';
import { createDoor, createEntraGroups } from '../../../src/features/roles';
import { createLeases, createSweeper } from '../../../src/jobs';
import { openSqliteStore } from '../../../src/store/sqlite';
import { createMovableClock } from '../../core/time/movable-clock';
import type { MovableClock } from '../../core/time/movable-clock';
import { createFakeWorld, people, sampleCatalogText, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';
import { wordsOf } from '../talk-world';

const { ada, dana, nico } = people;
const nora = { id: nico.id.replace(/e1$/, '77'), name: 'Nora Newer' };

interface Instance {
  readonly router: Router;
  readonly door: (personId: string) => Promise<boolean>;
  close(): Promise<void>;
}

describe('roles in two instances', () => {
  let world: FakeWorld;
  let instances: Instance[];
  beforeEach(() => {
    world = createFakeWorld();
    instances = ['one', 'two'].map((owner) => openInstance(world, owner));
  });
  afterEach(async () => {
    for (const instance of instances) await instance.close();
    await world.close();
  });

  /** A separate process would open the same store in this way. */
  function openInstance({ folder, deps, clock }: FakeWorld, owner: string): Instance {
    const store = openSqliteStore({
      file: join(folder, 'gavel.db'),
      auditKeyFile: join(folder, 'audit.key'),
      auditAnchorFile: join(folder, `audit-${owner}.anchor`),
      instance: owner,
      logger: silentLogger,
    });
    const sweeper = createSweeper({ leases: createLeases({ store, clock, owner }), clock, logger: silentLogger });
    const features = createFeatures({ ...deps, store, sweeper });
    const { catalog, refresh } = features;
    const router = createRouter({
      features: features.features,
      catalog,
      refresh,
      audit: store.audit,
      clock,
      logger: silentLogger,
    });
    return {
      router,
      door: createDoor({ catalog, refresh }),
      async close() {
        await features.idle();
        await sweeper.stop();
        await store.close();
      },
    };
  }
  const say = async (index: number, who: typeof ada, line: string): Promise<string> =>
    wordsOf(
      (await instances[index]?.router.handleText(turnOf(who, { trigger: 'typed' }), line)) ??
        assert.fail('no instance'),
    );

  it('a role granted by one counts at the other at the next turn, and is gone there once it is revoked', async () => {
    assert.match(await say(1, nico, 'deploy shop to staging'), /You can’t deploy shop to staging/);
    assert.match(
      await say(0, ada, 'grant developer on shop in staging to Nico Newcomer'),
      /now has the developer role/,
    );
    const opened = await say(1, nico, 'deploy shop 2.14.0 to staging');
    assert.match(opened, /Nothing has been requested yet/);
    const id = /"id":"([0-9a-f]{32})"/.exec(opened)?.[1];
    assert.match(await say(0, ada, 'revoke developer on shop in staging from Nico Newcomer'), /no longer has/);
    const input = { id, service: 'shop', environment: 'staging', release: '2.14.0' };
    const clicked = await instances[1]?.router.handleAction(turnOf(nico), 'deployments.request', input);
    assert.match(wordsOf(clicked ?? { nothing: true }), /You can’t deploy/, 'also behind a card that was open');
  });

  it('a person admitted by one is known to the other', async () => {
    assert.equal(await instances[1]?.door(nora.id), false);
    const mentions = [{ token: nora.id, name: nora.name, person: nora }];
    const turn = turnOf(ada, { trigger: 'typed', mentions });
    const reply = await instances[0]?.router.handleText(turn, `grant viewer on shop to ${nora.id}`);
    assert.match(wordsOf(reply ?? { nothing: true }), /Nora Newer now has the viewer role/);
    assert.equal(await instances[1]?.door(nora.id), true);
  });

  it('two grants at once lose nothing', async () => {
    await Promise.all([
      say(0, ada, 'grant developer on shop in staging to Nico Newcomer'),
      say(1, ada, 'grant operator on shop in staging to Dana Developer'),
    ]);
    for (const index of [0, 1]) {
      const shown = await say(index, ada, 'who can deploy shop in staging');
      assert.match(shown, /Nico Newcomer/);
      assert.match(await say(index, ada, 'who can operator on shop in staging'), /Dana Developer/);
    }
  });
});

const groupId = '55555555-0000-4000-8000-000000000001';
const text = `${sampleCatalogText.replace('grants:', 'grants:\n  - { group: shippers, role: developer, environments: [staging] }')}
entraGroups: { shippers: ${groupId} }
`;

describe('Entra groups', () => {
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
      return members ?? Promise.reject(new Error('Microsoft Graph returned 503'));
    };
    return createEntraGroups({ base: () => parsed.catalog, membersOf, clock, logger: silentLogger });
  }
  const target = { service: 'shop', environment: 'staging' };

  it('count as soon as they are read: grants and approvals name them like lists of the catalog', async () => {
    const groups = open();
    assert.ok(!may(groups.catalog(), nico.id, 'deploy', target), 'nobody before they are read');
    await groups.look();
    const catalog = groups.catalog();
    assert.equal(catalog, groups.catalog());
    assert.deepEqual(catalog.groups['shippers'], ['nico', 'nora-newer']);
    for (const { id } of [nico, nora]) assert.ok(may(catalog, id, 'deploy', target));
    assert.ok(!may(catalog, nora.id, 'view', { ...target, environment: 'production' }), 'not what everyone has');
  });

  it('remove a right with the next read, and everybody’s if nobody can confirm it for an hour', async () => {
    const groups = open();
    await groups.look();
    members = [dana];
    await groups.look();
    assert.ok(!may(groups.catalog(), nico.id, 'deploy', target));
    members = [nico];
    await groups.look();
    members = undefined;
    clock.advance(59 * minute);
    await groups.look();
    assert.ok(may(groups.catalog(), nico.id, 'deploy', target));
    clock.advance(minute);
    assert.ok(!may(groups.catalog(), nico.id, 'deploy', target));
  });

  it('have their own name', () => {
    const twice = parseCatalog(`${text}groups: { shippers: [dana] }\n`);
    assert.match(JSON.stringify(twice), /is already the name of a list in groups/);
  });
});
