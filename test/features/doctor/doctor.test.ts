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

  it('shows each check, problems first and with their fix', async () => {
    await talk.say(ada, 'announce shop here');
    found.push({ about: 'the clock', problem: 'The clock is 7 minutes behind; switch on time synchronization.' });
    const answer = await talk.say(ada, 'doctor', privately(ada));
    assert.match(
      answer,
      /2.checks need attention.*"about":"The clock","words":"The clock is 7 minutes behind; switch on time/,
    );
    assert.ok(answer.indexOf('"about":"The clock"') < answer.indexOf('"about":"The store"'));
    assert.match(answer, /"title":"Check again","line":"doctor"/);
  });

  it('counts what failed, what couldn’t be checked and what passed, so that no line contradicts another', async () => {
    found.push({ about: 'Teams', unchecked: 'Nobody has written to Gavel yet.' });
    const before = await talk.say(ada, 'doctor', privately(ada));
    assert.match(before, /2.checks failed, 1 couldn’t run, 4 passed/);
    assert.match(before, /"about":"A channel with notifications","words":"No channel is set up yet/);
    await talk.say(ada, 'announce shop here');
    const after = await talk.say(ada, 'doctor', privately(ada));
    assert.match(after, /1.check failed, 1 couldn’t run, 5 passed/);
    assert.doesNotMatch(after, /All checks passed|All \d/);
  });

  it('is one command, whichever of its names is typed', async () => {
    const [doctor, checklist] = [
      await talk.say(ada, 'doctor', privately(ada)),
      await talk.say(ada, 'checklist', privately(ada)),
    ];
    assert.equal(doctor.replace(/ref\s\w+/g, ''), checklist.replace(/ref\s\w+/g, ''));
  });

  it('goes to the person who asked, not to the whole channel', async () => {
    assert.match(await talk.say(ada, 'doctor'), /just for you/);
    const sent = [...talk.world.outbox.messages.values()].filter(({ content }) => 'card' in content);
    assert.deepEqual(
      sent.map(({ destination }) => destination),
      [{ to: 'person', personId: ada.id }],
    );
  });

  it('is for admins', async () => {
    assert.match(await talk.say(dana, 'doctor', privately(dana)), /You can’t check everything Gavel needs/);
  });
});
