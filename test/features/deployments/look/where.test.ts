import assert from 'node:assert/strict';
import { ConnectorError } from '../../../../src/core/errors';
import { idFrom } from '../../../../src/core/keys';
import type { Deployment } from '../../../../src/features/deployments';
import { isSameRelease, lastLive } from '../../../../src/features/deployments/look/where/facts';
import { describeDifferences } from '../../../../src/features/deployments/look/where/text';
import { cardLimitBytes, renderCard, weightBytes } from '../../../../src/core/card';
import { longEnvironment, sandboxCatalogText, withLongNames, withManyServices } from '../../../samples/catalogs';
import { people, turnOf } from '../../fakes';
import { createTalkWorld } from '../../talk-world';
import { asked, cardOf, createWorld, nico, start } from '../picker/picker-world';
import type { World } from '../picker/picker-world';

const release = (version: string) => ({ version, commit: idFrom(version), since: start - 60_000 });

describe('where a release runs, by several tools', () => {
  let world: World;
  beforeEach(() => void (world = createWorld()));
  afterEach(() => world.close());

  async function noteOf(environment = 'production'): Promise<string> {
    const shown = await world.say(nico, 'where', { service: 'shop' });
    assert.ok('card' in shown && shown.card === 'deployments/where');
    cardOf(shown);
    const { data } = shown;
    return (
      data.services[0]?.rows.find((row) => row.environment === environment)?.note ?? assert.fail(JSON.stringify(data))
    );
  }
  const says = (connection: string, version: string | undefined): void =>
    void world.others.set(connection, async () => (version === undefined ? undefined : release(version)));

  it('shows only the release while all of them agree', async () => {
    assert.equal(await noteOf(), '');
    says('GitHub', '2.13.2');
    assert.equal(await noteOf(), '');
  });

  it('says who says what, and who says the same', async () => {
    says('GitHub', '2.14.0');
    says('CloudBees CD', '2.13.2');
    assert.equal(await noteOf(), 'Sandbox and CloudBees CD say 2.13.2; GitHub says 2.14.0.');
    says('GitHub', undefined);
    assert.equal(await noteOf(), 'Sandbox and CloudBees CD say 2.13.2; GitHub says nothing is deployed.');
  });

  it('shows the release of the first that answers, and names those that couldn’t be read', async () => {
    world.unread.push('shop/production');
    says('GitHub', '2.14.0');
    assert.equal(await noteOf(), 'Gavel couldn’t get the release from Sandbox.');
    const { text } = cardOf(await world.say(nico, 'where', { service: 'shop' }));
    assert.match(text, /"2\.14\.0".*live since/);
    for (const failure of ['unreachable', 'unauthorized'] as const) {
      world.others.set('GitHub', async () => Promise.reject(new ConnectorError('GitHub', failure, 'no')));
      assert.equal(await noteOf(), 'Gavel couldn’t get the release from Sandbox and GitHub.');
    }
  });

  it('tells two connections with the same title apart', async () => {
    says('second sandbox', '2.14.0');
    assert.equal(await noteOf(), 'Sandbox (local) says 2.13.2; Sandbox (second sandbox) says 2.14.0.');
  });

  it('says what Gavel deployed last if something else is live', async () => {
    const put = (more: Partial<Deployment>): void =>
      void world.deployments.unshift({
        id: String(world.deployments.length),
        deployment: asked(1042 + world.deployments.length, { state: 'succeeded', runId: 'run', ...more }),
      });
    put({ version: '2.13.2', commit: idFrom('2.13.2') });
    assert.equal(await noteOf(), '');
    put({ version: '2.14.0', commit: idFrom('2.14.0'), requestedAt: start + 1 });
    assert.equal(await noteOf(), 'Gavel last deployed 2.14.0 here (D-1043).');
    put({ version: '2.13.1', commit: idFrom('2.13.1'), kind: 'rollback', requestedAt: start + 2 });
    assert.equal(await noteOf(), 'Gavel last rolled back to 2.13.1 here (D-1044).');
    world.running['shop/production'] = undefined;
    assert.equal(await noteOf(), 'Gavel last rolled back to 2.13.1 here (D-1044).');
    world.unread.push('shop/production');
    assert.equal(await noteOf(), 'Gavel couldn’t get the release from Sandbox.');
  });
});

