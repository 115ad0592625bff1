import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { messageCollection } from '../../../src/chat/outbox/record';
import type { MessageRecord } from '../../../src/chat/outbox/record';
import type { Collection } from '../../../src/store/contract';
import { eventually } from '../../patience';
import { openStoreIn } from '../../store/temporary-store';
import type { Figure, Scale } from '../contract';
import { startBotConnector } from '../teams/bot-connector';
import type { BotConnector } from '../teams/bot-connector';
import { channelsWithOne, postsIn } from './fan-out';
import { allOf, inFolder, placeOf } from './stage';

const restarted: string[] = [];

/** The sending process is killed in the middle of a fan-out, again and again; the next one continues. */
export async function killedInTheMiddle(scale: Scale, report: (figure: Figure) => void): Promise<void> {
  const count = scale === 'long' ? 1_000 : 60;
  const kills = scale === 'long' ? 5 : 1;
  const connector = await startBotConnector({ delayMs: 20 });
  restarted.length = 0;
  let child: ChildProcess | undefined;
  try {
    await inFolder(async (folder) => {
      const start = (channels: number): ChildProcess =>
        spawn(
          process.execPath,
          ['--import', 'tsx', join(__dirname, 'sender.ts'), folder, connector.url, String(channels)],
          { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
        );
      child = start(count);
      // The first kill waits until every post is accepted; others aren't promised.
      const store = openStoreIn(folder);
      const messages = store.collection(messageCollection);
      await eventually('every post taken', async () => ((await messages.get(`post:${count}`)) ? true : undefined));
      let inFlight = 0;
      for (let kill = 1; kill <= kills; kill++) {
        await eventually('more of them', () => (postsIn(connector) >= (count * kill) / (kills + 1) ? true : undefined));
        await killed(child);
        inFlight += await sendingIn(messages, count);
        const before = postsIn(connector);
        child = start(0);
        await new Promise((resolve) => child?.stdout?.once('data', resolve));
        const begun = performance.now();
        await eventually('it goes on', () => (postsIn(connector) > before ? true : undefined));
        restarted.push(((performance.now() - begun) / 1_000).toFixed(1));
      }
      await eventually('every channel', () => (reached(connector, count) === count ? true : undefined));
      await store.close();
      reportKills(connector, count, kills, inFlight, report);
    });
  } finally {
    if (child) await killed(child);
    await connector.close();
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Posts that had started and whose outcome wasn't recorded when it was killed. */
async function sendingIn(messages: Collection<MessageRecord>, count: number): Promise<number> {
  const all = await Promise.all(allOf(count).map((number) => messages.get(`post:${number}`)));
  return all.filter((each) => each?.value.state === 'sending').length;
}

function reached(connector: BotConnector, count: number): number {
  return allOf(count).filter((number) => connector.inPlace(placeOf(number)).length > 0).length;
}

function reportKills(
  connector: BotConnector,
  count: number,
  kills: number,
  inFlight: number,
  report: (figure: Figure) => void,
): void {
  const doubled = postsIn(connector) - count;
  assert.ok(doubled <= inFlight, `${doubled} doubled, ${inFlight} were in progress`);
  assert.ok(inFlight <= 8 * kills, `${inFlight} in progress at ${kills} kills`);
  report({
    what: `kill -9 in the middle, ${kills} times, ${count} channels: without a post`,
    measured: '0',
    aim: '0',
    holds: true,
  });
  report({
    what: 'doubled, of those in progress when killed; channels with exactly one',
    measured: `${doubled} of ${inFlight}; ${channelsWithOne(connector, count)}`,
    aim: `at most those in progress, at most 8 for each kill`,
    holds: true,
  });
  report({
    what: 'from the new process being up to the next post',
    measured: `${restarted.join(', ')} s`,
    aim: 'under 5 s',
    holds: restarted.every((seconds) => Number(seconds) < 5),
  });
}
