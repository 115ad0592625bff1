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

  it('waits for approval, runs and is verified on one card, and mentions nobody', async () => {
    const id = await world.ask();
    assert.equal(await world.state(id), 'awaiting approval');
    assert.equal((await world.read(id)).number, 1001);
    assert.equal(world.opened.length, 1);
    assert.equal(world.opened[0]?.id, idFrom('approval', id));
    assert.equal(world.opened[0]?.boundTo, '3'.repeat(40));
    assert.equal(cardOf(id)['summary'], 'shop 2.14.0 to production: waiting');

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
      [`deployment:${id}:card`],
    );
    assert.deepEqual(await outcomes(), [
      'deployments.request requested',
      'deployments.start started',
      'deployments.end succeeded',
    ]);
  });

  it('is looked at as soon as its tool says that its run has changed', async () => {
    const id = await world.running();
    world.connector.finish('succeeded');
    const { connection = '', runId = '' } = await world.read(id);
    await world.parts.lookAt(connection, ['another']);
    await world.parts.lookAt('another', [runId]);
    assert.equal(await world.state(id), 'running');
    await world.parts.lookAt(connection, [runId]);
    assert.equal(await world.state(id), 'verifying');
  });

  it('mentions its requester on success if they want that', async () => {
    world = createDeploymentWorld(undefined, { wantsEveryMention: async (id) => id === people.dana.id });
    const id = await world.running();
    world.connector.finish('succeeded');
    await world.pass(24_000);
    const end = world.outbox.messages.get(`deployment:${id}:end`);
    assert.deepEqual(end?.destination, { to: 'thread of', messageKey: `deployment:${id}:card` });
    assert.ok(end && 'text' in end.content && end.content.mentions?.[0]?.id === people.dana.id);
    assert.equal(end.content.text, '@[0] shop 2.14.0 is live and verified in production (D-1001).');
  });

  it('gets no second card while it waits on the approval card of an earlier version', async () => {
    const older = createDeploymentWorld((perform) => async (record, effect) => {
      if (effect.kind === 'ask')
        await older.outbox.put({
          key: `approval:${idFrom('approval', record.id)}:place`,
          destination: { to: 'place', placeId: places.deployments.id },
          content: { text: 'One approval' },
          revision: 1,
        });
      return perform(record, effect);
    });
    try {
      const id = await older.ask();
      assert.ok(!older.outbox.messages.has(`deployment:${id}:card`));
      await older.decide(id, { state: 'approved', by: [people.avery], at: 1 });
      assert.ok(older.outbox.messages.has(`deployment:${id}:card`));
    } finally {
      await older.close();
    }
  });

  it('needs no approval if the rule requires none', async () => {
    const id = await world.ask({ environment: 'staging' });
    assert.equal(await world.state(id), 'running');
    assert.equal(world.opened.length, 0);
    assert.equal(world.connector.calls.startRun, 1);
  });

  it('is requested once with the same key', async () => {
    const first = await world.ask({ key: 'click' });
    const second = await world.ask({ key: 'click' });
    assert.equal(first, second);
    assert.equal(world.opened.length, 1);
  });

  it('refuses what is not allowed, does not exist or is already live', async () => {
    const refused: [Parameters<DeploymentWorld['ask']>[0], RegExp][] = [
      [{ requester: people.nico }, /can’t deploy shop to production.* can\./],
      [{ service: 'shoop' }, /no service shoop/],
      [{ environment: 'moon' }, /doesn’t run in moon/],
      [{ version: '9.9.9' }, /no release 9\.9\.9/],
      [{ version: '2.13.0' }, /is already live in production/],
      [{ commit: '9'.repeat(40) }, /now points to commit/],
    ];
    for (const [request, words] of refused) await assert.rejects(world.ask(request), words);
    assert.deepEqual(await world.parts.deployments.recent({ limit: 5 }), []);
  });

  it('is reported to the requester below its card when it is rejected or expires', async () => {
    const rejected = await world.ask();
    await world.decide(rejected, { state: 'rejected', by: people.avery, reason: 'no [tests](x)', at: 1 });
    assert.equal(await world.state(rejected), 'rejected');
    const reply = world.outbox.messages.get(`deployment:${rejected}:end`);
    assert.deepEqual(reply?.destination, {
      to: 'thread of',
      messageKey: `deployment:${rejected}:card`,
    });
    assert.ok(reply && 'text' in reply.content);
    assert.match(
      reply.content.text,
      /^@\[0\] shop 2\.14\.0 to production \(D-1001\) was rejected by Avery Approver\.$/,
    );
    assert.match(
      String(cardOf(rejected)['sentence']),
      /Rejected by Avery Approver at .*\*\*: “no \\\[tests\\\]\\\(x\\\)”/,
    );
    const expired = await world.ask();
    await world.decide(expired, { state: 'expired', at: 1 });
    assert.equal(await world.state(expired), 'expired');
    assert.equal(world.connector.calls.startRun, 0);
    assert.deepEqual(world.outbox.posts.length, 4, 'a card and a mention for each');
  });

  it('waits while another one runs in the same environment, then starts automatically', async () => {
    const first = await world.running();
    const second = await world.running({ version: '2.15.0' });
    assert.equal(await world.state(second), 'approved');
    assert.match(String(cardOf(second)['sentence']), /Waiting for D-1001/);
    assert.equal(world.connector.runs.size, 1);
    const elsewhere = await world.running({ environment: 'staging' });
    assert.equal(await world.state(elsewhere), 'running');
    world.connector.finish('succeeded');
    await world.pass(30_000);
    assert.equal(await world.state(first), 'succeeded');
    assert.equal(await world.state(second), 'running');
    assert.equal((await world.read(second)).replaces?.version, '2.14.0', 'what it really replaces');
  });

  it('does not start if its release is another commit by then', async () => {
    const id = await world.ask();
    world.connector.releasesOf.set('2.14.0', { version: '2.14.0', commit: 'e'.repeat(40), createdAt: 0 });
    assert.equal(await world.subject().boundTo(id), 'e'.repeat(40));
    await world.decide(id, { state: 'approved', by: [people.avery], at: 1 });
    assert.equal(await world.state(id), 'cancelled');
    assert.equal(world.connector.calls.startRun, 0);
    const end = world.outbox.messages.get(`deployment:${id}:end`)?.content;
    assert.ok(end && 'text' in end);
    assert.match(end.text, /^@\[0\] shop 2\.14\.0 to production \(D-1001\) wasn’t started\.$/);
    assert.match(
      String(cardOf(id)['sentence']),
      /Not started\.\*\* 2\.14\.0 now points to commit eeeeeee, but the request was for 3333333/,
    );
  });

  it('never starts if its rule is gone before its approval could be opened', async () => {
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

  it('leaves approved ones and emergencies alone when somebody requests another release', async () => {
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

  it('stores every author separately from the twenty commits that are shown', async () => {
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

  it('says that the authors are not known if the live release is gone', async () => {
    world.connector.releasesOf.delete('2.13.0');
    await world.ask();
    assert.match(world.opened[0]?.authors?.gap ?? '', /2\.13\.0, which is live there, no longer exists/);
  });

  it('gives the approver the facts', async () => {
    const id = await world.ask({ reason: 'gift cards' });
    const facts = await world.subject().facts(id);
    assert.equal(facts.title, 'shop 2.14.0 to production');
    assert.equal(facts.label, 'D-1001');
    assert.deepEqual(
      facts.facts.map(({ title }) => title),
      ['Reason', 'Commit', 'Replaces', 'Risk', 'Health\u00A0now', 'What\u00A0will\u00A0run'],
    );
    assert.equal(facts.facts[1]?.value, '3333333, nothing newer');
    assert.equal(facts.commits?.length, 1);
    assert.match(facts.commitsTitle ?? '', /What changes: 1\u00A0commit by 1\u00A0person/);
  });

  it('is rolled back automatically when it fails verification, and tells everybody once', async () => {
    const id = await world.running();
    world.connector.finish('succeeded');
    await world.pass(1000);
    world.health.state = 'down';
    world.health.trouble = 'it isn’t responding';
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
      /\*\*2\.13\.0 is live again in production\.\*\* Gavel rolled back 2\.14\.0, which failed verification: it wasn’t responding/,
    );
    const about = world.outbox.posts.map(({ key }) => key).filter((key) => !key.includes(later));
    assert.deepEqual(about, [`deployment:${id}:card`, `deployment:${id}:end`]);
    const end = world.outbox.messages.get(`deployment:${id}:end`)?.content;
    assert.ok(end && 'text' in end);
    assert.equal(end.text, '@[0] shop 2.14.0 to production (D-1001) was rolled back. 2.13.0 is live again.');
    assert.ok((await outcomes()).includes('deployments.rollback back to 2.13.0'));
  });

  it('is never called a success without numbers', async () => {
    const id = await world.running({ environment: 'staging' });
    world.health.state = 'unknown';
    world.connector.finish('succeeded');
    await world.pass(13_000);
    assert.match(
      String(cardOf(id)['sentence']),
      /^\*\*2\.14\.0 is live, but Gavel can’t verify it yet: there are no metrics\.\*\* If that hasn’t changed by [\d:]+, Gavel rolls back to 2\.13\.0\.$/,
    );
    await world.pass(60_000);
    const failed = await world.read(id);
    assert.equal(failed.failure?.reason, 'there are no metrics');
    assert.notEqual(failed.rollbackId, undefined);
  });

  it('does not fail because of one bad check', async () => {
    const id = await world.running();
    world.connector.finish('succeeded');
    await world.pass(2000);
    world.health.state = 'down';
    await world.pass(1000);
    world.health.state = 'healthy';
    await world.pass(20_000);
    assert.equal(await world.state(id), 'succeeded');
  });

  it('fails with the reason if the run fails and the previous release was restored', async () => {
    const id = await world.running();
    world.connector.finish('failed', { reason: '2 of 24 checks <failed>' });
    await world.pass(1000);
    assert.equal(await world.state(id), 'failed');
    assert.match(String(cardOf(id)['sentence']), /2 of 24 checks \\<failed\\>.* 2\.13\.0 is live in production/);
    assert.equal((await world.read(id)).rollbackId, undefined);
  });

  it('rolls back a run that failed halfway', async () => {
    const id = await world.running();
    world.connector.finish('failed', { reason: 'switch broke', leaves: '2.14.0' });
    await world.pass(1000);
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(id), 'rolled back');
  });

  it('says so if the rollback fails, too', async () => {
    const id = await world.running();
    world.connector.finish('failed', { reason: 'switch broke', leaves: '2.14.0' });
    await world.pass(1000);
    world.connector.finish('failed', { reason: 'broke again' });
    await world.pass(2000);
    assert.equal(await world.state(id), 'failed');
    assert.match(String(cardOf(id)['sentence']), /couldn’t be rolled back.*Someone has to check/);
    assert.equal(world.connector.runs.size, 2, 'a rollback is not rolled back');
  });

  it('goes where it was requested: in its thread, and for everybody if people have to approve it', async () => {
    const from = { placeId: places.general.id, thread: 'thread-1' };
    const destinationOf = (id: string) => world.outbox.messages.get(`deployment:${id}:card`)?.destination;
    const alone = await world.ask({ ...from, environment: 'staging' });
    assert.deepEqual(destinationOf(alone), { to: 'place', ...from });
    const approved = await world.ask(from);
    assert.deepEqual(destinationOf(approved), { to: 'place', placeId: places.general.id, thread: undefined });
  });

  it('says until when it was live once another release has replaced it, and offers only that', async () => {
    const first = await world.running();
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal((cardOf(first)['state'] as { word: string }).word, 'Succeeded');
    const second = await world.running({ version: '2.15.0' });
    world.connector.finish('succeeded');
    await world.pass(12_000);
    assert.equal((cardOf(first)['state'] as { word: string }).word, 'Succeeded', 'not before it is verified');
    await world.pass(12_000);
    assert.equal(await world.state(second), 'succeeded');
    assert.deepEqual(cardOf(first)['state'], { glyph: '✓', word: 'Was live', tone: 'emphasis' });
    assert.match(
      String(cardOf(first)['sentence']),
      /^\*\*Live from .* to .*\.\*\* Then 2\.15\.0 replaced it \(D-1002\)\.$/,
    );
    assert.deepEqual(cardOf(first)['nextButton'], { title: 'Show D-1002', id: second });
    assert.deepEqual(cardOf(first)['rollback'], { title: '', id: '' });
    assert.equal((cardOf(second)['state'] as { word: string }).word, 'Succeeded');
  });

  it('stays live on its card if its replacement was rolled back', async () => {
    const first = await world.running();
    world.connector.finish('succeeded');
    await world.pass(24_000);
    await world.running({ version: '2.15.0' });
    world.connector.finish('failed', { reason: 'switch broke', leaves: '2.15.0' });
    await world.pass(1000);
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal((cardOf(first)['state'] as { word: string }).word, 'Succeeded');
  });

  it('is never complete while it is verified, and shows the progress', async () => {
    const id = await world.running();
    world.connector.finish('succeeded');
    await world.pass(1000);
    const texts = new Set<string>();
    for (let second = 0; second < 18; second++) {
      await world.pass(1000);
      assert.equal(await world.state(id), 'verifying');
      const progress = cardOf(id)['progress'] as { rest: string; text: string };
      assert.notEqual(progress.rest, '');
      assert.deepEqual(cardOf(id)['steps'], [], 'its own verification is no step of the run');
      texts.add(progress.text);
    }
    assert.ok(texts.size > 5 && texts.size <= 11, [...texts].join());
    assert.match(
      String(cardOf(id)['sentence']),
      /^\*\*2\.14\.0 is live\. Gavel is verifying it until .*Gavel rolls back to 2\.13\.0\.$/,
    );
  });

  it('shows the first error of a failed run, once, with what to do next', async () => {
    const id = await world.running();
    const log = ['ok 1', 'not ok 2 refund keeps the currency', '  expected EUR, got USD', '  at refund.test.js:58'];
    world.connector.log = [...log, ...Array.from({ length: 40 }, (_, index) => `ok ${index + 3}`), '# fail 1'];
    world.connector.finish('failed', { reason: '1 of 42 checks failed' });
    await world.pass(1000);
    const { failure, logButton, retryButton } = cardOf(id) as Record<
      string,
      { title: string; log?: { text: string }[] }
    >;
    assert.deepEqual(
      failure?.log?.map(({ text }) => text.trim()),
      log.slice(1).map((line) => line.trim()),
    );
    assert.deepEqual([retryButton?.title, logButton?.title], ['Retry', 'Show log']);
    const told = [...world.outbox.messages.values()].map(({ content }) => JSON.stringify(content)).join('\n');
    assert.equal(told.split('1 of 42 checks failed').length - 1, 1);
  });

  it('shows a health card only if something is not healthy in the end', async () => {
    const id = await world.running({ environment: 'staging' });
    world.connector.finish('failed', { reason: 'switch broke' });
    world.health.state = 'degraded';
    await world.pass(1000);
    assert.equal(await world.state(id), 'failed');
    assert.deepEqual(world.outbox.messages.get(`deployment:${id}:health`)?.destination, {
      to: 'thread of',
      messageKey: `deployment:${id}:card`,
    });
  });
});
