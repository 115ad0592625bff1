import assert from 'node:assert/strict';
import { createAlertWorld, shopAlert } from './world';
import type { AlertWorld } from './world';

const minuteMs = 60_000;

describe('a storm of alerts', () => {
  let test: AlertWorld;
  beforeEach(async () => void (test = await createAlertWorld()));
  afterEach(() => test.close());

  const storm = (): string =>
    JSON.stringify([...test.world.outbox.messages.values()].findLast(({ key }) => key.startsWith('storm:')));
  const cards = (card: string): number =>
    [...test.world.outbox.messages.values()].filter(({ content }) => 'card' in content && content.card === card).length;

  it('is one card, every alert has its record, and what still fires gets its own card once it is calm', async () => {
    test.source.alerts = Array.from({ length: 40 }, (_, index) =>
      shopAlert({ key: `check-${index}`, name: `Check${index}`, severity: index === 7 ? 'critical' : 'warning' }),
    );
    await test.world.pass(minuteMs, minuteMs);
    assert.equal((await test.alerts()).length, 40);
    assert.equal(cards('alerts/storm'), 1);
    assert.equal(cards('alerts/alert'), 10, 'those before it was a storm');
    await test.world.pass(10_000, 10_000);
    assert.match(storm(), /"title":"40.alerts in production"/);
    test.source.alerts = test.source.alerts.slice(0, 12);
    await test.world.pass(5 * minuteMs, 10_000);
    assert.equal(cards('alerts/storm'), 1);
    assert.equal(cards('alerts/alert'), 12, 'and those that still fire');
    assert.match(storm(), /"word":"Over"/);
  });
});
