import type { OutboxMessage } from '../../../src/chat/contract';
import { tenantId } from '../../../src/playground/world';
import { createMovableClock } from '../../core/time/movable-clock';
import type { MovableClock } from '../../core/time/movable-clock';
import { eventually } from '../../patience';
import { personNumber } from '../harness';
import { allOf, cardSaying, inFolder, meetChannels, placeOf, startSending, turnIn } from '../outbox/stage';
import type { SendingInstance } from '../outbox/stage';
import { startBotConnector } from '../teams/bot-connector';
import type { Misbehavior } from '../teams/bot-connector';
import { begin, end } from './kinds';
import type { Losses, Outage } from './kinds';
import { compare, isQuiet } from './ledger';

const channels = 6;
const settlingMs = 10 * 60_000;

/**
 * One outage on a simulated clock that drives the real outbox, store and HTTP: an answer, an approval with its personal copies, a run and a final state are
 * all put while nothing gets through.
 */
export async function outageByClock(outage: Outage | 'lost reply', lastsMs: number): Promise<Losses> {
  const clock = createMovableClock(Date.now());
  const connector = await startBotConnector({ elapsed: () => clock.elapsed() });
  try {
    return await inFolder(async (folder) => {
      const instance = startSending({
        folder,
        clock,
        timeLimitMs: outage === 'hang' ? 500 : 10_000,
        leases: undefined,
      });
      try {
        await meetChannels(instance, connector.url, channels);
        await meetApprovers(instance, connector.url);
        for (const message of before) await instance.outbox.put(message);
        await eventually('what stood there before', async () => {
          await goOn(instance, clock, 1_000);
          return connector.messages.size === before.length || undefined;
        });
        const stood = new Set(connector.messages.keys());
        await begin(connector, outage as Misbehavior);
        const waiting = instance.replies.post(turnIn(1), cardSaying('The answer'));
        for (const message of meanwhile) await instance.outbox.put(message);
        let passed = 0;
        for (const isOver = watched(waiting); !isOver(); await new Promise((resolve) => setTimeout(resolve, 20)))
          // An answer that has to wait waits by this clock.
          if (outage === '429') passed += await goOn(instance, clock, 100);
        while (passed < lastsMs) passed += await goOn(instance, clock, stepAfter(passed));
        await end(connector, outage as Misbehavior);
        for (passed = 0; passed < settlingMs && !(await isQuiet(instance.store));)
          passed += await goOn(instance, clock, 1_000);
        return await compare(instance.store, connector, stood);
      } finally {
        await instance.stop();
      }
    });
  } finally {
    await connector.close();
  }
}

/** Whether it has ended by now. */
function watched(work: Promise<unknown>): () => boolean {
  let isOver = false;
  void work.finally(() => (isOver = true));
  return () => isOver;
}

const stepAfter = (passedMs: number): number => (passedMs < 20_000 ? 500 : 5_000);

/** Time passes, and everything that is due is done. */
async function goOn({ outbox }: SendingInstance, clock: MovableClock, milliseconds: number): Promise<number> {
  clock.advance(milliseconds);
  await outbox.idle();
  return milliseconds;
}

async function meetApprovers({ connection }: SendingInstance, serviceUrl: string): Promise<void> {
  for (const number of allOf(2)) {
    const { id: teamsId, name, aadObjectId } = personNumber(number);
    const person = { teamsId, name, tenantId, serviceUrl, botId: '28:gavel' };
    await connection.places.keepPerson(`entra:${tenantId}/${aadObjectId}`, person);
  }
}

const inChannel = (number: number) => ({ to: 'place', placeId: placeOf(number) }) as const;
const message = (key: string, number: number, revision: number, more: Partial<OutboxMessage> = {}): OutboxMessage => ({
  key,
  destination: inChannel(number),
  content: cardSaying(`${key}, state ${revision}`),
  revision,
  ...more,
});

const before: readonly OutboxMessage[] = [
  message('run-before', 3, 1),
  message('ending', 4, 1),
  message('decided', 5, 1, { tryFor: 'a day' }),
];

const meanwhile: readonly OutboxMessage[] = [
  message('approval', 2, 1, { tryFor: 'a day' }),
  ...allOf(2).map((number) =>
    message(`approval-copy-${number}`, 2, 1, {
      tryFor: 'a day',
      destination: { to: 'person', personId: `entra:${tenantId}/${personNumber(number).aadObjectId}` },
    }),
  ),
  message('run', 6, 1),
  message('run-before', 3, 2),
  message('ending', 4, 2, { final: true }),
  message('decided', 5, 2, { final: true }),
  message('end-words', 4, 1, {
    destination: { to: 'thread of', messageKey: 'ending' },
    content: { text: 'It ended.' },
    final: true,
  }),
  message('run-end', 6, 1, {
    destination: { to: 'thread of', messageKey: 'run' },
    content: { text: 'It ran.' },
    final: true,
  }),
];
