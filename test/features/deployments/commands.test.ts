import assert from 'node:assert/strict';
import type { Reply } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import { createDeploymentHistory } from '../../../src/features/deployments';
import { people, turnOf } from '../fakes';
import { createDeploymentWorld } from './deployment-world';
import type { DeploymentWorld } from './deployment-world';

describe('the commands and buttons of a deployment', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
  });
  afterEach(() => world.close());

  const notice = (reply: Reply): string => ('notice' in reply ? reply.notice : '');
  const drawn = (reply: Reply): string => {
    assert.ok('card' in reply);
    return JSON.stringify(renderCard(reply.card, reply.data)).replaceAll('\u2011', '-');
  };

  async function succeeded(version = '2.14.0'): Promise<string> {
    const id = await world.running({ version });
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(id), 'succeeded');
    return id;
  }

  it('cancel a waiting request, and the approval with it', async () => {
    const id = await world.ask();
    assert.match(notice(await world.type('cancel', people.dana, { id: 'd-1001' })), /D-1001.*was canceled/);
    assert.equal(await world.state(id), 'cancelled');
    assert.equal(world.withdrawn.length, 1);
    const posted = world.outbox.posts.map(({ key }) => key);
    assert.deepEqual(posted, [`deployment:${id}:card`], 'nobody needs to be told what they did themselves');
    await world.decide(id, { state: 'approved', by: [people.avery], at: 1 });
    assert.equal(await world.state(id), 'cancelled', 'a late approval changes nothing');
  });

  it('promise nothing about a run that may already be starting', async () => {
    world.connector.faults.push({ method: 'startRun', failure: 'unclear' });
    const id = await world.running();
    assert.equal((await world.read(id)).runId, undefined);
    const cancel = world.parts.feature.commands?.find(({ name }) => name === 'cancel');
    const words = await cancel?.preview?.(turnOf(people.dana), { id: 'D-1001' });
    assert.match(
      String(words),
      /^Cancels D-1001, .*, which is starting\. Its card then shows what’s live in production\.$/,
    );
  });

  it('cancel a run, whose own end then decides', async () => {
    const id = await world.running();
    await assert.rejects(
      world.click('deployments.cancel', people.nico, id),
      /can’t cancel D-1001.*Dana Developer.* or .*can\./,
    );
    assert.match(
      drawn(await world.click('deployments.cancel', people.noor, id)),
      /Stopping.*Noor Operator canceled this deployment/,
    );
    await assert.rejects(world.click('deployments.cancel', people.dana, id), /already being canceled/);
    assert.equal(world.connector.calls.cancelRun, 1);
    assert.equal(await world.state(id), 'running');
    world.connector.finish('canceled');
    await world.pass(1000);
    assert.equal(await world.state(id), 'cancelled');
    const end = world.outbox.messages.get(`deployment:${id}:end`)?.content;
    assert.ok(end && 'text' in end);
    assert.match(end.text, /was canceled by Noor Operator/);
    const card = JSON.stringify(world.outbox.messages.get(`deployment:${id}:card`)?.content);
    assert.match(card, /Canceled by Noor Operator at .* 2\.13\.0 is live in production/);
  });

  it('cancel a verification: the previous release is restored', async () => {
    const id = await world.running();
    world.connector.finish('succeeded');
    await world.pass(1000);
    const said = notice(
      await world.type('cancel', people.noor, { id: 'D-1001', reason: 'the prices on the page are wrong' }),
    );
    assert.match(said, /is being stopped/);
    await world.pass(4000);
    assert.equal(world.connector.runs.size, 2, 'a rollback has begun');
    world.connector.finish('succeeded');
    await world.pass(60_000);
    assert.equal(await world.state(id), 'rolled back');
    assert.match(
      drawn(await world.click('deployments.open', people.dana, id)),
      /2\.13\.0 is live again in production.*was canceled by Noor Operator before it was verified/,
    );
  });

  it('cancel a verification if nothing can be restored: the release stays, unverified', async () => {
    world.connector.releasesOf.delete('2.13.0');
    const id = await world.running({ environment: 'staging' });
    world.connector.finish('succeeded');
    await world.pass(1000);
    await world.click('deployments.cancel', people.dana, id, { reason: 'wrong one', revision: 'stop verifying' });
    await world.pass(4000);
    assert.equal(await world.state(id), 'cancelled');
    assert.equal(world.connector.runs.size, 1);
    const card = drawn(await world.click('deployments.open', people.dana, id));
    assert.match(
      card,
      /Canceled by Dana Developer at .*\*\*: “wrong one”\. The verification was stopped, and 2\.14\.0 is live in staging/,
    );
  });

  it('do not cancel a rollback that is already live', async () => {
    await succeeded();
    const id = await world.running({ kind: 'rollback', version: '2.13.0', reason: 'slow' });
    world.connector.finish('succeeded');
    await world.pass(1000);
    assert.equal(await world.state(id), 'verifying');
    await assert.rejects(
      world.type('cancel', people.dana, { id: 'D-1002' }),
      /2\.13\.0 is already live again in production/,
    );
    assert.doesNotMatch(drawn(await world.click('deployments.open', people.dana, id)), /deployments\.cancel/);
  });

  it('roll back from the card of the live release, once, with a reason and an approval', async () => {
    const id = await succeeded();
    await assert.rejects(world.click('deployments.rollback', people.dana, id), /Enter a reason/);
    await assert.rejects(world.click('deployments.rollback', people.nico, id, { reason: 'slow' }), /can’t deploy/);
    const said = notice(await world.click('deployments.rollback', people.dana, id, { reason: 'slow' }));
    assert.match(said, /D-1002 will roll back shop in production to 2\.13\.0\. The rollback is waiting for approval/);
    assert.match(notice(await world.click('deployments.rollback', people.dana, id, { reason: 'slow' })), /D-1002/);
    assert.equal(world.opened.length, 2);
    const rollback = await world.parts.deployments.find('1002');
    assert.equal(rollback?.deployment.kind, 'rollback');
    await world.decide(rollback?.id ?? '', { state: 'approved', by: [people.avery], at: 1 });
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(rollback?.id ?? ''), 'succeeded');
    await assert.rejects(
      world.click('deployments.rollback', people.dana, id, { reason: 'again' }),
      /is already live in production/,
    );
  });

  it('name what a rollback would restore, and never what was rolled back before', async () => {
    const target = async (): Promise<string | undefined> =>
      (await world.parts.deployments.rollbackTarget('shop', 'production'))?.version;
    assert.equal(await target(), undefined);
    await succeeded('2.14.0');
    assert.equal(await target(), '2.13.0');
    await succeeded('2.15.0');
    assert.equal(await target(), '2.14.0');
    const { id } = await world.parts.deployments.request({
      key: 'back',
      kind: 'rollback',
      service: 'shop',
      environment: 'production',
      version: '2.14.0',
      requester: people.dana,
      reason: 'slow',
      placeId: 'channel:x',
      thread: undefined,
      correlationId: 'c',
    });
    await world.deps.sweeper.idle();
    await world.decide(id, { state: 'approved', by: [people.avery], at: 1 });
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await target(), '2.13.0');
    const marks = await createDeploymentHistory(world.deps).marks('shop', 'production', 0);
    assert.deepEqual(
      marks.map(({ version }) => version),
      ['2.14.0', '2.15.0', '2.14.0'],
    );
  });

  it('list them, newest first, and open each', async () => {
    assert.match(notice(await world.type('deployments', people.nico)), /no deployments yet/);
    const first = await succeeded();
    await world.running({ version: '2.15.0' });
    const list = drawn(await world.type('deployments', people.nico, { filter: 'shop' }));
    assert.ok(list.indexOf('D-1002') < list.indexOf('D-1001'));
    const forNico = drawn(await world.click('deployments.open', people.nico, first));
    assert.match(forNico, /2\.14\.0 went live at/);
    assert.doesNotMatch(forNico, /deployments\.rollback/, 'no button for what one may not do');
    assert.match(drawn(await world.click('deployments.open', people.dana, first)), /deployments\.rollback/);
    await assert.rejects(world.click('deployments.open', people.nico, 'a'.repeat(32)), /no longer exists/);
  });

  it('find the one in progress', async () => {
    const id = await world.running();
    const target = { service: 'shop', environment: 'production' };
    assert.equal((await world.parts.deployments.current(target))?.id, id);
    assert.equal(await world.parts.deployments.current({ service: 'shop', environment: 'staging' }), undefined);
  });
});
