import assert from 'node:assert/strict';
import { eventually } from '../../patience';
import type { Figure, Scale } from '../contract';
import { dana, textIn } from '../harness';
import { personalChatOf, startBotConnector } from '../teams/bot-connector';
import type { BotConnector } from '../teams/bot-connector';
import { allOf, cardSaying, inFolder, meetChannels, placeOf, postFor, startSending } from './stage';
import type { SendingInstance } from './stage';

/** Far longer than one more attempt takes on a slow machine. */
const graceMs = 6_000;

/** Channels that block Gavel (403), or are gone (404), permanently or for a moment. */
export async function lostPlace(scale: Scale, report: (figure: Figure) => void): Promise<void> {
  const count = scale === 'long' ? 40 : 4;
  const shut = new Map<string, '403' | '404'>();
  for (const number of allOf(count)) shut.set(placeOf(number), number % 2 === 0 ? '403' : '404');
  const connector = await startBotConnector();
  connector.mood = ({ conversation }) => {
    const refusal = shut.get(conversation);
    // The last one refuses once and lets Gavel in again before the grace is over.
    if (conversation === placeOf(count)) shut.delete(conversation);
    return refusal;
  };
  try {
    await inFolder(async (folder) => {
      const instance = startSending({ folder, lostPlaceGraceMs: graceMs });
      try {
        await meetChannels(instance, connector.url, count);
        await throughIt(instance, connector, shut, count, report);
      } finally {
        await instance.stop();
      }
    });
  } finally {
    await connector.close();
  }
}

async function throughIt(
  { outbox, connection }: SendingInstance,
  connector: BotConnector,
  shut: Map<string, unknown>,
  count: number,
  report: (figure: Figure) => void,
): Promise<void> {
  const undelivered = new Set<string>();
  outbox.onUndeliverable('post:', async (key) => void undelivered.add(key));
  for (const number of allOf(count)) await outbox.put(postFor(number));
  const back = placeOf(count);
  await eventually('the short one', () => (connector.inPlace(back).length === 1 ? true : undefined));
  const toOwner = () => connector.inPlace(personalChatOf(dana.id));
  await eventually('the word to the owner', () => (toOwner().length >= count - 1 ? true : undefined));
  await eventually('the giving up', () => (undelivered.size >= count - 1 ? true : undefined));
  assert.ok(!undelivered.has(`post:${count}`));
  assert.equal(toOwner().length, count - 1, 'one word for each place, none for the short one');
  assert.match(textIn(toOwner()[0]?.activity), /hasn’t let me post/);
  const owner = await connection.places.ownerOf(placeOf(1));
  assert.ok(owner);
  // Let in again: the next message arrives.
  shut.clear();
  await outbox.put(postFor(1, { key: 'post:again', content: cardSaying('D-1 again') }));
  await eventually('the next post', () => (connector.inPlace(placeOf(1)).length === 1 ? true : undefined));
  const figure = (what: string, measured: string): void => report({ what, measured, aim: measured, holds: true });
  figure(`channels closed for good (${count - 1}, 403 and 404): owners told in person`, String(count - 1));
  figure('channels closed for less than the grace period: message arrives, owners told', '1, 0');
}
