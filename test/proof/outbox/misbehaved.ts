import assert from 'node:assert/strict';
import { messageCollection } from '../../../src/chat/outbox/record';
import type { MessageRecord } from '../../../src/chat/outbox/record';
import { eventually } from '../../patience';
import type { Figure, Scale } from '../contract';
import { startBotConnector } from '../teams/bot-connector';
import type { BotConnector, Misbehavior } from '../teams/bot-connector';
import { allOf, cardSaying, inFolder, meetChannels, placeOf, postFor, startSending } from './stage';
import type { SendingInstance } from './stage';

/** What the connector does to the first attempt of a post. The rest of a row works. */
const surelyNothing: readonly Misbehavior[] = ['429', '429 without Retry-After', '412'];
const doubtful: readonly Misbehavior[] = ['500', '502', '503', '504', 'reset', 'hang', 'lost reply'];
const faults: readonly Misbehavior[] = [...surelyNothing, ...doubtful, '413'];

/** Every fault hits the post of some channels and, later, the edit of the same ones. */
export async function misbehaved(scale: Scale, report: (figure: Figure) => void): Promise<void> {
  const count = (scale === 'long' ? 20 : 2) * faults.length;
  const faultOf = (number: number): Misbehavior => faults[number % faults.length] as Misbehavior;
  const byPlace = new Map(allOf(count).map((number) => [placeOf(number), faultOf(number)]));
  const connector = await startBotConnector();
  connector.mood = ({ conversation, method, activityId, body }, attempt) =>
    method !== 'DELETE' && body['type'] !== 'typing' && attempt === 1 && (method === 'PUT') === (activityId !== '')
      ? byPlace.get(conversation)
      : undefined;
  try {
    await inFolder(async (folder) => {
      const instance = startSending({ folder, timeLimitMs: 700 });
      try {
        await meetChannels(instance, connector.url, count);
        for (const number of allOf(count)) await instance.outbox.put(postFor(number));
        const posted = await settled(instance, count, 1);
        checkPosts(connector, count, faultOf, report);
        await removeTwins(instance, connector, posted, report);
        for (const number of allOf(count)) await instance.outbox.put(finished(number));
        await settled(instance, count, 2);
        checkEdits(connector, count, report);
        await tooLargeAlways(instance, connector, count + 1, report);
      } finally {
        await instance.stop();
      }
    });
  } finally {
    await connector.close();
  }
}

const finished = (number: number) =>
  postFor(number, { content: cardSaying(`Finished ${number}`), revision: 2, final: true });

/** The records, once each shows this revision. */
function settled({ store }: SendingInstance, count: number, revision: number): Promise<MessageRecord[]> {
  const messages = store.collection(messageCollection);
  return eventually(`revision ${revision} everywhere`, async () => {
    const found = await Promise.all(allOf(count).map((number) => messages.get(`post:${number}`)));
    const records = found.flatMap((each) => (each?.value.shownRevision === revision ? [each.value] : []));
    return records.length === count ? records : undefined;
  });
}

function checkPosts(
  connector: BotConnector,
  count: number,
  faultOf: (number: number) => Misbehavior,
  report: (figure: Figure) => void,
): void {
  let repeated = 0;
  for (const number of allOf(count)) {
    const fault = faultOf(number);
    const stand = connector.inPlace(placeOf(number)).length;
    assert.equal(stand, fault === 'lost reply' ? 2 : 1, `${fault}: messages in the channel`);
    const attempts = connector.attempts.get(`POST ${placeOf(number)} `) ?? 0;
    assert.equal(attempts, 2, `${fault}: one try and one more`);
    if (doubtful.includes(fault)) repeated++;
  }
  assert.equal(connector.counts().early, 0, 'nothing came before its Retry-After had passed');
  const one = (what: string, measured: string, aim: string): void => report({ what, measured, aim, holds: true });
  one('posts lost, and doubled after 429 or 412', '0, 0', '0, 0');
  one(`posts of unknown outcome (${repeated}): repeated more than once`, '0', '0');
}

/** Somebody clicks on every copy: the one without a record is deleted, and no other. */
async function removeTwins(
  { outbox }: SendingInstance,
  connector: BotConnector,
  posted: readonly MessageRecord[],
  report: (figure: Figure) => void,
): Promise<void> {
  const before = connector.messages.size;
  await Promise.all([...connector.messages.values()].map(({ id, placeId }) => outbox.reportSeen(placeId, id)));
  const removed = before - connector.messages.size;
  assert.equal(removed, before - posted.length, 'every twin is gone');
  for (const { posted: message } of posted)
    assert.ok(connector.messages.has(message?.activityId ?? ''), 'the known one stays');
  report({
    what: `duplicates of lost replies (${removed}) found by a click and removed`,
    measured: String(removed),
    aim: String(removed),
    holds: true,
  });
}

function checkEdits(connector: BotConnector, count: number, report: (figure: Figure) => void): void {
  for (const number of allOf(count)) {
    const stand = connector.inPlace(placeOf(number));
    assert.equal(stand.length, 1, 'an edit never makes a second message');
    assert.match(JSON.stringify(stand[0]?.activity), new RegExp(`Finished ${number}\\b`));
  }
  assert.equal(connector.counts().early, 0);
  report({
    what: `edits during every kind of fault (${count}): shown, doubled`,
    measured: `${count}, 0`,
    aim: `${count}, 0`,
    holds: true,
  });
}

/** Everything sent there is too large, text too: two attempts, then the people who want to know are told. */
async function tooLargeAlways(
  { outbox }: SendingInstance,
  connector: BotConnector,
  number: number,
  report: (figure: Figure) => void,
): Promise<void> {
  const place = placeOf(1);
  connector.mood = ({ conversation, method }) => (conversation === place && method === 'POST' ? '413' : undefined);
  const before = connector.attempts.get(`POST ${place} `) ?? 0;
  const told: string[] = [];
  outbox.onUndeliverable('large:', async (key) => void told.push(key));
  const destination = { to: 'place', placeId: place } as const;
  await outbox.put({ key: `large:${number}`, destination, content: cardSaying('Too large'), revision: 1 });
  await eventually('the end of it', () => (told.length > 0 ? true : undefined));
  const tries = (connector.attempts.get(`POST ${place} `) ?? 0) - before;
  assert.equal(tries, 2, 'once as a card, once as words');
  report({
    what: 'attempts for a message that is always too large (413)',
    measured: String(tries),
    aim: '2: card, text',
    holds: true,
  });
}
