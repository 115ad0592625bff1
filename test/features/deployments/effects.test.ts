import assert from 'node:assert/strict';
import { idFrom } from '../../../src/core/keys';
import { people, places } from '../fakes';
import { createDeploymentWorld } from './deployment-world';
import type { DeploymentWorld } from './deployment-world';

describe('a deployment', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
  });
  afterEach(() => world.close());

  const cardOf = (id: string): Record<string, unknown> => {
    const content = world.outbox.messages.get(`deployment:${id}:card`)?.content;
    assert.ok(content && 'card' in content, 'its card is posted');
    return content.data as Record<string, unknown>;
  };

  const outcomes = async (): Promise<string[]> =>
    (await world.deps.store.audit.read({ limit: 100 })).map(({ what, outcome }) => `${what} ${outcome}`).reverse();

  it('waits for approval, runs, is verified and told once', async () => {
    const id = await world.ask();
    assert.equal(await world.state(id), 'awaiting approval');
    assert.equal((await world.read(id)).number, 1001);
    assert.equal(world.opened.length, 1);
    assert.equal(world.opened[0]?.id, idFrom('approval', id));
    assert.equal(world.opened[0]?.boundTo, '3'.repeat(40));
    assert.equal(world.outbox.messages.size, 0, 'the approval shows itself');

    await world.decide(id, { state: 'approved', by: [people.avery], at: world.clock.now() });
    assert.equal(await world.state(id), 'running');
    assert.equal(cardOf(id)['summary'], 'shop 2.14.0 to production: running');
    await world.pass(1000);
    assert.match(String(cardOf(id)['summary']), /running: step 1 of 2/);

    world.connector.finish('succeeded');
    await world.pass(1000);
    assert.equal(await world.state(id), 'verifying');
    await world.pass(15_000);
    assert.equal(await world.state(id), 'verifying', 'green is earned');
    await world.pass(6_000);
    assert.equal(await world.state(id), 'succeeded');
    assert.deepEqual(cardOf(id)['state'], { glyph: '✓', word: 'Succeeded', tone: 'good' });
    assert.deepEqual(
      world.outbox.posts.map(({ key }) => key),
      [`deployment:${id}:card`, `deployment:${id}:end`, `deployment:${id}:health`],
    );
    const end = world.outbox.messages.get(`deployment:${id}:end`);
    assert.deepEqual(end?.destination, { to: 'thread of', messageKey: `deployment:${id}:card` });
    assert.ok(end && 'text' in end.content && end.content.mentions?.[0]?.id === people.dana.id);
    assert.deepEqual(await outcomes(), [
      'deployments.request requested',
      'deployments.start started',
      'deployments.end succeeded',
    ]);
  });

  it('needs no approval where the rule wants none', async () => {
    const id = await world.ask({ environment: 'staging' });
    assert.equal(await world.state(id), 'running');
    assert.equal(world.opened.length, 0);
    assert.equal(world.connector.calls.startRun, 1);
  });

  it('is asked for once with the same key', async () => {
    const first = await world.ask({ key: 'click' });
    const second = await world.ask({ key: 'click' });
    assert.equal(first, second);
    assert.equal(world.opened.length, 1);
  });

  it('refuses what may not be, what is not there and what runs already', async () => {
    const refused: [Parameters<DeploymentWorld['ask']>[0], RegExp][] = [
      [{ requester: people.nico }, /may not deploy shop to production.* can\./],
      [{ service: 'shoop' }, /no service shoop/],
      [{ environment: 'moon' }, /doesn't run in moon/],
      [{ version: '9.9.9' }, /no release 9\.9\.9/],
      [{ version: '2.13.0' }, /runs in production already/],
      [{ commit: '9'.repeat(40) }, /another commit now/],
    ];
    for (const [request, words] of refused) await assert.rejects(world.ask(request), words);
    assert.deepEqual(await world.parts.deployments.recent({ limit: 5 }), []);
  });

  it('is told to the requester when it is rejected or expires, below the approval', async () => {
    const rejected = await world.ask();
    await world.decide(rejected, { state: 'rejected', by: people.avery, reason: 'no [tests](x)', at: 1 });
    assert.equal(await world.state(rejected), 'rejected');
    const reply = world.outbox.messages.get(`deployment:${rejected}:end`);
    assert.deepEqual(reply?.destination, {
      to: 'thread of',
      messageKey: `approval:${idFrom('approval', rejected)}:place`,
    });
    assert.ok(reply && 'text' in reply.content);
    assert.match(reply.content.text, /Rejected by Avery Approver\*\*: no \\\[tests\\\]/);
    const expired = await world.ask();
    await world.decide(expired, { state: 'expired', at: 1 });
    assert.equal(await world.state(expired), 'expired');
    assert.equal(world.connector.calls.startRun, 0);
    assert.deepEqual(world.outbox.posts.length, 2);
  });

  it('waits while another one runs in the same environment, then goes by itself', async () => {
    const first = await world.running();
    const second = await world.running({ version: '2.15.0' });
    assert.equal(await world.state(second), 'approved');
    assert.match(String(cardOf(second)['sentence']), /Waits for D-1001/);
    assert.equal(world.connector.runs.size, 1);
    const elsewhere = await world.running({ environment: 'staging' });
    assert.equal(await world.state(elsewhere), 'running');
    world.connector.finish('succeeded');
    await world.pass(30_000);
    assert.equal(await world.state(first), 'succeeded');
    assert.equal(await world.state(second), 'running');
    assert.equal((await world.read(second)).replaces?.version, '2.14.0', 'what it really replaces');
  });

  it('does not start when its release is another commit by then', async () => {
    const id = await world.ask();
    world.connector.releasesOf.set('2.14.0', { version: '2.14.0', commit: 'e'.repeat(40), createdAt: 0 });
    assert.equal(await world.subject().boundTo(id), 'e'.repeat(40));
    await world.decide(id, { state: 'approved', by: [people.avery], at: 1 });
    assert.equal(await world.state(id), 'cancelled');
    assert.equal(world.connector.calls.startRun, 0);
    const end = world.outbox.messages.get(`deployment:${id}:end`)?.content;
    assert.ok(end && 'text' in end);
    assert.match(end.text, /^@\[0\].*Not started\*\*: 2\.14\.0 is now the commit eeeeeee, not 3333333/);
  });

  it('is never admitted where its rule is gone before its approval could be opened', async () => {
    const gone = createDeploymentWorld((perform) => async (record, effect) => {
      if (effect.kind === 'ask')
        gone.changeCatalog((text) => text.replace('environments: [staging, production]', 'environments: [staging]'));
      return perform(record, effect);
    });
    try {
      const id = await gone.ask();
      assert.equal(await gone.state(id), 'cancelled');
      assert.equal(gone.connector.calls.startRun, 0);
      assert.equal(gone.opened.length, 0);
      const end = gone.outbox.messages.get(`deployment:${id}:end`);
      assert.deepEqual(end?.destination, { to: 'place', placeId: places.deployments.id, thread: undefined });
      assert.ok('text' in end.content);
      assert.match(end.content.text, /shop no longer runs in production/);
      gone.changeCatalog((text) => text.replace('The web shop', 'The shop'));
      await gone.pass(60_000, 10_000);
      assert.equal(await gone.state(id), 'cancelled', 'nothing begins by itself when the environment is back');
    } finally {
      await gone.close();
    }
  });

  it('leaves alone what is approved and what is an emergency when somebody asks for another release', async () => {
    world.parts.deployments.onEmergency(async () => undefined);
    const first = await world.running();
    const emergency = await world.ask({
      version: '2.15.0',
      requester: people.ada,
      reason: 'customers cannot pay',
      emergency: true,
    });
    const approved = await world.running({ version: '2.12.0' });
    const asked = await world.ask({ version: '2.12.0', requester: people.noor });
    const newer = await world.ask({ version: '2.15.0' });
    assert.deepEqual(await Promise.all([emergency, approved, asked, newer].map((id) => world.state(id))), [
      'approved',
      'approved',
      'superseded',
      'awaiting approval',
    ]);
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(first), 'succeeded');
    assert.equal(await world.state(emergency), 'running');
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(approved), 'running', 'in the order in which they were asked for');
  });

  it('keeps every author apart from the twenty commits that are shown', async () => {
    const commit = (author: string, index: number) => ({
      id: String(index).padStart(40, '0'),
      message: 'Change',
      author,
      committedAt: 0,
    });
    world.connector.commits.splice(
      0,
      1,
      ...Array.from({ length: 20 }, (_, index) => commit('Dana Developer', index)),
      commit('Avery Approver', 20),
    );
    const id = await world.ask();
    assert.equal((await world.read(id)).changes.commits.length, 20);
    assert.ok(world.opened[0]?.authors?.people.some(({ name }) => name === 'Avery Approver'));
    assert.equal(world.opened[0]?.authors?.gap, undefined);
  });

  it('says that the authors are not known where the release that is live is gone', async () => {
    world.connector.releasesOf.delete('2.13.0');
    await world.ask();
    assert.match(world.opened[0]?.authors?.gap ?? '', /2\.13\.0, which runs there, no longer exists/);
  });

  it('gives the approver the facts', async () => {
    const id = await world.ask({ reason: 'gift cards' });
    const facts = await world.subject().facts(id);
    assert.equal(facts.title, 'shop 2.14.0 to production');
    assert.equal(facts.label, 'D-1001');
    assert.deepEqual(
      facts.facts.map(({ title }) => title),
      ['Why', 'Commit', 'Replaces', 'Risk', 'Now', 'Then'],
    );
    assert.equal(facts.facts[1]?.value, '3333333, nothing newer');
    assert.equal(facts.commits?.length, 1);
    assert.match(facts.commitsTitle ?? '', /What changes: 1\u00A0commit by 1\u00A0person/);
  });

  it('puts back by itself what failed its verification, and tells everybody once', async () => {
    const id = await world.running();
    world.connector.finish('succeeded');
    await world.pass(1000);
    world.health.state = 'down';
    world.health.trouble = 'it does not answer';
    await world.pass(3000);
    const failed = await world.read(id);
    assert.equal(failed.state, 'verifying');
    assert.equal(failed.rollbackId, idFrom('rollback', id));
    assert.equal((cardOf(id)['state'] as { word: string }).word, 'Rolling back');
    const rollback = await world.read(failed.rollbackId ?? '');
    assert.equal(rollback.state, 'running');
    assert.equal(rollback.version, '2.13.0');
    assert.equal(world.opened.length, 1, 'the rollback needs no approval');
    const later = await world.running({ version: '2.15.0' });
    assert.equal(await world.state(later), 'approved', 'nothing comes between');
    world.health.state = 'healthy';
    world.health.trouble = '';
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(failed.rollbackId ?? ''), 'succeeded');
    assert.equal(await world.state(id), 'rolled back');
    assert.match(
      String(cardOf(id)['sentence']),
      /\*\*2\.13\.0 is live again in production\.\*\* Gavel rolled back 2\.14\.0 \(D-\d+\)\. It failed verification: it does not answer/,
    );
    const about = world.outbox.posts.map(({ key }) => key).filter((key) => !key.includes(later));
    assert.deepEqual(about, [`deployment:${id}:card`, `deployment:${id}:end`, `deployment:${id}:health`]);
    assert.ok((await outcomes()).includes('deployments.rollback back to 2.13.0'));
  });

  it('never calls success what it has no numbers for', async () => {
    const id = await world.running({ environment: 'staging' });
    world.health.state = 'unknown';
    world.connector.finish('succeeded');
    await world.pass(13_000);
    const failed = await world.read(id);
    assert.equal(failed.failure?.reason, 'there are no numbers');
    assert.notEqual(failed.rollbackId, undefined);
  });

  it('is not failed by one bad look', async () => {
    const id = await world.running();
    world.connector.finish('succeeded');
    await world.pass(2000);
    world.health.state = 'down';
    await world.pass(1000);
    world.health.state = 'healthy';
    await world.pass(20_000);
    assert.equal(await world.state(id), 'succeeded');
  });

  it('fails with the reason when the run fails and what ran before was put back', async () => {
    const id = await world.running();
    world.connector.finish('failed', { reason: '2 of 24 checks <failed>' });
    await world.pass(1000);
    assert.equal(await world.state(id), 'failed');
    assert.match(String(cardOf(id)['sentence']), /2 of 24 checks \\<failed\\>.* 2\.13\.0 is live in production/);
    assert.equal((await world.read(id)).rollbackId, undefined);
  });

  it('rolls back a run that failed half-way', async () => {
    const id = await world.running();
    world.connector.finish('failed', { reason: 'switch broke', leaves: '2.14.0' });
    await world.pass(1000);
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(id), 'rolled back');
  });

  it('says so when putting back fails too', async () => {
    const id = await world.running();
    world.connector.finish('failed', { reason: 'switch broke', leaves: '2.14.0' });
    await world.pass(1000);
    world.connector.finish('failed', { reason: 'broke again' });
    await world.pass(2000);
    assert.equal(await world.state(id), 'failed');
    assert.match(String(cardOf(id)['sentence']), /was not put back.*Somebody has to look/);
    assert.equal(world.connector.runs.size, 2, 'a rollback is not rolled back');
  });

  it('goes to the place where it was asked for, in its thread', async () => {
    const id = await world.running({ placeId: places.general.id, thread: 'thread-1' });
    assert.deepEqual(world.outbox.messages.get(`deployment:${id}:card`)?.destination, {
      to: 'place',
      placeId: places.general.id,
      thread: 'thread-1',
    });
  });
});
