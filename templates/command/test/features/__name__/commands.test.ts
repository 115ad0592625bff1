import assert from 'node:assert/strict';
import { people } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';

describe('__words__', () => {
  let talk: TalkWorld;
  before(() => {
    talk = createTalkWorld();
  });
  after(() => talk.close());

  it('answers about the service', async () => assert.match(await talk.say(people.nico, '__words__ shop'), /shop/));

  it('refuses a service that is not in the catalog', async () =>
    assert.match(await talk.say(people.nico, '__words__ payments'), /There is no service payments/));
});
