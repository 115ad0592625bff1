import assert from 'node:assert/strict';
import { people } from '../fakes';
import { privately } from '../talk-world';
import { createAlertWorld, shopAlert } from './world';
import type { AlertWorld } from './world';

const minuteMs = 60_000;

describe('what a source couldn’t be told', () => {
  let test: AlertWorld;
  beforeEach(async () => {
    test = await createAlertWorld();
    test.source.alerts = [shopAlert()];
    await test.world.pass(minuteMs, minuteMs);
  });
  afterEach(() => test.close());
  const press = async (verb: string, more: object = {}): Promise<void> => {
    await test.press(people.noor, verb, { id: await test.idOf(101), ...more });
    await test.world.pass(1_000);
  };
  const say = (line: string): Promise<string> => test.say(people.noor, line, privately(people.noor));
  const still = /may still be silenced in Monitoring until[^"]*couldn’t end the silence there/;

  it('is shown on the card until it’s true there: a silence that was ended', async () => {
    await press('alerts.silence', { until: '4h', why: 'new disk comes' });
    await test.world.pass(minuteMs, minuteMs);
    test.source.isDown = true;
    await press('alerts.end-silence');
    assert.match(JSON.stringify(test.card()), still);
    await test.world.pass(20 * minuteMs, minuteMs);
    assert.match(JSON.stringify(test.card()), still, 'long after three attempts');
    test.source.isDown = false;
    await test.world.pass(11 * minuteMs, minuteMs);
    assert.doesNotMatch(JSON.stringify(test.card()), /may still be silenced/);
    assert.equal(test.source.told.at(-1), 'end silence-1 by Noor Operator');
    assert.match(JSON.stringify(test.card()), /"word":"Firing"/);
  });

  it('is shown on the card until it’s true there: an acknowledgement that was taken back', async () => {
    await press('alerts.acknowledge');
    await test.world.pass(minuteMs, minuteMs);
    test.source.isDown = true;
    await press('alerts.unacknowledge');
    assert.match(JSON.stringify(test.card()), /may still be acknowledged in Monitoring/);
    test.source.isDown = false;
    await test.world.pass(11 * minuteMs, minuteMs);
    assert.doesNotMatch(JSON.stringify(test.card()), /may still be acknowledged/);
    assert.equal((await test.alert()).state, 'firing');
    assert.equal(test.source.told.at(-1), 'unacknowledge shop-disk by Noor Operator');
  });

  it('is tried until the silence would be over anyway, also when the alert has long ended', async () => {
    await press('alerts.silence', { until: '4h', why: 'new disk comes' });
    await test.world.pass(minuteMs, minuteMs);
    test.source.alerts = [];
    test.source.isDown = true;
    await press('alerts.end-silence');
    test.source.isDown = false;
    const { endSilence } = test.source;
    Object.assign(test.source, { endSilence: () => Promise.reject(new Error('the proxy forbids it')) });
    await test.world.pass(30 * minuteMs, minuteMs);
    assert.equal((await test.alert()).closed, true);
    assert.match(JSON.stringify(test.card()), still);
    Object.assign(test.source, { endSilence });
    await test.world.pass(11 * minuteMs, minuteMs);
    assert.equal(test.source.told.at(-1), 'end silence-1 by Noor Operator');
    assert.doesNotMatch(JSON.stringify(test.card()), /may still be silenced/);
  });

  it('ends with a silence that was made again', async () => {
    await press('alerts.silence', { until: '4h', why: 'new disk comes' });
    await test.world.pass(minuteMs, minuteMs);
    test.source.isDown = true;
    await press('alerts.end-silence');
    await press('alerts.silence', { until: '1h', why: 'a bit more' });
    test.source.isDown = false;
    await test.world.pass(11 * minuteMs, minuteMs);
    assert.equal(test.source.told.at(-1), 'extend shop-disk by Noor Operator');
    assert.doesNotMatch(JSON.stringify(test.card()), /may still be silenced/);
  });

  it('is shown on the list until it’s true there: a maintenance that was ended', async () => {
    await say('maintenance shop in production for 4h because the database moves');
    await test.world.pass(1_000);
    test.source.isDown = true;
    assert.match(await say('end maintenance shop in production'), /has ended/);
    await test.world.pass(20 * minuteMs, minuteMs);
    assert.match(
      await say('maintenance windows'),
      /ended in Gavel, but not in Monitoring\. Gavel couldn’t end it there/,
    );
    test.source.isDown = false;
    await test.world.pass(11 * minuteMs, minuteMs);
    assert.match(test.source.told.at(-1) ?? '', /^end window-\d+ by Noor Operator$/);
    assert.doesNotMatch(await say('maintenance windows'), /has ended in Gavel/);
  });
});
