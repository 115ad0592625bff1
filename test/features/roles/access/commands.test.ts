import assert from 'node:assert/strict';
import type { Person, Reply } from '../../../../src/chat/contract';
import { may } from '../../../../src/core/catalog/rights';
import { collect } from '../../../collect';
import { people, turnOf } from '../../fakes';
import { createTalkWorld, privately, wordsOf } from '../../talk-world';
import type { TalkWorld } from '../../talk-world';

const day = 86_400_000;
const { dana, avery, nico, ada } = people;
const ask = 'access developer on shop until 2026-11-30 because I’m joining the shop team';

describe('requesting a role', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  /** The id of the waiting request, from the card for the admin. */
  async function waiting(): Promise<string> {
    await talk.world.pass(1_000);
    const key = [...talk.world.outbox.messages.keys()].find((each) => each.startsWith('approval:'));
    return key?.split(':')[1] ?? assert.fail('nobody was asked');
  }
  const click = async (who: Person, verb: string, input: object): Promise<Reply> =>
    talk.router.handleAction(turnOf(who, privately(who)), verb, input);
  const toldTo = (who: Person): string[] =>
    talk.world.outbox.puts.flatMap(({ destination, content }) =>
      destination.to === 'person' && destination.personId === who.id && 'text' in content ? [content.text] : [],
    );
  const mayDeploy = (environment: string): boolean =>
    may(talk.features.catalog(), nico.id, 'deploy', { service: 'shop', environment });

  it('goes to people who can grant it, and the answer arrives as a message', async () => {
    assert.match(await talk.say(nico, ask), /\*\*I asked Ada Admin to grant you the developer role on shop .* until/);
    const id = await waiting();
    assert.ok(!mayDeploy('staging'));
    const card = wordsOf(await click(ada, 'approvals.view', { id }));
    assert.match(card, /developer on shop in every environment for Nico Newcomer.*I’m joining the shop team/);
    assert.match(card, /Only staging.*At most 7 days/);
    await click(ada, 'approvals.approve', { id });
    await talk.world.pass(1_000);
    assert.ok(mayDeploy('production'));
    assert.match(toldTo(nico).join(), /You have a new role.*developer on shop.*granted by Ada Admin/);
    await talk.world.pass(12 * day, day);
    assert.ok(!mayDeploy('production'));
    assert.match(toldTo(nico).at(-1) ?? '', /Your developer role on shop in every environment has expired/);
  });

  it('is reduced by the choices on the card', async () => {
    await talk.say(nico, ask);
    const id = await waiting();
    await click(ada, 'approvals.approve', { id, 'choice-1': 'only staging', 'choice-2': 'for 1 day' });
    await talk.world.pass(1_000);
    assert.deepEqual([mayDeploy('staging'), mayDeploy('production')], [true, false]);
    assert.match(toldTo(nico).join(), /on shop in staging until/);
    await talk.world.pass(2 * day, day);
    assert.ok(!mayDeploy('staging'));
  });

  it('is reduced by a typed note, and not granted at all if the note is not understood', async () => {
    await talk.say(nico, ask);
    const id = await waiting();
    const unclear = wordsOf(await click(ada, 'approvals.approve-with-note', { id, note: 'only the harmless ones' }));
    assert.match(
      unclear,
      /don’t understand “harmless” or “ones”\. Without that, you would grant the developer role on shop/,
    );
    await talk.world.pass(1_000);
    assert.ok(!mayDeploy('staging'));
    await click(ada, 'approvals.approve-with-note', { id, note: 'only staging, for 7 days' });
    await talk.world.pass(1_000);
    assert.deepEqual([mayDeploy('staging'), mayDeploy('production')], [true, false]);
  });

  it('counts a day in a note from when it was written, however late it takes effect', async () => {
    await talk.say(nico, 'access developer on shop in staging');
    const id = await waiting();
    await click(ada, 'approvals.approve-with-note', { id, note: 'for 1 day note: as long as the audit lasts' });
    await talk.world.pass(1_000);
    assert.ok(mayDeploy('staging'));
    await talk.world.pass(day - 2_000, 60 * 60_000);
    assert.ok(mayDeploy('staging'));
    await talk.world.pass(2_000, 1_000);
    assert.ok(!mayDeploy('staging'));
  });

  it('is not decided by the requester, nor by an approver of deployments', async () => {
    await talk.say(nico, ask);
    const id = await waiting();
    for (const who of [nico, avery, dana])
      assert.match(wordsOf(await click(who, 'approvals.approve', { id })), /Ada Admin/);
    await talk.world.pass(1_000);
    assert.ok(!mayDeploy('staging'));
  });

  it('is not granted by somebody who has lost the right to grant it before it takes effect', async () => {
    await talk.say(ada, `grant admin on shop in staging to ${avery.id} for 2 hours`);
    await talk.say(nico, 'access developer on shop in staging');
    const id = await waiting();
    const longer = wordsOf(await click(avery, 'approvals.approve', { id }));
    assert.match(longer, /your own admin role ends/);
    await talk.world.pass(3 * 3_600_000, 3_600_000);
    assert.match(wordsOf(await click(avery, 'approvals.approve', { id })), /Ada Admin/);
    await talk.world.pass(1_000);
    assert.ok(!mayDeploy('staging'));
  });

  it('reports a rejection with its reason, and an expiry', async () => {
    await talk.say(nico, ask);
    await click(ada, 'approvals.reject', { id: await waiting(), reason: 'Ask your lead first' });
    await talk.world.pass(1_000);
    assert.match(
      toldTo(nico).at(-1) ?? '',
      /\*\*I didn’t grant you the developer role\*\* .*Ada Admin rejected your request: “Ask your lead first”/,
    );
    await talk.say(nico, 'access operator on shop');
    await talk.world.pass(8 * day, day);
    assert.match(
      toldTo(nico).at(-1) ?? '',
      /\*\*I didn’t grant you the operator role\*\* .*Nobody approved your request in time/,
    );
  });

  it('requests once for a line that is delivered twice, the smallest role that has the right', async () => {
    for (let delivery = 0; delivery < 2; delivery++)
      assert.match(
        await talk.say(nico, 'access deploy on shop', { correlationId: 'a'.repeat(32) }),
        /grant you the developer role on/,
      );
    await talk.world.pass(1_000);
    const asked = [...talk.world.outbox.messages.keys()].filter((key) => key.endsWith(':place'));
    assert.equal(asked.length, 1);
  });

  it('says who already has it, who names nothing that exists, and what nobody can grant', async () => {
    assert.match(await talk.say(dana, 'access developer on shop'), /\*\*You already have the developer role on shop/);
    assert.match(await talk.say(nico, 'access emperor on shop'), /There is no role emperor.*viewer/);
    assert.match(await talk.say(ada, 'access operator'), /Only you can grant the operator role/);
    assert.match(await talk.say(nico, 'access'), /Which role\?/);
  });

  it('is shown to the requester as their own data, and deleted once it is decided', async () => {
    const roles = talk.features.features.find(({ name }) => name === 'roles');
    const [rights, requests] = roles?.personalData ?? [];
    assert.ok(rights && requests);
    await talk.say(nico, ask);
    const id = await waiting();
    assert.match(
      JSON.stringify(await collect(requests.exportOf(nico.id))),
      /developer.*I’m joining the shop team.*"waits"/,
    );
    assert.equal(await requests.deleteOf(nico.id), 0, 'what waits is still to be decided');
    await click(ada, 'approvals.approve', { id });
    await talk.world.pass(1_000);
    assert.match(
      JSON.stringify(await collect(rights.exportOf(nico.id))),
      /developer.*on shop in every environment.*Ada Admin/,
    );
    assert.deepEqual(await collect(requests.exportOf(dana.id)), []);
    assert.equal(await requests.deleteOf(nico.id), 1);
    assert.deepEqual(await collect(requests.exportOf(nico.id)), []);
    assert.equal(await rights.deleteOf(nico.id), 0);
    assert.ok(mayDeploy('staging'), 'a right is no data that one deletes');
  });
});
