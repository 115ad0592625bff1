import assert from 'node:assert/strict';
import type { CardContent, Reply } from '../../../src/chat/contract';
import { turnOf } from '../fakes';
import { createTalkWorld, roles, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

type Form = CardContent<'chat/choose'>['data'];

/** Everything missing is requested with a form, and the form has every field of the command. */
describe('the form for what is missing', () => {
  let talk: TalkWorld;
  before(() => (talk = createTalkWorld()));
  after(() => talk.close());

  const ask = (line: string): Promise<Reply> =>
    talk.router.handleText(turnOf(roles.admin, { trigger: 'typed', ...there }), line);
  function formIn(reply: Reply, line: string): Form {
    assert.ok('card' in reply && reply.card === 'chat/choose', `${line}: ${JSON.stringify(reply).slice(0, 300)}`);
    return reply.data as Form;
  }

  it('comes from every command that requires something, with a field for each argument', async () => {
    const commands = talk.features.features.flatMap(({ commands: each = [] }) => each);
    // Some open their own card that asks for more.
    const needy = commands.filter(
      ({ arguments: specs = [], opens }) => opens === undefined && specs.some(({ required }) => required),
    );
    assert.ok(needy.length > 20, `${needy.length}`);
    for (const { name, arguments: specs = [] } of needy) {
      const { inputs } = formIn(await ask(name), name);
      assert.deepEqual(
        inputs.map((input) => input.name).sort(),
        specs.map((spec) => `chosen-${spec.name}`).sort(),
        name,
      );
      assert.deepEqual(
        inputs.filter(({ required }) => required).map((input) => input.name),
        specs.filter(({ required, isNeeded }) => required || isNeeded).map((spec) => `chosen-${spec.name}`),
        name,
      );
    }
  });

  it('has labels that stand alone', async () => {
    const labelsOf = async (line: string): Promise<string[]> =>
      formIn(await ask(line), line).inputs.map(({ label }) => label);
    assert.deepEqual(await labelsOf('freeze'), ['Environment', 'Service (optional)', 'End time (optional)', 'Reason']);
    assert.deepEqual(await labelsOf('promote shop'), ['From', 'To', 'Reason (optional)']);
    assert.deepEqual(await labelsOf('retry'), ['Deployment']);
    assert.deepEqual(await labelsOf('mute'), [
      'End time',
      'Service (optional)',
      'Environment (optional)',
      'Reason (optional)',
    ]);
    for (const { name } of talk.features.features.flatMap(({ commands = [] }) => commands)) {
      const reply = await ask(name);
      if (!('card' in reply) || reply.card !== 'chat/choose') continue;
      for (const { label } of (reply.data as Form).inputs)
        assert.match(label, /^[A-Z][a-z]+( [a-z]+)*( \(optional\))?$/, name);
    }
  });

  it('asks for the reason of a freeze after the form was sent without one', async () => {
    const first = formIn(await ask('freeze'), 'freeze');
    const sent = { id: first.id, by: roles.admin.id, 'chosen-environment': 'staging', 'chosen-time': '2h' };
    const reply = await talk.router.handleAction(turnOf(roles.admin), 'chat.choose', sent);
    const { inputs, title } = formIn(reply, 'freeze without a reason');
    assert.equal(title, 'Reason for “freeze staging”');
    assert.equal(inputs[0]?.label, 'Reason');
  });

  it('leads to the help of its command', async () => {
    assert.equal(formIn(await ask('freeze'), 'freeze').help, 'help freeze');
  });
});
