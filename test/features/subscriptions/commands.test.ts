import assert from 'node:assert/strict';
import type { OutboxMessage } from '../../../src/chat/contract';
import { onboardingWorkflow } from '../../../src/features/onboarding/workflow';
import { subscriberWorkflow } from '../../../src/features/subscriptions/workflow';
import { collect } from '../../collect';
import { people, places } from '../fakes';
import { createTalkWorld, privately, there } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { ada, dana, nico } = people;
const toGeneral = ({ destination }: OutboxMessage): boolean =>
  destination.to === 'place' && destination.placeId === places.general.id;

describe('subscribing', () => {
  let talk: TalkWorld;
  beforeEach(() => (talk = createTalkWorld()));
  afterEach(() => talk.close());

  const heard = () => talk.world.outbox.puts.filter(({ key }) => key.startsWith('heard:'));
  const wordsHeard = (): string => JSON.stringify(heard().map(({ content }) => content));

  /** Requested in another channel than the subscribed one. */
  async function deploy(version: string, state: 'succeeded' | 'failed' = 'succeeded'): Promise<void> {
    const opened = await talk.say(ada, `deploy shop ${version} to staging`);
    await talk.click(ada, 'deployments.request', /"id":"([0-9a-f]{32}[^"]*)"/.exec(opened)?.[1] ?? '');
    await talk.world.pass(8_000);
    talk.world.connector.finish(state);
    await talk.world.pass(20_000);
  }

  it('brings failures and recoveries to a channel, each once, and no successes', async () => {
    assert.match(
      await talk.say(ada, 'subscribe shop', there),
      /Subscribed to shop\*\*: alerts, failures, and recoveries/,
    );
    await deploy('2.14.0');
    assert.equal(heard().length, 0);
    await deploy('2.15.0', 'failed');
    await deploy('2.15.0');
    await talk.world.pass(5_000);
    assert.equal(heard().every(toGeneral), true);
    assert.match(
      wordsHeard(),
      /shop 2\.15\.0 in staging failed.*was deployed to staging.*The previous deployment had failed/,
    );
    assert.equal(new Set(heard().map(({ key }) => key)).size, 2);
  });

  it('brings the start and the end of a deployment in one message if everything was chosen', async () => {
    await talk.say(ada, 'subscribe shop in staging on everything', there);
    await deploy('2.14.0');
    const [started, ended, ...more] = heard();
    assert.deepEqual([started?.key === ended?.key, more.length], [true, 0]);
    assert.match(wordsHeard(), /Deploying shop.*was deployed to staging/);
  });

  it('repeats nothing in the channel of the deployment’s card, nor to its requester', async () => {
    await talk.say(ada, 'subscribe shop on everything');
    await talk.say(ada, 'subscribe shop on everything', privately(ada));
    await talk.say(dana, 'subscribe shop on everything', privately(dana));
    await deploy('2.14.0');
    assert.deepEqual(
      [...new Set(heard().map(({ destination }) => JSON.stringify(destination)))],
      [JSON.stringify({ to: 'person', personId: dana.id })],
    );
  });

  it('needs the right to choose where notifications go for a channel, and only the right to view for oneself', async () => {
    assert.match(
      await talk.say(nico, 'subscribe shop', there),
      /You can’t change the notifications here about shop.*Ada Admin/,
    );
    assert.match(await talk.say(nico, 'subscribe shop', privately(nico)), /Subscribed to shop/);
    for (const line of ['unsubscribe shop', 'mute 2h', 'unmute', 'digest daily'])
      assert.match(await talk.say(nico, line, there), /You can’t change/, line);
  });

  it('says what it can’t read, and then changes nothing', async () => {
    for (const [line, answer] of [
      ['subscribe shop on fire', /don’t understand “fire”/],
      ['subscribe nothing', /no service nothing/],
      ['mute soon', /can’t read “soon” as a time. Nothing was muted/],
      ['digest sometimes', /can’t read that as a digest. Nothing was changed/],
      ['digest daily at 25', /can’t tell when the digest should come/],
      ['digest daily at 9:30', /on the hour/],
      ['unsubscribe search', /no subscription to search here/],
      ['unsubscribe all', /There are no subscriptions here\. Nothing was changed\./],
      ['subscriptions test', /nothing to test/],
      ['mute 2h', /no subscriptions here/],
      ['unmute', /aren’t muted/],
    ] as const)
      assert.match(await talk.say(ada, line, there), answer, line);
    assert.match(await talk.say(ada, 'subscriptions', there), /No notifications/);
  });

  it('shows what there is, tests that it arrives, and ends it', async () => {
    await talk.say(ada, 'subscribe shop staging on failure branch main', there);
    await talk.say(ada, 'subscribe all severity critical', there);
    await talk.say(ada, 'digest weekly at 8', there);
    const shown = await talk.say(ada, 'subscriptions', there);
    assert.match(shown, /shop in staging.*failures, branch main.*everything.*critical only/);
    assert.match(shown, /a weekly digest on Monday at 08:00/);
    await talk.say(ada, 'subscriptions test', there);
    const test = talk.world.outbox.puts.find(({ key }) => key.startsWith('subscription-test:'));
    assert.ok(test && toGeneral(test));
    assert.match(await talk.say(ada, 'unsubscribe shop in staging', there), /Unsubscribed from shop in staging/);
    assert.match(await talk.say(ada, 'unsubscribe all', there), /There are no subscriptions left here/);
  });

  it('holds events while it is muted, and sends them as one card afterward', async () => {
    await talk.say(ada, 'subscribe shop', there);
    await talk.say(ada, 'mute 2h', there);
    await deploy('2.14.0', 'failed');
    await deploy('2.15.0', 'failed');
    assert.equal(heard().length, 0);
    assert.match(await talk.say(ada, 'subscriptions', there), /Muted until/);
    assert.match(await talk.say(ada, 'unmute', there), /Unmuted/);
    await talk.world.pass(2_000);
    assert.equal(heard().length, 1);
    assert.match(wordsHeard(), /2 failed: D-1001, D-1002/);
  });

  it('uses one’s own time zone if it is known, and the catalog’s in a place', async () => {
    await talk.say(nico, 'onboarding', privately(nico));
    const store = talk.world.deps.store.collection(onboardingWorkflow.spec);
    const started = await store.get(nico.id);
    assert.ok(started);
    await store.update(nico.id, (record) => ({ ...record, wishes: { ...record.wishes, zone: 'Asia/Tokyo' } }));
    for (const more of [privately(nico), there]) {
      const who = more === there ? ada : nico;
      await talk.say(who, 'subscribe shop', more);
    }
    const zones = await Promise.all(
      [nico.id, places.general.id].map(
        async (id) => (await talk.world.deps.store.collection(subscriberWorkflow.spec).get(id))?.value.zone,
      ),
    );
    assert.deepEqual(zones, ['Asia/Tokyo', 'UTC']);
    assert.match(await talk.say(nico, 'mute until 23:30', privately(nico)), /Muted until 23:30/);
  });

  it('is exported with my data, and deleted with it', async () => {
    await talk.say(nico, 'subscribe shop', privately(nico));
    const [mine] = talk.features.features.find(({ name }) => name === 'subscriptions')?.personalData ?? [];
    assert.ok(mine);
    assert.match(JSON.stringify(await collect(mine.exportOf(nico.id))), /"services":\["shop"\]/);
    assert.equal(await mine.deleteOf(nico.id), 1);
    assert.deepEqual(await collect(mine.exportOf(nico.id)), []);
  });
});
