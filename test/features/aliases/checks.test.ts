import assert from 'node:assert/strict';
import { lookAtAliases } from '../../../src/self-check/sending';
import { people } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, ada } = people;

/** An alias of an earlier version whose name a command has taken since. */
describe('an alias that a command hides', () => {
  let talk: TalkWorld;
  beforeEach(async () => {
    talk = createTalkWorld();
    await talk.say(dana, 'alias board = health shop', privately(dana));
    await talk.say(dana, 'alias ship = deploy shop to staging', privately(dana));
  });
  afterEach(() => talk.close());

  const isCommand = (line: string): boolean => line === 'board';
  const told = () =>
    talk.world.outbox.puts
      .filter(({ key }) => key.startsWith('alias-hidden:'))
      .map(({ key, destination, content }) => ({ key, destination, content }));

  it('is told to its owner once, with what it stood for', async () => {
    await talk.features.aliasChecks.tellOwners(isCommand);
    await talk.features.aliasChecks.tellOwners(isCommand);
    const keys = new Set(told().map(({ key }) => key));
    assert.equal(keys.size, 1);
    assert.deepEqual(told()[0]?.destination, { to: 'person', personId: dana.id });
    assert.match(
      JSON.stringify(told()[0]?.content),
      /Your alias “board” no longer runs.*It stood for “health shop”.*alias remove board/,
    );
  });

  it('is found by doctor, and no other is', async () => {
    const found = await talk.features.aliasChecks.findHidden(isCommand);
    assert.deepEqual(found, [{ name: 'board', owner: 'Dana Developer' }]);
    const [finding] = lookAtAliases(found);
    assert.match(finding?.problem ?? '', /“board” no longer runs.*Dana Developer can save it under another name/);
    assert.deepEqual(lookAtAliases([]), [{ about: 'aliases' }]);
  });

  it('is none while no command has its name', async () => {
    assert.deepEqual(await talk.features.aliasChecks.findHidden(talk.router.understands), []);
    await talk.features.aliasChecks.tellOwners(talk.router.understands);
    assert.deepEqual(told(), []);
  });

  it('is not told to somebody whose data was deleted', async () => {
    await talk.say(ada, 'alias for everybody board = where', privately(ada));
    const kinds = talk.features.features.flatMap(({ personalData = [] }) => personalData);
    await kinds.find(({ name }) => name === 'aliases')?.deleteOf(ada.id);
    await talk.features.aliasChecks.tellOwners(isCommand);
    assert.deepEqual(
      told().map(({ destination }) => destination),
      [{ to: 'person', personId: dana.id }],
    );
  });
});
