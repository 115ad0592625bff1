import assert from 'node:assert/strict';
import { countAsk } from '../../../src/features/policy/store';
import { people } from '../fakes';
import { createTalkWorld, privately, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { ada, dana, nico } = people;
const hourMs = 3_600_000;

describe('asking other people', () => {
  let talk: TalkWorld;
  beforeEach(() => void (talk = createTalkWorld()));
  afterEach(() => talk.close());
  const sent = (prefix: string): number =>
    [...talk.world.outbox.messages.keys()].filter((key) => key.startsWith(prefix)).length;

  it('for access stops at five an hour, with a sentence, and others can still ask', async () => {
    const ask = (index: number, who = nico): Promise<string> =>
      talk.say(who, `access operator on shop in staging because ${index}`, { correlationId: `c-${who.name}-${index}` });
    for (let index = 0; index < 5; index += 1) assert.match(await ask(index), /I asked Ada Admin/);
    assert.match(
      await ask(5),
      /You’ve requested access 5\stimes in the past hour, which is the limit\. Nothing was sent this time\. Try again at/,
    );
    assert.match(await ask(4), /I asked/, 'a message that is delivered again is the same ask');
    assert.match(await ask(0, dana), /I asked/);
    await talk.world.pass(hourMs);
    assert.match(await ask(6), /I asked/);
  });

  it('for access shows the newest of these requests first', async () => {
    for (let index = 0; index < 3; index += 1) {
      await talk.say(nico, `access operator on shop in staging because ${index}`, { correlationId: `c-${index}` });
      await talk.world.pass(60_000);
    }
    await talk.say(dana, 'access operator on shop in production because I was last', { correlationId: 'c-last' });
    await talk.world.pass(1_000);
    const list = await talk.say(ada, 'approvals', privately(ada));
    assert.ok(list.indexOf('Dana Developer') < list.indexOf('Nico Newcomer'), list);
  });

  it('for help stops at three an hour', async () => {
    for (let index = 0; index < 3; index += 1)
      assert.match(await talk.say(nico, `ask a person how do I do ${index}`), /I told/);
    assert.match(await talk.say(nico, 'ask a person once more'), /asked for help 3\stimes in the past hour/);
    assert.equal(sent('help:'), 3);
  });

  it('with reminders for everybody here stops at ten an hour; reminders for oneself do not count', async () => {
    const remind = (whom: string, index: number): Promise<string> =>
      talk.say(nico, `in 2 hours remind ${whom} to look ${index}`, { ...there, correlationId: `c-${whom}-${index}` });
    for (let index = 0; index < 10; index += 1) assert.doesNotMatch(await remind('us', index), /nothing was sent/);
    assert.match(await remind('us', 10), /scheduled a reminder for others 10\stimes in the past hour/);
    assert.doesNotMatch(await remind('me', 11), /nothing was sent/);
  });
});

describe('the count of requests to others', () => {
  const at = (...times: number[]) => times.map((time, index) => ({ key: `${index}`, at: time }));
  const limits = { hour: 2, day: 3 };
  const next = (asks: ReturnType<typeof at>, time: number, key = 'new') => countAsk(asks, { key, at: time }, limits);

  it('forgets requests older than a day and applies both limits', () => {
    assert.deepEqual(next([], 5), { asks: [{ key: 'new', at: 5 }] });
    assert.deepEqual(next(at(0, 1), 2), { refused: { times: 2, within: 'hour', again: hourMs } });
    assert.ok('asks' in next(at(0, 1), hourMs));
    const spread = at(0, hourMs, 2 * hourMs);
    assert.deepEqual(next(spread, 4 * hourMs), { refused: { times: 3, within: 'day', again: 24 * hourMs } });
    assert.ok('asks' in next(spread, 24 * hourMs));
  });

  it('counts a key once, and requests dated in the future after the clock was set back', () => {
    assert.deepEqual(next(at(0, 1), 2, '1'), { asks: at(0, 1) });
    assert.ok('refused' in next(at(10 * hourMs, 10 * hourMs + 1), 9 * hourMs));
  });
});
