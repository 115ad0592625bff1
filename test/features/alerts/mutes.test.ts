import assert from 'node:assert/strict';
import { people } from '../fakes';
import { privately, there } from '../talk-world';
import { createAlertWorld, shopAlert } from './world';
import type { AlertWorld } from './world';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('a muted service or alert', () => {
  let test: AlertWorld;
  beforeEach(async () => void (test = await createAlertWorld()));
  afterEach(() => test.close());
  const fire = async (): Promise<void> => {
    test.source.alerts = [shopAlert()];
    await test.world.pass(minuteMs, minuteMs);
  };
  const heardIn = (placeId: string): string =>
    [...test.world.outbox.messages.values()]
      .filter(({ key, destination: to }) => key.startsWith('heard:') && to.to === 'place' && to.placeId === placeId)
      .map(({ content }) => JSON.stringify(content))
      .join('\n');

  it('says nothing in this channel until the end of the mute, critical or not, and is told there if it still fires', async () => {
    const muted = await test.say(people.ada, 'mute shop in production for 2h because the disk is on its way');
    assert.match(muted, /1\smute here[^]*shop in production[^]*Muted by Ada Admin: “the disk is on its way”/);
    await fire();
    assert.equal(test.card(), undefined);
    assert.match(await test.say(people.noor, 'problems'), /A-101 shop in production: DiskFull/);
    assert.match(
      await test.say(people.noor, 'alert show A-101', privately(people.noor)),
      /Its channel is muted until 15:0/,
    );
    assert.deepEqual(test.source.told, [], 'no source is told');
    await test.world.pass(2 * hourMs, minuteMs);
    assert.match(JSON.stringify(test.card()), /DiskFull/);
    assert.match(await test.say(people.ada, 'mutes'), /Nothing is muted here/);
  });

  it('is a failed check of the doctor while it hides what fires, or if it lasts for more than a week', async () => {
    const words = async (): Promise<string> =>
      /"about":"Muted channels","words":"([^"]*)"/.exec(
        await test.say(people.ada, 'doctor', privately(people.ada)),
      )?.[1] ?? 'no such check';
    await test.say(people.ada, 'mute shop in staging for 2h');
    await test.say(people.dana, 'mute shop for 30 days', privately(people.dana));
    await fire();
    assert.equal(await words(), '');
    await test.say(people.ada, 'mute shop in production for 2h');
    assert.match(
      await words(),
      /^shop in production is muted in .* until 15:\d\d\. A-101 is firing now but isn’t shown there\. To end a mute, type/,
    );
    await test.say(people.ada, 'unmute shop in production');
    assert.equal(await words(), '');
    await test.say(people.ada, 'mute shop in staging for 30 days');
    assert.match(await words(), /^shop in staging is muted in .* until Dec.20, \d\d:\d\d\. To end a mute, type/);
  });

  it('is told in every other channel', async () => {
    await test.say(people.ada, 'subscribe shop', there);
    await test.say(people.ada, 'mute shop for 2h');
    await fire();
    assert.match(heardIn(there.place?.id ?? ''), /DiskFull/);
    assert.equal(test.card(), undefined);
  });

  it('holds notifications of a channel that only subscribed, and tells afterward what still matters', async () => {
    const general = there.place?.id ?? '';
    await test.say(people.ada, 'subscribe shop', there);
    await test.say(people.ada, 'subscribe search', there);
    await test.say(people.ada, 'mute shop in production for 2h', there);
    await fire();
    assert.equal(heardIn(general), '');
    assert.match(JSON.stringify(test.card()), /DiskFull/, 'its own channel has the card');
    await test.world.pass(2 * hourMs, minuteMs);
    assert.match(heardIn(general), /DiskFull/);
  });

  it('ends early with the button of its list, and only for people who choose what comes there', async () => {
    await test.say(people.ada, 'mute shop for 2h');
    await fire();
    const [id = ''] = /[0-9a-f]{32}/.exec(await test.say(people.ada, 'subscription mutes')) ?? [];
    assert.match(await test.click(people.nico, 'subscriptions.unmute', id), /can’t change/);
    assert.equal(test.card(), undefined);
    assert.match(await test.click(people.ada, 'subscriptions.unmute', id), /Unmuted/);
    await test.world.pass(2_000);
    assert.match(JSON.stringify(test.card()), /DiskFull/);
    assert.match(await test.click(people.ada, 'subscriptions.unmute', id), /already ended/);
  });

  it('ends early with unmute, by its name or together with everything', async () => {
    await test.say(people.ada, 'mute shop in staging for 2h');
    await test.say(people.ada, 'mute shop in production for 2h');
    assert.match(await test.say(people.ada, 'unmute shop'), /aren’t muted here/);
    assert.match(await test.say(people.ada, 'unmute shop in staging'), /Unmuted/);
    assert.match(await test.say(people.ada, 'mutes'), /1\smute here[^]*shop in production/);
    assert.match(await test.say(people.ada, 'unmute'), /Unmuted/);
    assert.match(await test.say(people.ada, 'mutes'), /Nothing is muted here/);
  });

  it('can be one alert, from its card: its card stays up to date, and its thread stays silent', async () => {
    await fire();
    const id = await test.idOf(101);
    assert.match(await test.press(people.ada, 'alerts.mute', { id, until: '4h' }), /A-101 \(shop in production\)/);
    const said = test.texts().length;
    test.source.alerts = [shopAlert({ severity: 'warning' })];
    await test.world.pass(minuteMs, minuteMs);
    assert.match(await test.press(people.noor, 'alerts.acknowledge', { id }), /Noor Operator acknowledged this/);
    await test.world.pass(2_000);
    assert.equal(test.texts().length, said);
    assert.match(JSON.stringify(test.card()), /Noor Operator acknowledged this/);
    assert.match(await test.say(people.ada, 'alert mute A-999 for 2h'), /I can’t find that alert/);
  });

  it('is in the audit log in words', async () => {
    await fire();
    await test.say(people.ada, 'mute shop in production for 2h');
    await test.say(people.ada, 'alert mute A-101 until 18:00');
    await test.say(people.ada, 'unmute');
    const lines = await test.say(people.ada, 'audit');
    assert.match(lines, /muted shop in production in Deployments until/);
    assert.match(lines, /muted A-101 \(shop in production\) in Deployments until/);
  });

  it('can be what comes to oneself', async () => {
    await test.say(people.nico, 'subscribe shop', privately(people.nico));
    assert.match(await test.say(people.nico, 'mute shop for 1h', privately(people.nico)), /mute in your personal chat/);
    await fire();
    assert.match(JSON.stringify(test.card()), /DiskFull/);
    const own = [...test.world.outbox.messages.values()].filter(
      ({ key, destination: to }) => key.startsWith('heard:') && to.to === 'person',
    );
    assert.equal(own.length, 0);
  });
});
