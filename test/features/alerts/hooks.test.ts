import assert from 'node:assert/strict';
import type { AlertHook, SourceAlert } from '../../../src/connectors/contract';
import { createAlertWorld, shopAlert } from './world';
import type { AlertWorld } from './world';

const secondMs = 1_000;
const hookOf = (more: Partial<AlertHook>): AlertHook => ({ firing: [], ended: [], isCut: false, ...more });

describe('a source that calls Gavel', () => {
  let test: AlertWorld;
  let digests = 0;
  beforeEach(async () => {
    test = await createAlertWorld();
    // The reading at the start is over.
    await test.world.pass(2 * secondMs);
  });
  afterEach(() => test.close());

  const take = (hook: Partial<AlertHook>, digest = `digest-${++digests}`) =>
    test.features.takeHook('monitoring', digest, hookOf(hook));
  const pass = (seconds: number): Promise<void> => test.world.pass(seconds * secondMs, secondMs);
  const now = (): number => test.world.deps.clock.now();
  const ended = (alert: SourceAlert, at = now()): Partial<AlertHook> => ({ ended: [{ alert, at }] });

  it('has its alert on a card within a second, not at the next reading', async () => {
    test.source.alerts = [shopAlert()];
    assert.equal(await take({ firing: [shopAlert()] }), 'taken');
    await pass(1);
    assert.match(JSON.stringify(test.card()), /Alert A-101 · critical/i);
  });

  it('is only a hint: what the source itself doesn’t list isn’t shown', async () => {
    await take({ firing: [shopAlert()] });
    await pass(30);
    assert.deepEqual(await test.alerts(), []);
  });

  it('is read again until it lists what it called about', async () => {
    await take({ firing: [shopAlert()] });
    await pass(2);
    test.source.alerts = [shopAlert()];
    await pass(4);
    assert.equal((await test.alert()).state, 'firing');
    const { reads } = test.source;
    await pass(20);
    assert.equal(test.source.reads, reads, 'once it is shown, the usual reading is enough');
  });

  it('ends an alert at the moment that it names', async () => {
    test.source.alerts = [shopAlert()];
    await take({ firing: [shopAlert()] });
    await pass(1);
    test.source.alerts = [];
    const at = now();
    await take(ended(shopAlert()));
    await pass(1);
    const { signals } = await test.alert();
    assert.deepEqual(
      signals.map((each) => each.ended),
      [{ at }],
    );
  });

  it('ends nothing that the source still lists', async () => {
    test.source.alerts = [shopAlert()];
    await take({ firing: [shopAlert()] });
    await pass(1);
    await take(ended(shopAlert()));
    await pass(1);
    assert.equal((await test.alert()).signals[0]?.ended, undefined);
  });

  it('has what began and ended between two readings in the history, once', async () => {
    const brief = shopAlert({ since: now() - 5_000 });
    const at = now() - 1_000;
    await take(ended(brief, at));
    await take(ended(brief, at));
    await pass(1);
    const [{ state, resolved, openedAt } = assert.fail('nothing was recorded'), ...others] = await test.alerts();
    assert.deepEqual([state, resolved, openedAt, others], ['resolved', { at, how: 'by source' }, brief.since, []]);
    assert.equal(test.card(), undefined, 'nobody is notified of what is over');
  });

  it('adds nothing to the history when it tells late of an alert that is known', async () => {
    test.source.alerts = [shopAlert()];
    await take({ firing: [shopAlert()] });
    await pass(1);
    test.source.alerts = [];
    await test.world.pass(20 * 60_000, 60_000);
    await take(ended(shopAlert()));
    await pass(1);
    assert.equal((await test.alerts()).length, 1);
  });

  it('that sends the same call twice is heard once', async () => {
    assert.equal(await take({ firing: [shopAlert()] }, 'same'), 'taken');
    assert.equal(await take({ firing: [shopAlert()] }, 'same'), 'known');
    await pass(120);
    assert.equal(await take({ firing: [shopAlert()] }, 'same'), 'known');
  });

  it('that doesn’t answer itself is read later, and nothing that it said is lost', async () => {
    test.source.isDown = true;
    const brief = shopAlert({ since: now() - 5_000 });
    await take(ended(brief));
    await pass(3);
    assert.deepEqual(await test.alerts(), []);
    test.source.isDown = false;
    await pass(12);
    assert.equal((await test.alerts()).length, 1);
  });

  it('is read a few times for a flood of calls, not once for each', async () => {
    test.source.alerts = [shopAlert()];
    const { reads } = test.source;
    for (let count = 0; count < 300; count++) assert.equal(await take({ firing: [shopAlert()] }), 'taken');
    await pass(2);
    assert.ok(test.source.reads - reads <= 3, `${test.source.reads - reads} readings`);
    assert.equal((await test.alerts()).length, 1);
  });

  it('has to come again while 500 of its calls wait, and others don’t', async () => {
    test.source.isDown = true;
    for (let count = 0; count < 500; count++) assert.equal(await take({}), 'taken');
    assert.equal(await take({}), 'full');
    assert.equal(await test.features.takeHook('other', 'digest', hookOf({})), 'taken');
  });
});
