import assert from 'node:assert/strict';
import { messageCollection } from '../../src/chat/message-record';
import { startBotConnector } from './bot-connector';
import type { BotConnector } from './bot-connector';
import type { Figure, Scale } from './contract';
import { eventually } from './harness';
import { alertsIn } from './outbox-fan-out';
import { alertFor, allOf, cardSaying, inFolder, meetChannels, placeOf, startSending } from './outbox-stage';
import type { SendingInstance } from './outbox-stage';
import { createStoreSwitch } from './store-switch';
import type { StoreSwitch } from './store-switch';

const keptInMemory = 100;
const tooMany = 40;
/** What is being sent at the moment counts besides; it is one conversation. */
const mostUnderway = 8;

/** Alerts while the store is down: those accepted before, new ones, and more than are kept. */
export async function alertsMeanwhile(
  downMs: number,
  scale: Scale,
  report: (figure: Figure) => void,
  how: 'refuses' | 'hangs',
): Promise<void> {
  const accepted = scale === 'long' ? 90 : 60;
  const fresh = scale === 'long' ? 60 : 20;
  const connector = await startBotConnector({ delayMs: 20 });
  const power = createStoreSwitch();
  try {
    await inFolder(async (folder) => {
      const instance = startSending({
        folder,
        around: power.around,
        mostAlertsKept: keptInMemory,
        storeLimitMs: scale === 'long' ? 4_000 : 1_000,
      });
      try {
        const channels = accepted + fresh;
        await meetChannels(instance, connector.url, channels);
        // Sent to once, so that the places are known without the store.
        for (const number of allOf(channels)) await instance.connection.places.place(placeOf(number));
        for (const number of allOf(accepted)) await instance.outbox.put(alertFor(number));
        const sentBefore = alertsIn(connector);
        power.state = how;
        const begun = Date.now();
        for (const number of allOf(channels).slice(accepted)) await instance.outbox.put(alertFor(number));
        await assert.rejects(instance.outbox.put(alertFor(1, { key: 'ordinary', alert: false })));
        await eventually(
          'every alert while it is down',
          () => (alertsIn(connector) >= channels ? true : undefined),
          60_000,
        );
        assert.notEqual(power.state, 'up');
        const words = how === 'hangs' ? 'silent' : 'down';
        report({
          what: `store ${words}: alerts accepted before and not sent (${accepted - sentBefore}), new ones (${fresh}): sent meanwhile`,
          measured: `${accepted - sentBefore}, ${fresh}`,
          aim: 'all',
          holds: true,
        });
        await shedding(instance, connector, how === 'refuses', report);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + downMs - Date.now())));
        await back(instance, connector, power, channels, report);
      } finally {
        power.state = 'up';
        await instance.stop();
      }
    });
  } finally {
    await connector.close();
  }
}

/** The chat tool is away as well: what is kept stays bounded, the oldest goes, and each is counted. */
async function shedding(
  { outbox }: SendingInstance,
  connector: BotConnector,
  isTried: boolean,
  report: (figure: Figure) => void,
): Promise<void> {
  if (!isTried) return;
  // The last answers of those before are on their way.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = outbox.alertCounts();
  connector.mood = () => '503';
  const put = keptInMemory + tooMany;
  for (const number of allOf(put))
    await outbox.put(alertFor(1, { key: `flood:${number}`, content: cardSaying(`Flood ${number}`) }));
  const after = outbox.alertCounts();
  connector.mood = () => undefined;
  assert.equal(before.shed, 0);
  assert.equal(after.shed + after.unwritten, before.unwritten + put, 'each is kept or counted');
  assert.equal(after.forgotten, 0);
  assert.ok(after.shed > 0);
  const kept = after.unwritten - before.unwritten;
  assert.ok(kept <= keptInMemory + mostUnderway, `${kept} kept`);
  report({
    what: `${put} more alerts while nothing can be sent: kept, shed and counted`,
    measured: `${kept}, ${after.shed}`,
    aim: `at most ${keptInMemory} kept, the oldest shed`,
    holds: true,
  });
}

async function back(
  { outbox, store }: SendingInstance,
  connector: BotConnector,
  power: StoreSwitch,
  channels: number,
  report: (figure: Figure) => void,
): Promise<void> {
  power.state = 'up';
  const begun = performance.now();
  const ordinary = alertFor(2, { key: 'after', alert: false, content: cardSaying('After it') });
  await eventually('the store is used again', () =>
    outbox.put(ordinary).then(
      () => true,
      () => undefined,
    ),
  );
  await eventually('the next message', () => standing(connector, 'After it') || undefined);
  const seconds = (performance.now() - begun) / 1_000;
  report({
    what: 'from the store being back to the next ordinary message',
    measured: `${seconds.toFixed(1)} s`,
    aim: 'within 5 s',
    holds: seconds <= 5,
  });
  await eventually('everything is written', () => (outbox.alertCounts().unwritten === 0 ? true : undefined));
  const messages = store.collection(messageCollection);
  const last = allOf(channels);
  await eventually('the records', async () => {
    const states = await Promise.all(last.map((number) => messages.get(`alert:${number}`)));
    return states.every((record) => record?.value.state === 'posted') || undefined;
  });
  // What was sent from memory is known: its next state is an edit, not a second message.
  const end = channels;
  await outbox.put(alertFor(end, { content: cardSaying('Shop is down no more'), revision: 2, final: true }));
  await eventually('the edit', () => standing(connector, 'Shop is down no more') || undefined);
  assert.equal(connector.inPlace(placeOf(end)).length, 1);
  const doubled = last.filter((number) => connector.inPlace(placeOf(number)).filter(isFirstAlert).length > 1).length;
  assert.equal(doubled, 0, 'no alert stands twice');
  assert.equal(connector.counts().early, 0);
  report({ what: 'alerts lost, doubled over the whole time', measured: `0, ${doubled}`, aim: '0, 0', holds: true });
}

const isFirstAlert = ({ activity }: { readonly activity: Readonly<Record<string, unknown>> }): boolean =>
  String(activity['summary']).startsWith('Shop is down');

function standing({ messages }: BotConnector, summary: string): boolean {
  return [...messages.values()].some(({ activity }) => activity['summary'] === summary);
}
