import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createRouter } from '../../../src/chat/router';
import type { Router } from '../../../src/chat/router';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createFeatures } from '../../../src/features';
import { createDoor } from '../../../src/features/roles';
import { createLeases, createSweeper } from '../../../src/jobs';
import { openSqliteStore } from '../../../src/store/sqlite';
import { createFakeWorld, people, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';
import { wordsOf } from '../talk-world';

const { ada, nico } = people;
const nora = { id: nico.id.replace(/e1$/, '77'), name: 'Nora Newer' };

interface Instance {
  readonly router: Router;
  readonly door: (personId: string) => Promise<boolean>;
  close(): Promise<void>;
}

describe('rights in two instances', () => {
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

  /** A process of its own would open the same store just so. */
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

  it('a right that one gave counts at the other at the next turn, and is gone there once it is taken', async () => {
    assert.match(await say(1, nico, 'deploy shop to staging'), /You may not deploy/);
    assert.match(await say(0, ada, 'grant developer on shop in staging to Nico Newcomer'), /has the role developer/);
    const opened = await say(1, nico, 'deploy shop 2.14.0 to staging');
    assert.match(opened, /Nothing is asked for yet/);
    const id = /"id":"([0-9a-f]{32})"/.exec(opened)?.[1];
    assert.match(await say(0, ada, 'revoke developer on shop in staging from Nico Newcomer'), /no more/);
    const input = { id, service: 'shop', environment: 'staging', release: '2.14.0' };
    const clicked = await instances[1]?.router.handleAction(turnOf(nico), 'deployments.request', input);
    assert.match(wordsOf(clicked ?? { nothing: true }), /[Yy]ou may not deploy/, 'also behind a card that was open');
  });

  it('whoever was let in by one is known at the door of the other', async () => {
    assert.equal(await instances[1]?.door(nora.id), false);
    const mentions = [{ token: nora.id, name: nora.name, person: nora }];
    const turn = turnOf(ada, { trigger: 'typed', mentions });
    const reply = await instances[0]?.router.handleText(turn, `grant viewer on shop to ${nora.id}`);
    assert.match(wordsOf(reply ?? { nothing: true }), /Nora Newer has the role viewer/);
    assert.equal(await instances[1]?.door(nora.id), true);
  });

  it('two that give at once lose nothing', async () => {
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
