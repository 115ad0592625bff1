import assert from 'node:assert/strict';
import type { Person, Place, Reply } from '../../../src/chat/contract';
import { createLanguage } from '../../../src/chat/language';
import { createAnnouncements } from '../../../src/features/announcements';
import { createFakeWorld, people, places, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

const own: Place = { id: 'personal:ada', kind: 'personal', name: 'Ada' };
const group: Place = { id: 'group:1', kind: 'group', name: 'Release [crew](x)' };

describe('announcements', () => {
  let world: FakeWorld;
  let parts: ReturnType<typeof createAnnouncements>;

  beforeEach(() => {
    world = createFakeWorld();
    parts = createAnnouncements(world.deps);
  });
  afterEach(() => world.close());

  async function say(name: string, who: Person, place: Place = places.deployments, service = 'shop'): Promise<Reply> {
    const command = parts.feature.commands?.find((each) => each.name === name);
    assert.ok(command);
    return command.run(turnOf(who, { trigger: 'typed', place }), name === 'subscription announce' ? { service } : {});
  }
  const text = (reply: Reply): string => ('text' in reply ? reply.text : '');

  it('are understood with the word here, before and after the service and without one', () => {
    const language = createLanguage(parts.feature.commands ?? []);
    const names = { services: new Set(['shop']), environments: new Set<string>() };
    for (const line of [
      'announce shop here',
      'announce here shop',
      'announce shop',
      'Announce the shop here, please',
    ]) {
      const parsed = language.parse(line, names);
      assert.ok(parsed.kind === 'command', line);
      assert.deepEqual([{ ...parsed.args }, parsed.extra], [{ service: 'shop' }, []], line);
    }
    assert.equal(language.parse('announce here', names).kind, 'missing');
  });

  it('bind a service to the channel they are typed in, and are audited', async () => {
    const reply = await say('subscription announce', people.ada);
    assert.equal(
      text(reply),
      '**From now on, deployment cards and approval requests for shop go to Deployments**, no matter where someone requests the deployment. Approvers can approve there.',
    );
    assert.deepEqual(reply.audit, {
      target: 'shop',
      outcome: 'announced',
      detail: { place: places.deployments.id },
    });
    assert.equal(await parts.announcements.placeOf('shop'), places.deployments.id);
    assert.equal(await parts.announcements.placeOf('payments'), undefined);
  });

  it('say which service is no longer in the catalog', async () => {
    await parts.announcements.bind('shop', places.deployments, people.ada);
    await parts.announcements.bind('legacy', places.deployments, people.ada);
    assert.equal(
      text(await say('subscription announcements', people.nico)),
      '- **legacy** in Deployments, no longer in the catalog\n- **shop** in Deployments',
    );
  });

  it('move to another place and name the previous one, with names as text', async () => {
    await say('subscription announce', people.ada, group);
    assert.match(
      text(await say('subscription announce', people.ada)),
      /Until now, they went to Release \\\[crew\\\]\\\(x\\\)\.$/,
    );
    assert.equal(await parts.announcements.placeOf('shop'), places.deployments.id);
    assert.match(
      text(await say('subscription announce', people.ada)),
      /already go to Deployments\. Nothing was changed\.$/,
    );
  });

  it('are refused in a personal chat, for an unknown service, and for people without the right', async () => {
    await assert.rejects(say('subscription announce', people.ada, own), /This is a personal chat/);
    await assert.rejects(
      say('subscription announce', people.ada, places.deployments, '__proto__'),
      /There is no service \\_\\_proto\\_\\_. Nothing was changed\. The only service is shop\./,
    );
    await assert.rejects(
      say('subscription announce', people.nico),
      /You can’t choose the channel of shop.*Ada Admin.* can\./,
    );
    assert.equal(await parts.announcements.placeOf('shop'), undefined);
  });

  it('are listed', async () => {
    assert.match(text(await say('subscription announcements', people.nico)), /No service has a channel yet/);
    await say('subscription announce', people.ada);
    assert.equal(text(await say('subscription announcements', people.nico)), '- **shop** in Deployments');
  });
});
