import assert from 'node:assert/strict';
import type { Severity } from '../../../src/core/severity';
import { people, places } from '../fakes';
import { privately } from '../talk-world';
import { createAlertWorld, shopAlert } from './world';
import type { AlertWorld } from './world';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('an alert in the quiet hours of its channel', () => {
  let test: AlertWorld;
  beforeEach(async () => {
    test = await createAlertWorld();
    await choose('12:00-15:00');
  });
  afterEach(() => test.close());
  const choose = async (hours: string): Promise<void> => {
    await test.say(people.ada, 'setup');
    await test.world.pass(1_000);
    const form = [...test.world.outbox.messages.values()].findLast(({ key }) => key.startsWith('setup:'));
    const revision = /"revision":"([^"]*)"/.exec(JSON.stringify(form?.content))?.[1] ?? '';
    const { id } = places.deployments;
    assert.match(
      await test.press(people.ada, 'onboarding.setup', { id, services: 'shop', hours, revision }),
      /right away/,
    );
    await test.world.pass(1_000);
  };
  const fire = async (severity: Severity): Promise<void> => {
    test.source.alerts = [shopAlert({ severity })];
    await test.world.pass(minuteMs, minuteMs);
  };
  const show = (): Promise<string> => test.say(people.noor, 'alert show A-101', privately(people.noor));

  it('waits for their end if it doesn’t page, and is listed meanwhile', async () => {
    await fire('warning');
    assert.equal(test.card(), undefined, 'no card yet');
    assert.match(await test.say(people.noor, 'problems', privately(people.noor)), /A-101 shop in production: DiskFull/);
    assert.match(await show(), /Its channel has quiet hours until 15:00/);
    await test.world.pass(2 * hourMs, minuteMs);
    assert.match(JSON.stringify(test.card()), /shop in production: DiskFull/);
    assert.doesNotMatch(await show(), /quiet hours/);
  });

  it('comes at once if it pages, or as soon as it does', async () => {
    await fire('critical');
    assert.match(JSON.stringify(test.card()), /DiskFull/);
  });

  it('comes as soon as it gets critical', async () => {
    await fire('warning');
    await fire('critical');
    assert.match(JSON.stringify(test.card()), /DiskFull/);
  });

  it('isn’t told there afterward if it ended meanwhile', async () => {
    await fire('warning');
    test.source.alerts = [];
    await test.world.pass(3 * hourMs, minuteMs);
    assert.equal((await test.alert()).state, 'resolved');
    assert.equal(test.card(), undefined);
  });

  it('comes as soon as the channel has other quiet hours', async () => {
    await fire('warning');
    await choose('none');
    await test.world.pass(2_000);
    assert.match(JSON.stringify(test.card()), /DiskFull/);
  });

  it('doesn’t come as a storm either, unless a part of it pages', async () => {
    const storm = (severity: Severity) =>
      Array.from({ length: 20 }, (_, index) =>
        shopAlert({ key: `check-${index}`, name: `Check${index}`, severity: index === 7 ? severity : 'warning' }),
      );
    const storms = (): number =>
      [...test.world.outbox.messages.keys()].filter((key) => key.startsWith('storm:')).length;
    test.source.alerts = storm('warning');
    await test.world.pass(10_000 + minuteMs, minuteMs);
    assert.equal((await test.alerts()).length, 20);
    assert.equal(storms(), 0);
    test.source.alerts = [...storm('warning'), shopAlert({ key: 'late', name: 'Late', severity: 'critical' })];
    await test.world.pass(minuteMs + 10_000, minuteMs);
    assert.equal(storms(), 1);
  });
});
