import assert from 'node:assert/strict';
import type { Feature, Person, Reply } from '../../../src/chat/contract';
import { createEmergencies } from '../../../src/features/emergencies';
import { createDeploymentWorld } from '../deployments/deployment-world';
import type { DeploymentWorld } from '../deployments/deployment-world';
import { people, turnOf } from '../fakes';

const placeIds = ['channel:storefront', 'channel:payments'];

describe('an emergency', () => {
  let world: DeploymentWorld;
  let feature: Feature;

  beforeEach(() => {
    world = createDeploymentWorld();
    const announcements = {
      placeOf: async () => undefined,
      places: async () => placeIds,
      bind: async () => undefined,
    };
    feature = createEmergencies(world.deps, { deployments: world.parts.deployments, announcements }).feature;
  });
  afterEach(() => world.close());

  async function type(name: string, who: Person, args: Record<string, string>): Promise<Reply> {
    const command = feature.commands?.find((each) => each.name === name);
    assert.ok(command, name);
    const reply = await command.run(turnOf(who, { trigger: 'typed' }), args);
    await world.deps.sweeper.idle();
    return reply;
  }

  const shop = { service: 'shop', release: '2.14.0', environment: 'production' };
  const begin = () => type('emergency deploy', people.ada, { ...shop, reason: 'customers cannot pay' });
  const cards = (): Record<string, unknown>[] =>
    [...world.outbox.messages.values()].flatMap(({ key, content }) =>
      key.startsWith('emergency:') && 'card' in content ? [content.data as Record<string, unknown>] : [],
    );

  it('starts at once without an approval, and every announced channel hears of it', async () => {
    await begin();
    const [{ deployment } = assert.fail()] = await world.parts.deployments.recent({ limit: 1 });
    assert.equal(deployment.state, 'running');
    assert.equal(world.opened.length, 0, 'nobody was asked');
    assert.equal(cards().length, 1 + placeIds.length);
    assert.match(String(cards()[0]?.['sentence']), /Ada Admin deploys this past every rule/);
  });

  it('is for those whom the catalog lets, and with a reason', async () => {
    await assert.rejects(
      type('emergency deploy', people.dana, { ...shop, reason: 'x' }),
      /needs the role admin.*Ada Admin can/,
    );
    await assert.rejects(type('emergency deploy', people.ada, shop), /needs a reason/);
    assert.equal(world.connector.calls.startRun, 0);
  });

  it('stays open until somebody else says what was found', async () => {
    await begin();
    await assert.rejects(type('emergency review', people.ada, { id: 'D-1001', findings: 'x' }), /your own emergency/);
    await assert.rejects(type('emergency review', people.avery, { id: 'D-1001' }), /says what was found/);
    await assert.rejects(type('emergency review', people.dana, { id: 'D-1001', findings: 'x' }), /may not review/);
    await type('emergency review', people.avery, { id: 'D-1001', findings: 'because a check was missing' });
    assert.match(String(cards()[0]?.['sentence']), /Reviewed by Avery Approver/);
    await assert.rejects(type('emergency review', people.noor, { id: 'D-1001', findings: 'x' }), /reviewed already/);
    const audited = await world.deps.store.audit.read({ what: 'emergencies.close', limit: 10 });
    assert.equal(audited.length, 1);
  });

  it('is reminded of every day until it was reviewed', async () => {
    await begin();
    await world.pass(24 * 3_600_000, 3_600_000);
    const reminders = [...world.outbox.messages.values()].filter(({ key }) => key.includes(':remind:1:'));
    assert.equal(reminders.length, 1 + placeIds.length);
  });
});
