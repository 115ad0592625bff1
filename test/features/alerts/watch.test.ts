import assert from 'node:assert/strict';
import { nextWatchStep } from '../../../src/features/alerts/watch/facts';
import type { Sighting } from '../../../src/features/alerts/watch/facts';
import type { WatchedPlace } from '../../../src/features/alerts/watch/workflow';
import { people } from '../fakes';
import { createAlertWorld } from './world';
import type { AlertWorld } from './world';

describe('Gavel’s own watch', () => {
  it('counts only what it sees twice in a row, and nothing that nobody can tell', () => {
    const cases: readonly (readonly [Sighting[], raised: string[], done: string[]])[] = [
      [['slow'], [], []],
      [['slow', 'slow'], ['slow'], ['+slow']],
      [['slow', '', 'slow', ''], [], []],
      [['slow', undefined, 'slow'], ['slow'], ['+slow']],
      [['slow', 'slow', '', 'slow'], ['slow'], ['+slow']],
      [['slow', 'slow', '', ''], [], ['+slow', '-slow']],
      [['slow', 'slow', 'not answering', 'not answering'], ['not answering'], ['+slow', '-slow', '+not answering']],
      [[undefined, ''], [], []],
    ];
    for (const [sightings, raised, done] of cases) {
      let place: WatchedPlace | undefined;
      const did: string[] = [];
      sightings.forEach((seen, index) => {
        const step = nextWatchStep(place, 'shop/production', seen, index * 10_000);
        place = step.place;
        did.push(...step.end.map((each) => `-${each}`), ...(step.raise === undefined ? [] : [`+${step.raise}`]));
      });
      assert.deepEqual([place?.raised ?? [], did], [raised, done], sightings.join(', '));
    }
  });

  describe('in its channel', () => {
    let test: AlertWorld;
    beforeEach(async () => void (test = await createAlertWorld()));
    afterEach(() => test.close());

    it('raises an alert within 30 s without anybody asking, with Restart and Roll back, and resolves it', async () => {
      test.world.connector.probe = { answers: false };
      await test.world.pass(30_000, 2_000);
      const { name, state, severity } = await test.alert();
      assert.deepEqual({ name, state, severity }, { name: 'not answering', state: 'firing', severity: 'critical' });
      assert.match(JSON.stringify(test.card()), /shop in production isn’t responding/);
      test.world.connector.probe = { answers: true };
      await test.world.pass(120_000, 5_000);
      assert.equal((await test.alert()).state, 'resolved');
      const posts = test.world.outbox.posts.filter(({ key }) => key.endsWith(':card'));
      assert.equal(posts.length, 1, 'one card for its whole life');
    });

    it('says nothing while a deployment there is being verified', async () => {
      const { world } = test;
      await test.say(people.dana, 'deploy shop 2.15.0 to staging because of tax');
      await world.pass(2_000);
      world.connector.finish('succeeded');
      await world.pass(2_000);
      world.connector.probe = { answers: false };
      world.connector.serving.delete('shop/production');
      await world.pass(6_000, 1_000);
      assert.deepEqual(await test.alerts(), []);
    });

    it('tells that a service is slow, and nothing about a place where nothing is deployed', async () => {
      test.world.connector.figures = { at: 0, p50Ms: 90, p95Ms: 412, errorPercent: 0.2, requestsPerSecond: 80 };
      await test.world.pass(30_000, 2_000);
      assert.deepEqual(
        (await test.alerts()).map(({ environment, name, severity }) => [environment, name, severity]),
        [['production', 'slow', 'warning']],
      );
    });
  });
});
