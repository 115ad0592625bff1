import assert from 'node:assert/strict';
import { jokeOfTurn, noJokesTold, switchJokes, tellJoke } from '../../../src/features/jokes';
import type { Telling } from '../../../src/features/jokes';
import { jokes } from '../../../src/features/jokes/text';
import { people } from '../fakes';
import { createTalkWorld, roles, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, noor } = people;

describe('the bundled jokes', () => {
  it('are at least sixty, short, without shouting, and all different', () => {
    assert.ok(jokes.length >= 60);
    assert.equal(new Set(jokes.map((each) => each.toLowerCase())).size, jokes.length);
    for (const each of jokes) assert.ok(each.length <= 120 && !each.includes('!') && /[.?”]$/.test(each), each);
  });
});

describe('the choice of a joke', () => {
  const after = (count: number, turns: number, begin: Telling = noJokesTold): Telling =>
    Array.from({ length: turns }).reduce<Telling>(
      (telling, _, index) => tellJoke(telling, `t${index}`, count, index),
      begin,
    );

  for (const count of [1, 2, 7, jokes.length])
    it(`repeats none until all ${count} were told`, () => {
      const telling = after(count, count);
      assert.equal(new Set(telling.told).size, count);
      const again = tellJoke(telling, 'one more', count, 99);
      assert.equal(again.told.length, 1);
      if (count > 1) assert.notEqual(jokeOfTurn(again, 'one more'), telling.latest.at(-1)?.joke);
    });

  it('is the same for the same message', () => {
    const telling = after(10, 3);
    assert.equal(tellJoke(telling, 't1', 10, 50), telling);
  });

  it('prefers new ones when the list has grown', () => {
    const telling = after(3, 3);
    assert.equal(jokeOfTurn(tellJoke(telling, 'next', 4, 9), 'next'), 3);
  });

  it('is empty while they are off, and told ones stay known', () => {
    const off = switchJokes(after(3, 2), false, 'p', 5);
    assert.ok(off);
    assert.equal(jokeOfTurn(tellJoke(off, 'x', 3, 6), 'x'), undefined);
    assert.equal(switchJokes(off, false, 'p', 6), undefined);
    const on = switchJokes(off, true, 'p', 7);
    assert.equal(on?.told.length, 2);
    assert.equal(on && switchJokes(on, true, 'p', 8), undefined);
  });
});

describe('joke', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  it('tells each place its own, all of them before one is repeated, also for people who ask at once', async () => {
    const heard = await Promise.all(jokes.map(() => talk.say(dana, 'joke')));
    assert.equal(new Set(heard).size, jokes.length);
    assert.ok(heard.includes(await talk.say(dana, 'tell me a joke')));
    assert.ok((await talk.say(dana, 'joke', there)).length > 20);
  });

  it('repeats itself only if the message does', async () => {
    const again = { correlationId: 'c-again' };
    assert.equal(await talk.say(dana, 'joke', again), await talk.say(dana, 'joke', again));
  });

  it('is off for a channel until it is on again', async () => {
    assert.match(await talk.say(noor, 'joke off'), /Jokes are off in Deployments/);
    assert.match(await talk.say(dana, 'joke'), /Jokes have been off here since 13:00/);
    assert.doesNotMatch(await talk.say(dana, 'joke', there), /no jokes here/);
    assert.match(await talk.say(noor, 'joke on'), /Jokes are on in Deployments/);
    assert.doesNotMatch(await talk.say(dana, 'joke'), /no jokes here/);
    assert.deepEqual(
      (await talk.audits()).map(({ outcome }) => outcome),
      ['on', 'off'],
    );
  });

  const table: Record<string, readonly string[]> = {
    joke: ['viewer', 'developer', 'approver', 'operator', 'admin'],
    'joke off': ['operator', 'admin'],
    'joke on': ['operator', 'admin'],
  };
  for (const [line, allowed] of Object.entries(table))
    it(`“${line}” is for ${allowed.join(', ')}`, async () => {
      for (const [role, who] of Object.entries(roles)) {
        const said = await talk.say(who, line);
        assert.equal(
          !/You can’t.*Noor Operator and Ada Admin can/.test(said),
          allowed.includes(role),
          `${role}: ${said}`,
        );
      }
    });
});
