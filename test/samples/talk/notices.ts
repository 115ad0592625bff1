import assert from 'node:assert/strict';
import { people } from '../../features/fakes';
import { scene } from '../stage';
import type { Stage } from '../stage';

/** What a channel is notified about, and whether it arrives. */

const { ada, dana } = people;
const minuteMs = 60_000;

/** A deployment to staging that ends like this. */
async function deploy({ request, world }: Stage, service: string, version: string, end: 'failed' | 'succeeded') {
  await request(dana, `deploy ${service} ${version} to staging`);
  await world.pass(4000);
  world.connector.finish(end, end === 'failed' ? { reason: 'the tests failed' } : {});
  await world.pass(24_000, 4000);
}

const muted = scene(async (stage) => {
  const { keep, sent, show, type, world } = stage;
  await type(ada, 'subscribe shop', 'channel');
  await type(ada, 'mute 2h', 'channel');
  await show('muted', ada, 'subscriptions', 'channel');
  await deploy(stage, 'shop', '2.15.0', 'failed');
  await deploy(stage, 'shop', '2.12.0', 'failed');
  await type(ada, 'mute search in production for 4h because the index is rebuilt', 'channel');
  await show('mutes', ada, 'mutes', 'channel');
  await type(ada, 'unmute', 'channel');
  await world.pass(2 * minuteMs, minuteMs);
  keep('no-longer-muted', sent('policy/list'));
});

const digests = scene(async (stage) => {
  const { keep, sent, show, type, world } = stage;
  await type(ada, 'subscribe shop production on failure,recovery branch main', 'channel');
  await type(ada, 'subscribe all on everything', 'channel');
  await type(ada, 'digest daily at 15', 'channel');
  await deploy(stage, 'shop', '2.15.0', 'succeeded');
  await deploy(stage, 'search', '2.15.0', 'failed');
  await deploy(stage, 'payments', '2.15.0', 'failed');
  await deploy(stage, 'payments', '2.15.0', 'succeeded');
  await world.pass(2 * 60 * minuteMs, 30 * minuteMs);
  keep('digest', sent('policy/list'));
  await show('subscriptions', ada, 'subscriptions', 'channel');
  const key = [...world.outbox.messages.keys()].findLast((each) => each.startsWith('heard:')) ?? assert.fail();
  await world.outbox.giveUp(key);
  await show('undelivered', ada, 'subscriptions', 'channel');
});

export const noticeScenes = [muted, digests];