describe('where many releases run', () => {
  it('fits into one message, however long their names are, and says how many more there are', async () => {
    const talk = createTalkWorld();
    try {
      talk.world.changeCatalog(() => withLongNames(withManyServices(sandboxCatalogText)));
      const { others, serving } = talk.world.connector;
      const version = '2026.11.20-release-candidate.14+build.4711';
      const since = talk.world.clock.now();
      const draw = async () => {
        const reply = await talk.router.handleText(turnOf(people.dana, { trigger: 'typed' }), 'where');
        assert.ok('card' in reply && reply.card === 'deployments/where', JSON.stringify(reply));
        assert.ok(weightBytes(renderCard(reply.card, reply.data)) < cardLimitBytes * 0.95);
        const { services, more } = reply.data;
        const count = services.flatMap(({ rows }) => rows).length;
        assert.equal(Number(/and (\d+) more/.exec(more)?.[1]), 127 - count);
        return { count, notes: JSON.stringify(services) };
      };
      assert.equal((await draw()).count, 18);
      for (let number = 1; number <= 60; number += 1)
        for (const environment of ['staging', longEnvironment])
          serving.set(`service-${number}/${environment}`, { version, commit: 'b'.repeat(40), since });
      assert.equal((await draw()).count, 18);
      for (const name of ['GitHub', 'CloudBees CD', 'Jenkins'])
        others.set(name.padEnd(50, 'x'), async () => ({ version: `x${version}`, commit: 'a'.repeat(40), since }));
      const { count, notes } = await draw();
      assert.ok(count > 9 && count < 18, String(count));
      assert.match(notes, /says 2026/);
    } finally {
      await talk.close();
    }
  });
});

describe('the deployment whose release should be live', () => {
  const of = (number: number, more: Partial<Deployment>): Deployment =>
    asked(number, { requestedAt: number, runId: `run ${number}`, ...more });
  const numberOf = (...all: Deployment[]): number | undefined => lastLive(all)?.number;
  const before = { version: '2.13.2', commit: 'c', since: 1 };
  const succeeded = of(1, { state: 'succeeded' });

  it('is the last one that succeeded', () => {
    assert.equal(numberOf(), undefined);
    assert.equal(numberOf(succeeded, of(2, { state: 'succeeded' })), 2);
    const late = { id: 'r', state: 'succeeded', steps: [], progress: 1, lastLines: [], logReadAt: 0 } as const;
    assert.equal(
      numberOf(of(2, { state: 'succeeded' }), of(1, { state: 'succeeded', run: { ...late, startedAt: 3 } })),
      1,
    );
  });

  it('isn’t changed by what never ran, or left everything as it was', () => {
    const { runId: _, ...waiting } = of(2, { state: 'awaiting approval' });
    assert.equal(numberOf(succeeded, waiting), 1);
    assert.equal(numberOf(succeeded, of(2, { state: 'failed', replaces: before, left: { version: '2.13.2' } })), 1);
    const neverRan = { by: undefined, reason: '', at: 2, neverRan: true } as const;
    assert.equal(numberOf(succeeded, of(2, { state: 'failed', ended: neverRan })), 1);
  });

  it('is unknown while a run goes on, and after one that may have changed something', () => {
    for (const state of ['running', 'verifying', 'unclear', 'cancelled', 'failed', 'rolled back'] as const)
      assert.equal(numberOf(succeeded, of(2, { state })), undefined, state);
    const { runId: _, ...starting } = of(2, { state: 'running', startTriedAt: 2 });
    assert.equal(numberOf(succeeded, starting), undefined);
    assert.equal(
      numberOf(of(2, { state: 'failed', replaces: before, left: { version: '2.14.0' } }), succeeded),
      undefined,
    );
  });
});

describe('releases that tools name differently', () => {
  const name = (version: string, commit: string) => ({ version, commit });

  it('are the same if their commits are, and different if those are different', () => {
    assert.ok(isSameRelease(name('main', '3C9F2E1aaaa'), name('2.14.0', '3c9f2e1')));
    assert.ok(!isSameRelease(name('2.14.0', '3c9f2e1'), name('2.14.0', '8d02f7c')));
    assert.ok(isSameRelease(name('2.14.0', ''), name('2.14.0', '8d02f7c')));
    assert.ok(!isSameRelease(name('2.14.1', '3c9f'), name('2.14.0', '3c9f')));
  });

  it('are told apart by their commits if their versions are the same', () => {
    const live = (commit: string) => ({ found: 'release', running: { ...name('2.14.0', commit), since: 1 } }) as const;
    const sources = [
      { title: 'GitHub', live: live('3c9f2e1aaaa') },
      { title: 'This server', live: live('8d02f7cbbbb') },
    ];
    assert.equal(
      describeDifferences({ sources, live: sources[0]!.live, last: asked(7, { commit: '5d12c88aaaa' }) }),
      'GitHub says 2.14.0 (3c9f2e1); This server says 2.14.0 (8d02f7c). Gavel last deployed 2.14.0 (5d12c88) here (D-7).',
    );
  });
});
