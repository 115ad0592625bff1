import assert from 'node:assert/strict';
import { eventually } from '../../patience';
import type { Figure, Scale } from '../contract';
import { percentile } from '../harness';
import { startBotConnector } from '../teams/bot-connector';
import type { BotConnector } from '../teams/bot-connector';
import { allOf, inFolder, meetChannels, placeOf, postFor, startSending, turnIn } from './stage';
import type { SendingInstance } from './stage';

type Report = (figure: Figure) => void;

const delayMs = 20;

/** One post to each of many channels, against a connector that works and enforces its limits; somebody asks for something in the meantime. */
export async function fanOut(scale: Scale, report: Report): Promise<void> {
  const count = scale === 'long' ? 1_000 : 110;
  const connector = await startBotConnector({ delayMs });
  try {
    await inFolder(async (folder) => {
      const instance = startSending({ folder });
      try {
        await meetChannels(instance, connector.url, count);
        await eventually('the lead', async () => ((await leads(instance)) ? true : undefined));
        const begun = performance.now();
        const answers = askMeanwhile(instance, count);
        for (const number of allOf(count)) await instance.outbox.put(postFor(number));
        await eventually('every post', () => (postsIn(connector) >= count ? true : undefined));
        const seconds = (lastPostAt(connector) - begun) / 1_000;
        const waits = await answers.end();
        await instance.outbox.idle();
        reportFanOut(connector, count, seconds, waits, report);
      } finally {
        await instance.stop();
      }
    });
  } finally {
    await connector.close();
  }
}

/** Two instances on one store: one of them sends the messages of both, so the limits hold. */
export async function twoInstances(scale: Scale, report: Report): Promise<void> {
  const count = scale === 'long' ? 400 : 60;
  const connector = await startBotConnector({ delayMs });
  try {
    await inFolder(async (folder) => {
      const instances = [startSending({ folder }), startSending({ folder })];
      try {
        await meetChannels(instances[0] as SendingInstance, connector.url, count);
        await Promise.all(
          instances.map(async ({ outbox }, half) => {
            for (const number of allOf(count)) if (number % 2 === half) await outbox.put(postFor(number));
          }),
        );
        await eventually('every post', () => (postsIn(connector) >= count ? true : undefined));
      } finally {
        for (const instance of instances) await instance.stop();
      }
      const { early } = connector.counts();
      assert.equal(channelsWithOne(connector, count), count, 'every channel has its post, and no second');
      assert.equal(early, 0);
      report(figureOfLimits(`two instances on one store, ${count} channels: requests over Teams’ limits`, connector));
    });
  } finally {
    await connector.close();
  }
}

/** Whether it is the sender: a message for an unknown place is given up. */
async function leads({ outbox }: SendingInstance): Promise<boolean> {
  const key = 'probe';
  await outbox.put({ key, destination: { to: 'place', placeId: 'nowhere' }, content: { text: 'x' }, revision: 1 });
  return (await outbox.fate(key))?.state === 'undeliverable';
}

function askMeanwhile({ replies }: SendingInstance, count: number) {
  const waits: number[] = [];
  let ended = false;
  const asking = (async () => {
    for (let round = 0; !ended; round++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const begun = performance.now();
      await replies.post(turnIn((round % count) + 1), { text: `answer ${round}` });
      waits.push(performance.now() - begun);
    }
  })();
  return {
    async end() {
      ended = true;
      await asking;
      return waits;
    },
  };
}

function reportFanOut(
  connector: BotConnector,
  count: number,
  seconds: number,
  waits: readonly number[],
  report: Report,
): void {
  assert.equal(channelsWithOne(connector, count), count, 'every channel has its post, and no second');
  assert.equal(connector.counts().early, 0, 'nothing came before its Retry-After had passed');
  assert.ok(waits.length > 0);
  // The answers to people take their part of the fifty a second.
  const ideal = Math.max(0, count + waits.length - 50) / 50 + delayMs / 1_000;
  const answered = percentile(waits, 0.99);
  const exact = (what: string, measured: string, aim: string): void => report({ what, measured, aim, holds: true });
  exact(`posts delivered to ${count} channels, lost, doubled`, `${count}, 0, 0`, `${count}, 0, 0`);
  exact('requests before their Retry-After', '0', '0');
  report(figureOfLimits('requests over the limits (429)', connector));
  report({
    what: 'time for all of them',
    measured: `${seconds.toFixed(1)} s, ${(seconds / ideal).toFixed(2)} of the ideal ${ideal.toFixed(1)} s`,
    aim: 'at most 1.1 of the ideal',
    holds: seconds <= ideal * 1.1,
  });
  report({
    what: `answers to people in the meantime (${waits.length}), 99 of 100 within`,
    measured: `${answered.toFixed(0)} ms`,
    aim: 'under 1 s',
    holds: answered < 1_000,
  });
}

/** How even the requests arrive also depends on the machine between the two, so like a time it's reported, not asserted. */
function figureOfLimits(what: string, connector: BotConnector): Figure {
  const { overLimit, requests } = connector.counts();
  const holds = overLimit <= Math.max(1, requests / 1_000);
  return { what, measured: `${overLimit} of ${requests}`, aim: 'at most 0.1%', holds };
}

const isPost = ({ activity }: { readonly activity: Readonly<Record<string, unknown>> }): boolean =>
  /^D-\d+ is in production$/.test(String(activity['summary']));

export function postsIn({ messages }: BotConnector): number {
  return [...messages.values()].filter(isPost).length;
}

export function channelsWithOne(connector: BotConnector, count: number): number {
  return allOf(count).filter((number) => connector.inPlace(placeOf(number)).filter(isPost).length === 1).length;
}

function lastPostAt({ messages }: BotConnector): number {
  return Math.max(...[...messages.values()].filter(isPost).map(({ postedAt }) => postedAt));
}
