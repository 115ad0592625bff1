import assert from 'node:assert/strict';
import { people, turnOf } from '../../fakes';
import { createTalkWorld, wordsOf } from '../../talk-world';
import type { TalkWorld } from '../../talk-world';
import { createDeploymentWorld } from '../deployment-world';
import type { DeploymentWorld } from '../deployment-world';

describe('a rollback', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
  });
  afterEach(() => world.close());

  async function succeeded(version: string, environment = 'staging'): Promise<string> {
    const id = await world.running({ version, environment });
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(id), 'succeeded');
    return id;
  }
  const rollBack = (version: string, more = {}): Promise<string> =>
    world.ask({ kind: 'rollback', version, environment: 'staging', reason: 'slow', ...more });

  it('never goes forward, to a release verified before somebody went back', async () => {
    await succeeded('2.15.0');
    await succeeded('2.14.0');
    await assert.rejects(
      rollBack('2.15.0'),
      /isn’t a rollback.*2\.15\.0 isn’t older than 2\.14\.0.*`deploy shop 2\.15\.0 to staging`/,
    );
    assert.equal((await world.parts.deployments.rollbackTarget('shop', 'staging'))?.version, '2.13.0');
    assert.ok(await rollBack('2.13.0'));
  });

  it('never goes to a release that was never verified there', async () => {
    await succeeded('2.15.0');
    await assert.rejects(rollBack('2.14.0'), /2\.14\.0 was never verified in staging/);
  });

  it('needs a reason however it is requested', async () => {
    await succeeded('2.15.0');
    await assert.rejects(rollBack('2.13.0', { reason: ' ' }), /Enter a reason/);
    await assert.rejects(world.click('deployments.rollback-service', people.dana, 'shop/staging'), /Enter a reason/);
  });

  it('skips a release whose tag is gone, and offers the next verified one', async () => {
    await succeeded('2.14.0');
    await succeeded('2.15.0');
    world.connector.releasesOf.delete('2.14.0');
    assert.equal((await world.parts.deployments.rollbackTarget('shop', 'staging'))?.version, '2.13.0');
    await assert.rejects(rollBack('2.14.0'), /no release 2\.14\.0/);
  });

  it('is derived from the records if the tag of the live release is gone', async () => {
    await succeeded('2.14.0');
    world.connector.releasesOf.delete('2.14.0');
    assert.equal((await world.parts.deployments.rollbackTarget('shop', 'staging'))?.version, '2.13.0');
  });

  it('that was approved does not start if it would go forward by then', async () => {
    await succeeded('2.14.0', 'production');
    await succeeded('2.15.0', 'production');
    const id = await rollBack('2.14.0', { environment: 'production' });
    world.connector.serving.set('shop/production', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    await world.decide(id, { state: 'approved', by: [people.avery], at: 1 });
    assert.equal(await world.state(id), 'cancelled');
    assert.match((await world.read(id)).ended?.reason ?? '', /2\.14\.0 isn’t older than 2\.13\.0/);
  });

  it('is not promised, and not tried, if the live release is gone; the card offers the next one', async () => {
    await succeeded('2.14.0');
    world.connector.releasesOf.delete('2.14.0');
    const id = await world.running({ version: '2.15.0', environment: 'staging' });
    assert.deepEqual((await world.read(id)).noWayBack, { version: '2.14.0', next: '2.13.0' });
    world.connector.finish('succeeded');
    await world.pass(1_000);
    world.health.state = 'down';
    world.health.trouble = 'it isn’t responding';
    await world.pass(4_000);
    const failed = await world.read(id);
    assert.equal(failed.state, 'failed');
    assert.equal(failed.rollbackId, undefined, 'no rollback that can not work is begun');
    const card = JSON.stringify(world.outbox.messages.get(`deployment:${id}:card`)?.content);
    assert.match(card, /Gavel couldn’t roll back, because 2\.14\.0 no longer exists/);
    assert.match(card, /Roll back to 2\.13\.0/);
    assert.doesNotMatch(card, /Roll back to 2\.14\.0/);
    const asked = await world.click('deployments.rollback', people.dana, `${id}/2.13.0`, { reason: 'broken' });
    assert.ok('notice' in asked);
    assert.match(asked.notice, /to 2\.13\.0\. (The rollback starts now|Its card shows)/);
  });
});

describe('a rollback that names its release', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
    const { connector } = talk.world;
    const commit = (version: string): string => connector.releasesOf.get(version)?.commit ?? '';
    connector.serving.set('shop/staging', { version: '2.13.0', commit: commit('2.13.0'), since: 0 });
  });
  afterEach(() => talk.close());

  async function deploy(version: string): Promise<void> {
    const card = await talk.world.deps.sweeper
      .idle()
      .then(() => talk.say(people.dana, `deploy shop ${version} to staging`));
    const id = /[0-9a-f]{32}/.exec(card)?.[0] ?? assert.fail(card);
    await talk.click(people.dana, 'deployments.request', id);
    await talk.world.pass(2_000);
    talk.world.connector.finish('succeeded');
    await talk.world.pass(15_000);
  }

  it('shows exactly that release, in any order of words', async () => {
    await deploy('2.14.0');
    await deploy('2.15.0');
    for (const line of [
      'rollback shop to 2.13.0 in staging',
      'rollback shop in staging to 2.13.0',
      'roll back shop 2.13.0 in staging',
    ])
      assert.match(await talk.say(people.dana, line), /shop back to 2\.13\.0 in staging/, line);
    assert.match(await talk.say(people.dana, 'rollback shop in staging'), /shop back to 2\.14\.0 in staging/);
    assert.match(
      await talk.say(people.dana, 'rollback shop to 2.12.0 in staging'),
      /2\.12\.0 was never verified in staging.*deploy shop 2\.12\.0 to staging/s,
    );
    assert.match(await talk.say(people.dana, 'rollback shop to 9.9.9 in staging'), /no release 9\.9\.9 of shop/);
  });
});

describe('a rollback without a reason', () => {
  let talk: TalkWorld;
  let deployed: string;
  beforeEach(async () => {
    talk = createTalkWorld();
    const { world, router } = talk;
    world.connector.serving.set('shop/staging', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    const idIn = (words: string): string => /"id":"([0-9a-f]{32})"/.exec(words)?.[1] ?? assert.fail(words);
    const id = idIn(await talk.say(people.dana, 'deploy shop 2.14.0 to staging'));
    const chosen = { id, service: 'shop', environment: 'staging', release: '2.14.0', override: '' };
    deployed = idIn(wordsOf(await router.handleAction(turnOf(people.dana), 'deployments.request', chosen)));
    await world.pass(2_000);
    world.connector.finish('succeeded');
    await world.pass(24_000);
  });
  afterEach(() => talk.close());

  for (const [verb, idOf] of [
    ['deployments.rollback-service', () => 'shop/staging'],
    ['deployments.rollback', () => deployed],
  ] as const)
    it(`is not requested by ${verb}, whatever the card sent`, async () => {
      const click = async (more: object): Promise<string> =>
        wordsOf(await talk.router.handleAction(turnOf(people.dana), verb, { id: idOf(), ...more }));
      for (const more of [{}, { reason: '' }, { reason: '   ' }])
        assert.match(await click(more), /Enter a reason for the rollback. Nothing was requested/);
      assert.match(await click({ reason: 'baskets vanish' }), /2\.13\.0/);
    });
});
