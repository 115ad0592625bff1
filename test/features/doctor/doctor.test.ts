import assert from 'node:assert/strict';
import type { Look } from '../../../src/features/contract';
import { people } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { ada, dana } = people;

describe('doctor', () => {
  let talk: TalkWorld;
  let found: Look[];
  beforeEach(() => {
    found = [{ about: 'the store' }, { about: 'the bot’s token' }];
    talk = createTalkWorld({}, { looks: async () => found });
  });
  afterEach(() => talk.close());

  it('shows each look, what is broken first and with its mend', async () => {
    assert.match(await talk.say(ada, 'doctor', privately(ada)), /"kind":"Doctor".*All checks passed/);
    found.push({ about: 'the clock', problem: 'The clock is 7 minutes behind; switch on time synchronization.' });
    const answer = await talk.say(ada, 'doctor', privately(ada));
    assert.match(
      answer,
      /1.check needs attention.*"about":"the clock","words":"The clock is 7 minutes behind; switch on time/,
    );
    assert.ok(answer.indexOf('"about":"the clock"') < answer.indexOf('"about":"the store"'));
    assert.match(answer, /"title":"Check again","line":"doctor"/);
  });

  it('goes to whoever asked, and not before a whole channel', async () => {
    assert.match(await talk.say(ada, 'doctor'), /just for you/);
    const sent = [...talk.world.outbox.messages.values()].filter(({ content }) => 'card' in content);
    assert.deepEqual(
      sent.map(({ destination }) => destination),
      [{ to: 'person', personId: ada.id }],
    );
  });

  it('is for admins', async () => {
    assert.match(await talk.say(dana, 'doctor', privately(dana)), /Nothing was changed|You may not/);
  });
});
