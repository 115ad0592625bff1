import assert from 'node:assert/strict';
import { people, turnOf } from '../fakes';
import { privately, wordsOf } from '../talk-world';
import { createAlertWorld, shopAlert } from './world';
import type { AlertWorld } from './world';

const minuteMs = 60_000;

describe('the commands about alerts', () => {
  let test: AlertWorld;
  beforeEach(async () => void (test = await createAlertWorld()));
  afterEach(() => test.close());
  const fire = async (): Promise<void> => {
    test.source.alerts = [shopAlert()];
    await test.world.pass(minuteMs, minuteMs);
  };
  const say = (line: string): Promise<string> => test.say(people.noor, line, privately(people.noor));

  it('list what fires and who works on what', async () => {
    assert.match(await say('alerts'), /No alerts are firing, as far as Gavel knows/);
    await fire();
    assert.match(await say('problems'), /Nobody is working on it.*A-101 shop in production: DiskFull/);
    assert.match(await say('acknowledge A-101'), /You’re working on A-101/);
    assert.match(await say('alerts shop in production'), /Noor Operator is working on it/);
    assert.match(await say('alerts in staging'), /No alerts are firing for staging, as far as Gavel knows/);
    test.source.isDown = true;
    await test.world.pass(minuteMs, minuteMs);
    assert.match(await say('alerts'), /Monitoring didn’t respond, so some alerts may be missing/);
  });

  it('have the monitoring check now, or say that nothing can', async () => {
    assert.match(
      await say('check shop in production'),
      /shop in production can’t be checked on demand.*`problems shop in production`/,
    );
    const checked: string[] = [];
    Object.assign(test.world.deps.systems, {
      checkers: (service: string, environment: string) => [
        { connection: 'monitoring', recheck: async () => void checked.push(`${service} ${environment}`) },
      ],
    });
    const reads = test.source.reads;
    assert.match(await say('check shop'), /is checking shop in production now/);
    assert.deepEqual(checked, ['shop production']);
    assert.ok(test.source.reads > reads, 'what it says is read at once');
  });

  it('list only what concerns the services of a channel, if asked there', async () => {
    await fire();
    assert.match(await say('problems here'), /No service is set to post its cards in this chat/);
    await test.say(people.ada, 'announce shop here');
    assert.match(await test.say(people.noor, 'problems here'), /1\salert[^]*A-101 shop in production: DiskFull/);
  });

  it('are summed up every day by a schedule', async () => {
    assert.match(await say('every day at 13:30 problems in production'), /13:30/);
    await fire();
    await test.world.pass(40 * minuteMs, minuteMs);
    const sent = [...test.world.outbox.messages.values()].map(({ content }) => JSON.stringify(content));
    assert.ok(
      sent.some((each) => /"title":"1\salert"[^]*A-101 shop in production: DiskFull/.test(each)),
      'the list was posted',
    );
  });

  it('show at most four buttons and links of an alert, and the rest behind More', async () => {
    const url = 'https://monitoring.example/alerts';
    test.source.alerts = [shopAlert({ url, runbook: 'https://runbooks.example/disk' })];
    await test.world.pass(minuteMs, minuteMs);
    const titles = (list: string, from: string): string[] =>
      (JSON.parse(from) as Record<string, { title: string }[]>)[list]?.map(({ title }) => title) ?? [];
    const card = await test.click(people.noor, 'alerts.view', await test.idOf(101));
    assert.equal(titles('buttons', card).length, 3, card);
    assert.equal(titles('buttons', card).at(-1), 'More…');
    assert.deepEqual(titles('links', card), ['Open runbook']);
    const more = turnOf(people.noor, { trigger: 'clicked' });
    const question = wordsOf(await test.router.handleQuestion(more, 'alerts.more', { id: await test.idOf(101) }));
    assert.deepEqual(titles('links', question), ['Open runbook', 'View in Monitoring']);
    const seenByAll = test.card() as { links: { title: string }[] };
    assert.deepEqual(titles('links', JSON.stringify(seenByAll)), ['Open runbook', 'View in Monitoring']);
  });

  it('silence an alert with a reason until a time', async () => {
    await fire();
    assert.match(await say('silence A-101 until 18:00'), /Reason for “alert silence A-101”/);
    assert.match(await say('silence A-101 until 18:00 because the disk comes'), /A-101 is silenced until 18:00/);
    assert.match(await say('alert show A-101'), /Silenced until 18:00 by Noor Operator/);
  });

  it('name the alert in the refusal of somebody without the permission', async () => {
    await fire();
    const refused = await test.say(people.dana, 'silence A-101 until 18:00 because the disk comes');
    assert.match(refused, /can’t silence A-101/);
    assert.match(await test.say(people.dana, 'acknowledge A-101'), /can’t acknowledge A-101/);
    assert.equal((await test.alert()).state, 'firing');
  });

  it('silence an alert with a comment until a date, from the form of its card', async () => {
    await fire();
    const id = await test.idOf(101);
    const input = { id, until: '1h', date: 'Monday 8:00', why: 'the disk comes on Monday' };
    const shown = await test.press(people.noor, 'alerts.silence', input);
    assert.match(shown, /Silenced until Nov\s23, 08:00[^]*“the disk comes on Monday”/);
    const past = await test.press(people.noor, 'alerts.silence', { ...input, date: '2020-01-01' });
    assert.match(past, /Nothing was (?:changed|silenced)|past/);
    assert.match(
      await test.press(people.noor, 'alerts.silence', { ...input, why: ' ' }),
      /Enter a comment for the silence\. Nothing was silenced/,
    );
  });

  it('have an alert that says everything in the one line of a phone’s notification', async () => {
    await fire();
    const { summary } = test.card() as { readonly summary: string };
    assert.equal(summary, 'Critical: shop in production: DiskFull (since 12:58). The disk is 97% full');
  });

  it('plan maintenance, in which nothing is told, and what still fires after it is told once', async () => {
    assert.match(
      await say('maintenance shop in production for 2h because the database moves'),
      /shop in production is in maintenance until 15:0/,
    );
    await fire();
    assert.equal(test.card(), undefined, 'nobody is told');
    assert.match(await say('alerts'), /A-101/);
    assert.match(await say('end maintenance shop in production'), /has ended/);
    await test.world.pass(2_000);
    assert.match(JSON.stringify(test.card()), /"word":"Firing"/);
  });

  it('plan maintenance whose card says which source doesn’t have it, until it does', async () => {
    const { source, world } = test;
    source.isDown = true;
    await say('maintenance shop in production for 2h because the database moves');
    await world.pass(2_000);
    assert.match(await say('maintenance windows'), /Not in maintenance in Monitoring yet/);
    source.isDown = false;
    await world.pass(minuteMs, minuteMs);
    assert.deepEqual(source.told, ['maintain by Noor Operator']);
    const shown = await say('maintenance windows');
    assert.match(shown, /shop in production is in maintenance until 15:00/);
    assert.doesNotMatch(shown, /Not in maintenance/);
  });
});
