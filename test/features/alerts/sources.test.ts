import assert from 'node:assert/strict';
import { people, sampleCatalog } from '../fakes';
import { createAlertWorld, createMemorySource, shopAlert } from './world';
import type { AlertWorld } from './world';

const minuteMs = 60_000;

describe('alerts of a source', () => {
  let test: AlertWorld;
  beforeEach(async () => void (test = await createAlertWorld()));
  afterEach(() => test.close());
  const pass = (minutes: number): Promise<void> => test.world.pass(minutes * minuteMs, minuteMs);

  it('become one card in the channel of the service, within a minute', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    const { number, state, severity } = await test.alert();
    assert.deepEqual({ number, state, severity }, { number: 101, state: 'firing', severity: 'critical' });
    assert.match(JSON.stringify(test.card()), /Alert A-101 · critical.*the disk is 97% full/i);
  });

  it('are one alert if they have the same service, environment and name', async () => {
    test.source.alerts = [shopAlert(), shopAlert({ key: 'shop-disk-2' })];
    await pass(1);
    assert.equal((await test.alerts()).length, 1);
    test.source.alerts = [shopAlert({ key: 'shop-disk-2' })];
    await pass(4);
    assert.equal((await test.alert()).state, 'firing');
    test.source.alerts = [];
    await pass(4);
    assert.equal((await test.alert()).state, 'resolved');
  });

  it('are never critical where nothing pages', async () => {
    test.source.alerts = [shopAlert({ labels: { service: 'shop', environment: 'staging' } })];
    await pass(1);
    assert.equal((await test.alert()).severity, 'warning');
  });

  it('that no binding matches become an alert without a service', async () => {
    test.source.alerts = [shopAlert({ labels: { host: 'db-7' } })];
    await pass(1);
    const { service, name } = await test.alert();
    assert.deepEqual({ service, name }, { service: 'unknown', name: 'DiskFull' });
    assert.match(JSON.stringify(test.card()), /host=db-7/);
  });

  it('end only if two complete readings don’t list them', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    test.source.alerts = [];
    test.source.isComplete = false;
    await pass(5);
    assert.equal((await test.alert()).state, 'firing');
    test.source.isComplete = true;
    await pass(1);
    assert.equal((await test.alert()).quietSince, undefined);
    await pass(3);
    const { state, resolved } = await test.alert();
    assert.deepEqual([state, resolved?.how], ['resolved', 'absent at source']);
    assert.match(JSON.stringify(test.card()), /at the latest/);
  });

  it('stay as they are while their source doesn’t respond, and the card says so', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    test.source.isDown = true;
    await pass(3);
    assert.equal((await test.alert()).state, 'firing');
    assert.match(
      JSON.stringify(test.card()),
      /May still be firing, last reported at .*Monitoring hasn’t responded since .*It had been firing since .*The last report, at [\d:]+, was “the disk is 97% full”/,
    );
    test.source.isDown = false;
    await pass(1);
    assert.doesNotMatch(JSON.stringify(test.card()), /hasn’t responded/);
  });

  it('come back as the same alert within ten minutes, and as another one later', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    test.source.alerts = [];
    await pass(5);
    test.source.alerts = [shopAlert()];
    await pass(2);
    assert.deepEqual(
      (await test.alerts()).map(({ reopened, state }) => [reopened, state]),
      [[1, 'firing']],
    );
    await pass(40);
    test.source.alerts = [];
    await pass(20);
    test.source.alerts = [shopAlert()];
    await pass(2);
    assert.deepEqual(
      (await test.alerts()).map(({ number, state }) => [number, state]),
      [
        [101, 'resolved'],
        [102, 'firing'],
      ],
    );
  });

  it('have the exact times of the source’s history after Gavel was away', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    const endedAt = test.world.clock.now() + 7 * minuteMs;
    test.source.alerts = [];
    const gone = { key: 'shop-cpu', name: 'Cpu', labels: shopAlert().labels, from: endedAt, to: endedAt + minuteMs };
    const { key, name, labels, since: from } = shopAlert();
    test.source.past = [{ key, name, labels, from, to: endedAt }, gone];
    const posts = test.world.outbox.posts.length;
    test.world.clock.advance(20 * minuteMs);
    await pass(3);
    const [disk, cpu] = await test.alerts();
    assert.deepEqual(disk?.resolved, { at: endedAt, how: 'by source' });
    assert.deepEqual([cpu?.name, cpu?.state, cpu?.closed], ['Cpu', 'resolved', true]);
    assert.deepEqual(
      test.world.outbox.posts.slice(posts).filter(({ key: each }) => each.endsWith(':card')),
      [],
    );
  });

  it('come back as the same alert even if nobody saw them the first time', async () => {
    await pass(1);
    const endedAt = test.world.clock.now() + 15 * minuteMs;
    const { key, name, labels } = shopAlert();
    test.source.past = [{ key, name, labels, from: endedAt - minuteMs, to: endedAt }];
    test.world.clock.advance(20 * minuteMs);
    await pass(1);
    const before = await test.alert();
    assert.deepEqual([before.state, before.closed, test.card()], ['resolved', undefined, undefined]);
    test.source.alerts = [shopAlert({ since: test.world.clock.now() })];
    await pass(1);
    const after = await test.alert();
    assert.deepEqual([after.number, after.state, after.reopened], [before.number, 'firing', 1]);
    assert.equal(after.changes.length, 3, 'its beginning, its end, and that it came back');
    assert.match(JSON.stringify(test.card()), /"word":"Firing"/);
    assert.equal((await test.alerts()).length, 1);
  });

  it('show an acknowledgement and a silence made in the tool within a minute, and their end', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    test.source.alerts = [shopAlert({ acknowledgement: { by: 'noor', comment: 'on it' } })];
    await pass(1);
    assert.match(JSON.stringify(test.card()), /noor acknowledged this in Monitoring/);
    const until = test.world.clock.now() + 60 * minuteMs;
    test.source.alerts = [shopAlert({ silences: [{ id: 's', by: 'noor', comment: 'upgrade', until }] })];
    await pass(1);
    assert.match(JSON.stringify(test.card()), /Silenced until .* in Monitoring by noor/);
    test.source.alerts = [shopAlert()];
    await pass(1);
    assert.match(JSON.stringify(test.card()), /"word":"Firing"/);
  });

  it('are no longer silenced when somebody ends the silence in the tool before it was ever read', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    const id = await test.idOf(101);
    await test.press(people.noor, 'alerts.silence', { id, until: '4h', why: 'on it' });
    await test.world.pass(1_000);
    assert.equal(test.source.alerts[0]?.silences.length, 1);
    test.source.alerts = [shopAlert()];
    await pass(3);
    assert.equal((await test.alert()).silenced, undefined);
  });

  it('stay silenced while their source doesn’t respond', async () => {
    test.source.alerts = [shopAlert()];
    await pass(1);
    await test.press(people.noor, 'alerts.silence', { id: await test.idOf(101), until: '4h', why: 'on it' });
    await test.world.pass(1_000);
    test.source.isDown = true;
    await pass(10);
    test.source.isDown = false;
    await pass(3);
    assert.equal((await test.alert()).silenced?.by.name, 'Noor Operator');
  });
});

