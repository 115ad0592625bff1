import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { messageCollection } from '../../src/chat/outbox/record';
import { eventually } from '../patience';
import { everyRecord } from '../store/every-record';
import { openStoreIn } from '../store/temporary-store';
import { declareProof } from './contract';
import type { Figure, Scale } from './contract';
import { channels, planDay, refusingChannel } from './events-day/plan';
import { textIn } from './harness';
import { inFolder, placeOf } from './outbox/stage';
import { startBotConnector } from './teams/bot-connector';
import type { BotConnector } from './teams/bot-connector';

const refusesBetween = [0.2, 0.6] as const;
const killedAt = 0.4;
const restartedAt = 0.75;
/** For a part of the day: minutes on a quiet machine, far more on a busy one. Only a failure takes this long. */
const slowestMs = 30 * 60_000;

interface Teller {
  readonly process: ChildProcess;
  /** The last event it has accepted. */
  told: number;
  settled: boolean;
}

async function aDay(scale: Scale, report: (figure: Figure) => void): Promise<void> {
  const count = scale === 'long' ? 5_000 : 100;
  const graceMs = scale === 'long' ? 1_500 : 150;
  const connector = await startBotConnector();
  let teller: Teller | undefined;
  try {
    await inFolder(async (folder) => {
      const start = (from: number): Teller => startTeller(folder, connector.url, count, from, graceMs);
      const until = (share: number): Promise<unknown> =>
        eventually(`${share} of the day`, () => (teller && teller.told >= count * share) || undefined, slowestMs);
      const place = placeOf(refusingChannel);
      connector.mood = ({ conversation }) => {
        const share = (teller?.told ?? 0) / count;
        return conversation.startsWith(place) && share >= refusesBetween[0] && share < refusesBetween[1]
          ? '403'
          : undefined;
      };
      teller = start(0);
      await until(killedAt);
      await ended(teller, 'SIGKILL');
      const inFlight = await sendingIn(folder);
      // The last accepted event is reported again, as its source would do after a crash.
      teller = start(Math.max(0, teller.told - 3));
      await until(restartedAt);
      await ended(teller, 'SIGTERM');
      teller = start(teller.told + 1);
      await eventually('everything told', () => teller?.settled || undefined, slowestMs);
      await eventually('everything sent', () => sentAll(folder), slowestMs);
      await ended(teller, 'SIGTERM');
      reportDay(connector, count, inFlight, report);
    });
  } finally {
    if (teller) await ended(teller, 'SIGKILL');
    await connector.close();
  }
}

function startTeller(folder: string, url: string, count: number, from: number, graceMs: number): Teller {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(__dirname, 'events-day/teller.ts'),
      folder,
      url,
      String(count),
      String(from),
      String(graceMs),
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const teller: Teller = { process: child, told: from - 1, settled: false };
  child.on('message', (message: { readonly told?: number; readonly settled?: boolean }) => {
    if (message.told !== undefined) teller.told = message.told;
    if (message.settled) teller.settled = true;
  });
  return teller;
}

async function ended({ process: child }: Teller, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exit;
}

/** Posts that had started and whose outcome wasn't recorded. */
async function sendingIn(folder: string): Promise<number> {
  const store = openStoreIn(folder);
  const records = await everyRecord(store, messageCollection);
  await store.close();
  return records.filter(({ value }) => value.state === 'sending').length;
}

async function sentAll(folder: string): Promise<true | undefined> {
  const store = openStoreIn(folder);
  try {
    const records = await everyRecord(store, messageCollection);
    return records.some(({ value }) => value.state === 'sending' || value.dueAt !== undefined) ? undefined : true;
  } finally {
    await store.close();
  }
}

function reportDay(connector: BotConnector, count: number, inFlight: number, report: (figure: Figure) => void): void {
  const day = planDay(count);
  let facts = 0;
  let doubled = 0;
  const posts: number[] = [];
  for (const channel of channels) {
    const wanted = day.filter((each) => channel.wants(each)).map(({ happening }) => happening.name);
    const shown = connector.inPlace(placeOf(channel.number)).map(({ activity }) => new Set(namesIn(activity)));
    for (const name of wanted) {
      const times = shown.filter((names) => names.has(name)).length;
      assert.ok(times > 0, `channel ${channel.number} has not heard of ${name}`);
      doubled += times - 1;
    }
    const all = new Set(shown.flatMap((names) => [...names]));
    assert.deepEqual(
      [...all].filter((name) => !wanted.includes(name)),
      [],
      `channel ${channel.number}`,
    );
    facts += wanted.length;
    posts.push(shown.length);
  }
  assert.ok(doubled <= inFlight, `${doubled} doubled, ${inFlight} in progress when it was killed`);
  const { overLimit, early, requests } = connector.counts();
  assert.equal(early, 0);
  assert.ok(overLimit <= Math.max(requests / 1_000, 1), `${overLimit} of ${requests} over the limits`);
  const figure = (what: string, measured: string, aim: string): void => report({ what, measured, aim, holds: true });
  figure(
    `events of a day, sent to ${channels.length} channels: subscribed, arrived, missing`,
    `${facts}, ${facts}, 0`,
    'every one arrived',
  );
  figure('sent although nobody subscribed to it', '0', '0');
  figure(
    'arrived twice, of those whose post was in progress at the kill',
    `${doubled} of ${inFlight}`,
    'at most those in progress',
  );
  figure(
    'requests over Teams’ limits, and before their Retry-After',
    `${overLimit} of ${requests}, ${early}`,
    'at most 0.1% or one, 0',
  );
  figure('messages in each channel', posts.join(', '), 'printed: readable');
}

/** `D-1042` and the like, in text and on cards. */
const namesIn = (activity: unknown): string[] => textIn(activity).match(/D-\d+/g) ?? [];

export const proof = declareProof({
  title: 'Five thousand events of a day reach ten channels, each one once',
  how: 'The real subscriptions, timed work and outbox on the real store send to a Bot Connector that counts Teams’ limits. Their clock runs through a day in minutes. Channels differ in filters, digests and a mute, and one rejects Gavel for a third of the day. The sending process is killed once and restarted once.',
  run: aDay,
});
