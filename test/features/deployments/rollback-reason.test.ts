import assert from 'node:assert/strict';
import { people, turnOf } from '../fakes';
import { createTalkWorld, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana } = people;

describe('a rollback', () => {
  let talk: TalkWorld;
  let deployed: string;
  beforeEach(async () => {
    talk = createTalkWorld();
    const { world, router } = talk;
    world.connector.serving.set('shop/staging', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    const idIn = (words: string): string => /"id":"([0-9a-f]{32})"/.exec(words)?.[1] ?? assert.fail(words);
    const id = idIn(await talk.say(dana, 'deploy shop 2.14.0 to staging'));
    const chosen = { id, service: 'shop', environment: 'staging', release: '2.14.0', override: '' };
    deployed = idIn(wordsOf(await router.handleAction(turnOf(dana), 'deployments.request', chosen)));
    await world.pass(2_000);
    world.connector.finish('succeeded');
    await world.pass(24_000);
  });
  afterEach(() => talk.close());

  for (const [verb, idOf] of [
    ['deployments.rollback-service', () => 'shop/staging'],
    ['deployments.rollback', () => deployed],
  ] as const)
    it(`is not asked for by ${verb} without a reason, whatever the card sent`, async () => {
      const click = async (more: object): Promise<string> =>
        wordsOf(await talk.router.handleAction(turnOf(dana), verb, { id: idOf(), ...more }));
      for (const more of [{}, { reason: '' }, { reason: '   ' }])
        assert.match(await click(more), /A rollback needs a reason, so nothing was asked for/);
      assert.match(await click({ reason: 'baskets vanish' }), /2\.13\.0/);
    });
});
