import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import { people, sampleCatalog, turnOf } from '../fakes';
import { createTalkWorld, there, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { ada, dana, nico, noor } = people;

/** A line that somebody else put into a channel runs with nobody's permissions before they have seen what it does. */
describe('a line that somebody else prepared', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    const sample = sampleCatalog();
    const grants = [...sample.grants, { person: 'nico', role: 'admin', services: ['shop'], environments: ['staging'] }];
    const catalog = { ...sample, grants };
    talk = createTalkWorld({}, { catalog: () => catalog });
  });
  afterEach(() => talk.close());

  const click = async (who: Person, verb: string, input: object): Promise<string> =>
    wordsOf(await talk.router.handleAction(turnOf(who, there), verb, input));
  const formOf = (card: string): { id: string; by: string } => JSON.parse(card) as { id: string; by: string };
  const rolesOf = (who: Person): Promise<string> => talk.say(who, 'my roles', there);

  it('on a form is shown completely, and runs only if the reader confirms', async () => {
    const form = formOf(await talk.say(nico, `grant admin until Friday`, there));
    assert.equal(form.by, nico.id);
    const chosen = { ...form, 'chosen-person': nico.id };
    const shown = await click(ada, 'chat.choose', chosen);
    assert.match(
      shown,
      /Nothing has been done yet.*Nico Newcomer wrote this command.*grant admin.*Nico Newcomer.*As the person who runs it.*Run this command/,
    );
    assert.doesNotMatch(await rolesOf(nico), /granted by Ada/);
    assert.match(
      await click(ada, 'chat.run', { id: formOf(shown.replace(/.*"actions":\[(.*?)\].*/, '$1')).id }),
      /has the admin role/,
    );
  });

  it('on a form runs at once for its author', async () => {
    const form = formOf(await talk.say(noor, 'freeze', there));
    const done = await click(noor, 'chat.choose', { ...form, 'chosen-environment': 'staging' });
    assert.doesNotMatch(done, /wrote this command/);
  });

  it('on a suggestion is shown completely, too, however much of it the button shows', async () => {
    const line = `lokc shop in staging until 18:00 because ${'of the tests '.repeat(5)}`;
    const { lines, by } = JSON.parse(await talk.say(dana, line, there)) as { lines: { line: string }[]; by: string };
    const offered = lines.find((each) => each.line.startsWith('lock')) ?? assert.fail(JSON.stringify(lines));
    const shown = await click(noor, 'chat.run', { id: offered.line, by });
    assert.match(shown, /Dana Developer wrote this command.*lock shop in staging/);
    assert.match(await talk.say(ada, 'locks', there), /Nothing is locked/);
    assert.match(await click(dana, 'chat.run', { id: offered.line, by }), /is locked/);
  });

  it('that changes nothing is shown at once', async () => {
    assert.match(await click(noor, 'chat.run', { id: 'locks', by: dana.id }), /Nothing is locked/);
  });

  it('on a card of an earlier version names nobody, and runs as before', async () =>
    assert.match(await click(noor, 'chat.run', { id: 'freeze staging 2h because x' }), /staging is frozen/));
});
