import assert from 'node:assert/strict';
import { lookUp } from '../../../src/core/keys';
import { lookAtAliases } from '../../../src/self-check/sending';
import { people } from '../fakes';
import { createTalkWorld, privately, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, ada } = people;

/** An alias of an earlier version whose name is now a command. */
describe('an alias that a command hides', () => {
  let talk: TalkWorld;
  /** What lines mean by now. */
  let commands: Record<string, string>;
  beforeEach(async () => {
    commands = {};
    talk = createTalkWorld({}, { commandFor: (line) => lookUp(commands, line) });
    await talk.say(dana, 'alias board = health shop', privately(dana));
    await talk.say(dana, 'alias ship = deploy shop to staging', privately(dana));
  });
  afterEach(() => talk.close());

  const told = () =>
    talk.world.outbox.puts
      .filter(({ key }) => key.startsWith('alias-hidden:'))
      .map(({ key, destination, content }) => ({ key, destination, content }));

  it('is reported to its owner once, with its line', async () => {
    commands = { board: 'status' };
    await talk.features.aliasChecks.tellOwners();
    await talk.features.aliasChecks.tellOwners();
    const keys = new Set(told().map(({ key }) => key));
    assert.equal(keys.size, 1);
    assert.deepEqual(told()[0]?.destination, { to: 'person', personId: dana.id });
    assert.match(
      JSON.stringify(told()[0]?.content),
      /Your alias “board” no longer works.*It stood for “health shop”.*alias remove board/,
    );
  });

  it('can be kept and removed with the line that its owner is told, wherever it holds', async () => {
    await talk.say(ada, 'alias here look = where', there);
    await talk.say(ada, 'alias for everybody board = where', privately(ada));
    commands = { board: 'status', look: 'status' };
    await talk.features.aliasChecks.tellOwners();
    const words = told().map(({ content }) => ('text' in content ? content.text : ''));
    assert.match(words.join('\n'), /save it under another name: `alias my board = …`.*`alias remove board`\./);
    assert.match(
      words.join('\n'),
      /under another name there: `alias my look here = …`\. To remove it, type `alias remove look here` there\./,
    );
    assert.match(words.join('\n'), /`alias my board for everybody = …`.*`alias remove board for everybody`\./);
  });

  it('is found by doctor, and no other is', async () => {
    commands = { board: 'status' };
    const found = await talk.features.aliasChecks.findHidden();
    assert.deepEqual(found, [{ name: 'board', owner: 'Dana Developer' }]);
    const [finding] = lookAtAliases(found);
    assert.match(
      finding?.problem ?? '',
      /“board” no longer works.*Dana Developer can save the alias under another name/,
    );
    assert.deepEqual(lookAtAliases([]), [{ about: 'aliases' }]);
  });

  it('does not exist while no command has its name', async () => {
    assert.deepEqual(await talk.features.aliasChecks.findHidden(), []);
    await talk.features.aliasChecks.tellOwners();
    assert.deepEqual(told(), []);
  });

  it('is marked where aliases are shown', async () => {
    commands = { board: 'status' };
    assert.match(await talk.say(dana, 'aliases', privately(dana)), /health shop \(hidden by a command\)/);
    assert.match(
      await talk.say(dana, 'alias board', privately(dana)),
      /no longer works, because a command now has this name/,
    );
    assert.doesNotMatch(await talk.say(dana, 'alias ship', privately(dana)), /understands this name/);
  });

  it('is not reported to somebody whose data was deleted', async () => {
    await talk.say(ada, 'alias for everybody board = where', privately(ada));
    commands = { board: 'status' };
    const kinds = talk.features.features.flatMap(({ personalData = [] }) => personalData);
    await kinds.find(({ name }) => name === 'aliases')?.deleteOf(ada.id);
    await talk.features.aliasChecks.tellOwners();
    assert.deepEqual(
      told().map(({ destination }) => destination),
      [{ to: 'person', personId: dana.id }],
    );
  });
});
