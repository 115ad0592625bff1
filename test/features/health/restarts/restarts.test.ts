import assert from 'node:assert/strict';
import { ConnectorError } from '../../../../src/core/errors';
import { nameRelease } from '../../../../src/core/text';
import { describeRestart } from '../../../../src/features/health/restarts/text';
import { avery, dana, healthWorld, noor, noticeOf, release, turnOf } from '../world';
import type { HealthWorld } from '../world';

const textOf = (world: HealthWorld): string => {
  const content = world.sent.at(-1)?.content;
  return content && 'text' in content ? content.text : '';
};

describe('a restart', () => {
  let world: HealthWorld;
  beforeEach(() => (world = healthWorld()));
  afterEach(() => world.end());

  const ask = (id = 'shop/staging', who = noor, why = 'it leaks') =>
    world.click('health.restart', turnOf(who), { id, why });

  it('happens at once if the catalog requires no approval, and the channel gets one message', async () => {
    assert.match(noticeOf(await ask()), /^I’m restarting shop in staging/);
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 1);
    assert.equal(new Set(world.sent.map(({ key }) => key)).size, 1);
    assert.match(textOf(world), /^\*\*shop in staging was restarted\*\* .* Requested by Noor Operator: “it leaks”\.$/);
    assert.deepEqual(
      (await world.audit.read({ what: 'health.restart' })).map(({ who, outcome }) => [who, outcome]).reverse(),
      [
        [noor.id, 'asked'],
        ['gavel', 'restarted'],
      ],
    );
  });

  it('can be typed', async () => {
    await world.type('restart', turnOf(noor, { trigger: 'typed' }), { service: 'shop', environment: 'staging' });
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 1);
    assert.match(textOf(world), /Requested by Noor Operator\.$/);
  });

  it('happens once for two clicks at once and for one that is delivered again', async () => {
    await Promise.all([ask(), ask(), ask()]);
    await world.sweeper.idle();
    world.clock.advance(15_000);
    assert.match(noticeOf(await ask()), /was restarted/);
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 1);
  });

  it('says what it would restart, and restarts nothing else that is live by the time of the answer', async () => {
    const action = world.actions.find(({ verb }) => verb === 'health.restart');
    assert.ok(action?.asks);
    const asked = await action.asks(turnOf(noor), 'shop/staging');
    assert.deepEqual([asked.title, asked.go, asked.revision], ['Restart shop in staging?', 'Restart shop', '2.14.0']);
    await assert.rejects(action.asks(turnOf(dana), 'shop/staging'), /Noor Operator can/);
    const running = { ...release, version: '2.15.0' };
    world.scene('shop', 'staging').running = running;
    const answer = { id: 'shop/staging', why: 'it leaks', revision: asked.revision };
    await assert.rejects(
      world.click('health.restart', turnOf(noor), answer),
      /Nothing was restarted: shop in staging now runs 2\.15\.0, not 2\.14\.0\. Type `health shop in staging`/,
    );
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 0);
  });

  it('waits for its approval, bound to the live release', async () => {
    assert.match(
      noticeOf(await ask('shop/production')),
      /The restart needs 1\sapproval from an approver other than you\. Nothing happens until it’s approved\. You can follow it on the RS-[0-9a-f]{6} card in \S+\.$/,
    );
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 0);
    const request = world.opened[0];
    assert.ok(request);
    assert.equal(request.kind, 'restart');
    assert.equal(await world.subject().boundTo(request.subjectId), request.boundTo);
    const facts = await world.subject().facts(request.subjectId);
    assert.equal(facts.title, 'Restart of shop in production');
    assert.deepEqual(
      facts.facts.map(({ title }) => title),
      ['Reason', 'Release', 'Health', 'Effect'],
    );
    const approved = { state: 'approved', by: [avery], at: world.clock.now() } as const;
    await world.subject().decided(request.subjectId, approved);
    await world.subject().decided(request.subjectId, approved);
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 1);
    assert.match(textOf(world), /approved by Avery Approver/);
    assert.equal(await world.subject().boundTo(request.subjectId), undefined);
  });

  it('does not happen if its requester has lost the permission', async () => {
    await ask('shop/production');
    await world.sweeper.idle();
    const { subjectId } = world.opened[0] ?? assert.fail();
    assert.equal(await world.subject().ground?.(subjectId), undefined);
    world.takeRole('noor', 'operator');
    const lost = /Noor Operator no longer has the operate permission for shop in production/;
    assert.match((await world.subject().ground?.(subjectId)) ?? '', lost);
    await world.subject().decided(subjectId, { state: 'approved', by: [avery], at: world.clock.now() });
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 0);
    assert.match(textOf(world), lost);
  });

  it('does not happen after a rejection, and another one can then be requested', async () => {
    await ask('shop/production');
    await world.sweeper.idle();
    const { subjectId } = world.opened[0] ?? assert.fail();
    await world.subject().decided(subjectId, { state: 'rejected', by: avery, reason: 'no', at: world.clock.now() });
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 0);
    await ask('shop/production', noor, 'another reason');
    await world.sweeper.idle();
    assert.equal(world.opened.length, 2);
  });

  it('no longer matches its approval if another release is live', async () => {
    await ask('shop/production');
    await world.sweeper.idle();
    const { subjectId, boundTo } = world.opened[0] ?? assert.fail();
    world.scene('shop', 'production').running = { ...release, version: '2.15.0', commit: 'ffff' };
    assert.notEqual(await world.subject().boundTo(subjectId), boundTo);
    await world.subject().decided(subjectId, { state: 'approved', by: [avery], at: world.clock.now() });
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 0);
    assert.match(textOf(world), /wasn’t restarted\*\*: The restart was requested for 2\.14\.0/);
  });

  it('refuses people without the right, unknown targets, and a second one while the first is open', async () => {
    await assert.rejects(
      ask('shop/staging', dana),
      /You can’t restart shop in staging\. Nothing was changed\. .* Noor Operator .*can\./,
    );
    world.scene('search', 'staging').running = undefined;
    await assert.rejects(ask('search/staging'), /isn’t deployed to staging/);
    await ask('shop/production');
    await assert.rejects(
      ask('shop/production', noor, 'because'),
      /Noor Operator already requested a restart of shop in production at 14:52, so nothing new was requested/,
    );
    assert.throws(() => void ask('shop/staging', noor, '  '));
  });

  it('is called again with the same key if its outcome is unknown, and then left to a person', async () => {
    world.scene('shop', 'staging').restart = () => Promise.reject(new ConnectorError('local', 'unclear', 'hung up'));
    await ask();
    for (let round = 0; round < 4; round++) {
      await world.sweeper.idle();
      world.clock.advance(30_000);
    }
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 4);
    assert.equal(new Set(world.restarted).size, 1, 'one key');
    assert.match(textOf(world), /^\*\*Gavel can’t tell whether shop in staging was restarted\*\*/);
  });

  it('fails at once if the connector refuses', async () => {
    world.scene('shop', 'staging').restart = () => Promise.reject(new ConnectorError('local', 'refused', 'no'));
    await ask();
    await world.sweeper.idle();
    assert.equal(world.restarted.length, 1);
    assert.match(textOf(world), /^\*\*shop in staging wasn’t restarted\*\*/);
  });
});

describe('what a restart does', () => {
  const target = { service: 'shop', environment: 'staging' };

  it('is said as the system does it', () => {
    assert.match(describeRestart(target, '2.14.0', {}), /shop is unavailable while it restarts\.$/);
    assert.equal(
      describeRestart(target, '2.14.0', { effect: 'rolling' }),
      'Replaces the copies of shop in staging, usually one after the other, with new ones of 2.14.0.',
    );
  });

  it('names the release without empty parentheses if its commit isn’t known', () => {
    assert.equal(nameRelease({ version: '2.14.0', commit: '3c9f0a1b2c' }), '2.14.0 (3c9f0a1)');
    assert.equal(nameRelease({ version: '2.14.0', commit: '' }), '2.14.0');
  });
});
