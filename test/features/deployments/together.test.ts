import assert from 'node:assert/strict';
import type { Feature, Person, Reply } from '../../../src/chat/contract';
import { idFrom } from '../../../src/core/keys';
import { createAnnouncements } from '../../../src/features/announcements';
import { createApprovals } from '../../../src/features/approvals';
import { createDeploymentHistory, createDeployments } from '../../../src/features/deployments';
import { createHealth } from '../../../src/features/health';
import type { HealthReports } from '../../../src/features/health';
import { createFakeWorld, openPolicy, people, places, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

describe('deployments, approvals, health and announcements together', () => {
  let world: FakeWorld;
  let features: Feature[];
  let deployments: ReturnType<typeof createDeployments>;

  beforeEach(() => {
    world = createFakeWorld();
    const { deps } = world;
    const approvals = createApprovals(deps);
    const announcements = createAnnouncements(deps);
    const policy = openPolicy(deps);
    const health: { feature: Feature; reports: HealthReports } = createHealth(deps, {
      policy,
      approvals: approvals.approvals,
      history: createDeploymentHistory(deps),
    });
    deployments = createDeployments(deps, {
      approvals: approvals.approvals,
      health: health.reports,
      announcements: announcements.announcements,
      policy,
    });
    features = [deployments.feature, approvals.feature, health.feature, announcements.feature];
    const commit = world.connector.releasesOf.get('2.13.0')?.commit ?? '';
    world.connector.serving.set('shop/production', { version: '2.13.0', commit, since: 0 });
  });
  afterEach(() => world.close());

  async function click(verb: string, who: Person, id: string, input: object = {}): Promise<Reply> {
    const action = features.flatMap((feature) => feature.actions ?? []).find((each) => each.verb === verb);
    assert.ok(action, verb);
    return action.run(turnOf(who), action.input.parse({ id, ...input }));
  }

  async function ask(version = '2.14.0'): Promise<string> {
    const { id } = await deployments.deployments.request({
      key: `ask ${version}`,
      kind: 'deploy',
      service: 'shop',
      environment: 'production',
      version,
      requester: people.dana,
      reason: '',
      placeId: places.general.id,
      thread: undefined,
      correlationId: '4f2a91c0aaaa',
    });
    await world.pass(1000);
    return id;
  }

  it('are one card in the announced channel from the request to the result, with the copies of approvers', async () => {
    const announce = features
      .flatMap((feature) => feature.commands ?? [])
      .find(({ name }) => name === 'subscription announce');
    await announce?.run(turnOf(people.ada), { service: 'shop' });
    const id = await ask();
    const approvalId = idFrom('approval', id);
    const card = world.outbox.messages.get(`deployment:${id}:card`);
    assert.deepEqual(card?.destination, { to: 'place', placeId: places.deployments.id });
    assert.match(JSON.stringify(card), /One approval is needed by/);
    assert.equal(world.outbox.messages.has(`approval:${approvalId}:place`), false, 'one card for one thing');
    const clicks = await Promise.allSettled(
      [people.avery, people.noor, people.dana, people.nico].map((who) => click('approvals.approve', who, approvalId)),
    );
    assert.ok(clicks.some(({ status }) => status === 'fulfilled'));
    await world.pass(2000);
    assert.equal(world.connector.runs.size, 1, 'four clicks, one run');
    world.connector.finish('succeeded');
    await world.pass(25_000);
    const found = await deployments.deployments.find(id);
    assert.equal(found?.deployment.state, 'succeeded');
    assert.ok(['Avery Approver', 'Noor Operator'].includes(found?.deployment.approvedBy[0]?.name ?? ''));
    const inChannel = world.outbox.posts.filter(({ destination }) => destination.to !== 'person');
    assert.deepEqual(
      inChannel.map(({ key }) => key),
      [`deployment:${id}:card`],
    );
    assert.match(JSON.stringify(world.outbox.messages.get(`deployment:${id}:card`)), /Show health/);
    const copies = [...world.outbox.messages].filter(([key]) => key.startsWith(`approval:${approvalId}:person:`));
    assert.equal(copies.length, 2);
    for (const [, copy] of copies) assert.match(JSON.stringify(copy.content), /"word":"Succeeded"/);
    assert.deepEqual((await world.deps.store.audit.verify()).breaks, []);
  });

  it('are verified by the numbers themselves and rolled back', async () => {
    const id = await ask();
    await click('approvals.approve', people.avery, idFrom('approval', id));
    await world.pass(1000);
    world.connector.finish('succeeded');
    world.connector.figures = { at: 0, p50Ms: 50, p95Ms: 120, errorPercent: 9, requestsPerSecond: 80 };
    await world.pass(23_000);
    const failed = (await deployments.deployments.find(id))?.deployment;
    assert.match(failed?.failure?.reason ?? '', /9/);
    world.connector.figures = { at: 0, p50Ms: 50, p95Ms: 120, errorPercent: 0, requestsPerSecond: 80 };
    world.connector.finish('succeeded');
    await world.pass(25_000);
    assert.equal((await deployments.deployments.find(id))?.deployment.state, 'rolled back');
    assert.equal(world.connector.serving.get('shop/production')?.version, '2.13.0');
  });

  it('are not rolled back for a single failed request, and say so', async () => {
    const id = await ask();
    await click('approvals.approve', people.avery, idFrom('approval', id));
    await world.pass(1000);
    world.connector.finish('succeeded');
    world.connector.figures = { at: 0, p50Ms: 50, p95Ms: 120, errorPercent: 5, requestsPerSecond: 1 };
    await world.pass(23_000);
    const done = (await deployments.deployments.find(id))?.deployment;
    assert.equal(done?.state, 'succeeded', JSON.stringify(done?.failure));
    const card = JSON.stringify(world.outbox.messages.get(`deployment:${id}:card`)?.content);
    assert.match(card, /within their limits, apart from one failed request/);
    assert.match(card, /"name":"Errors","before":"[^"]*","after":"5%","limit":"2%","glyph":"✓"/);
  });

  it('expire when nobody decides, and withdraw the approval when they are canceled', async () => {
    const late = await ask();
    await world.pass(7_201_000, 7_201_000);
    assert.equal((await deployments.deployments.find(late))?.deployment.state, 'expired');
    const id = await ask('2.15.0');
    await click('deployments.cancel', people.dana, id);
    await world.pass(1000);
    const shown = world.outbox.messages.get(`deployment:${id}:card`)?.content;
    assert.ok(shown && 'card' in shown && JSON.stringify(shown.data).includes('Canceled'));
  });
});