describe('what people do about an alert', () => {
  let test: AlertWorld;
  beforeEach(async () => {
    test = await createAlertWorld();
    test.source.alerts = [shopAlert()];
    await test.world.pass(minuteMs, minuteMs);
  });
  afterEach(() => test.close());
  const press = async (who: (typeof people)[keyof typeof people], verb: string, more: object = {}): Promise<string> => {
    const id = await test.idOf(101);
    const reply = await test.press(who, verb, { id, ...more });
    await test.world.pass(1_000);
    return reply;
  };

  it('is carried to the source in their name', async () => {
    assert.match(await press(people.noor, 'alerts.acknowledge'), /Noor Operator acknowledged this/);
    await press(people.noor, 'alerts.silence', { until: '1h', why: 'new disk comes' });
    assert.deepEqual(test.source.told, [
      'acknowledge shop-disk by Noor Operator',
      'silence shop-disk by Noor Operator',
    ]);
    assert.match(JSON.stringify(test.card()), /Gavel and Monitoring/);
    await test.world.pass(2 * minuteMs, minuteMs);
    await press(people.noor, 'alerts.end-silence');
    assert.equal(test.source.told.at(-1), 'end silence-1 by Noor Operator');
    assert.match(JSON.stringify(test.card()), /"word":"Acknowledged"/);
  });

  it('is shown as not carried until the source has it', async () => {
    test.source.isDown = true;
    await press(people.noor, 'alerts.silence', { until: '4h', why: 'new disk comes' });
    assert.match(JSON.stringify(test.card()), /Gavel; not yet in Monitoring\. Gavel will keep trying/);
    test.source.isDown = false;
    await test.world.pass(2 * minuteMs, minuteMs);
    assert.match(JSON.stringify(test.card()), /Gavel and Monitoring/);
  });

  it('is refused for people without the right, and for an alert that is over', async () => {
    assert.match(await press(people.nico, 'alerts.acknowledge'), /can’t acknowledge A-101/);
    assert.equal((await test.alert()).state, 'firing');
    test.source.alerts = [];
    await test.world.pass(6 * minuteMs, minuteMs);
    assert.match(await press(people.noor, 'alerts.acknowledge'), /already been resolved/);
  });

  it('expires after four hours, with a reminder to whoever acknowledged it', async () => {
    await press(people.noor, 'alerts.acknowledge');
    // A source without acknowledgements says nothing about them.
    test.source.alerts = [shopAlert()];
    test.world.clock.advance(4 * 3_600_000);
    await test.world.pass(minuteMs, minuteMs);
    assert.equal((await test.alert()).state, 'firing');
    assert.ok(
      test.texts().some((each) => each.startsWith('@[0] **A-101 is still firing')),
      test.texts().join('\n'),
    );
  });

  it('is in the audit log', async () => {
    await press(people.noor, 'alerts.acknowledge');
    assert.ok(
      (await test.audits()).some(
        ({ what, outcome, who }) => what === 'alerts.change' && outcome === 'acknowledged' && who === people.noor.id,
      ),
    );
  });
});

describe('the owners of a service', () => {
  it('are mentioned once about what is critical, and about nothing else', async () => {
    const sample = sampleCatalog();
    const { shop } = sample.services;
    const catalog = {
      ...sample,
      services: { ...sample.services, ...(shop && { shop: { ...shop, owners: ['dana'] } }) },
    };
    const test = await createAlertWorld(createMemorySource(), catalog);
    const mentioned = (): readonly string[] =>
      [...test.world.outbox.messages.values()].flatMap(({ content }) =>
        'mentions' in content ? (content.mentions ?? []).map(({ name }) => name) : [],
      );
    try {
      const slow = shopAlert({ key: 'slow', name: 'Slow', severity: 'warning' });
      test.source.alerts = [slow];
      await test.world.pass(2 * minuteMs, minuteMs);
      assert.deepEqual(mentioned(), []);
      test.source.alerts = [slow, shopAlert()];
      await test.world.pass(5 * minuteMs, minuteMs);
      assert.deepEqual(mentioned(), ['Dana Developer']);
    } finally {
      await test.close();
    }
  });
});
