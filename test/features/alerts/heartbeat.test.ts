import assert from 'node:assert/strict';
import { people } from '../fakes';
import { privately } from '../talk-world';
import { createAlertWorld, createMemorySource, shopAlert } from './world';
import type { AlertWorld } from './world';

const minuteMs = 60_000;

describe('a source with an alert that always fires', () => {
  let test: AlertWorld;
  const watchdog = shopAlert({ key: 'watchdog', name: 'Watchdog', severity: 'info', labels: {} });
  beforeEach(async () => {
    test = await createAlertWorld(Object.assign(createMemorySource(), { heartbeat: 'Watchdog' }));
    test.source.alerts = [watchdog];
    await test.world.pass(3 * minuteMs, minuteMs);
  });
  afterEach(() => test.close());

  it('says nothing while that fires, and lists no such alert', async () => {
    assert.deepEqual(await test.alerts(), []);
  });

  it('no longer reports once that is missing twice: one card, which ends when it’s back', async () => {
    test.source.alerts = [];
    await test.world.pass(minuteMs, minuteMs);
    assert.deepEqual(await test.alerts(), [], 'once may be chance');
    await test.world.pass(10 * minuteMs, minuteMs);
    assert.match(
      JSON.stringify(test.card()),
      /Monitoring no longer reports[^]*isn’t receiving the Watchdog heartbeat from Monitoring/,
    );
    assert.match(
      await test.say(people.ada, 'problems', privately(people.ada)),
      /1\salert[^]*A-101 Monitoring no longer reports/,
    );
    test.source.alerts = [watchdog];
    await test.world.pass(3 * minuteMs, minuteMs);
    assert.match(
      JSON.stringify(test.card()),
      /Monitoring didn’t report[^]*"word":"Resolved"|"word":"Resolved"[^]*Monitoring didn’t report/,
    );
    const posts = test.world.outbox.posts.filter(({ key }) => key.endsWith(':card'));
    assert.equal(posts.length, 1);
  });

  it('no longer reports when it doesn’t respond either', async () => {
    test.source.isDown = true;
    await test.world.pass(3 * minuteMs, minuteMs);
    assert.match(JSON.stringify(test.card()), /Monitoring no longer reports/);
  });

  it('may not have told its heartbeat yet when its reading is incomplete', async () => {
    test.source.alerts = [];
    test.source.isComplete = false;
    await test.world.pass(5 * minuteMs, minuteMs);
    assert.deepEqual(await test.alerts(), []);
  });
});
