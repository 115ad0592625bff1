import assert from 'node:assert/strict';
import { eventually } from '../../patience';
import type { Figure, Scale } from '../contract';
import { channelsWithOne, postsIn } from '../outbox/fan-out';
import { allOf, cardSaying, inFolder, meetChannels, postFor, startSending } from '../outbox/stage';
import { startBotConnector } from '../teams/bot-connector';
import { createStoreSwitch } from './switch';

/** Messages that were accepted before the store went down and not sent yet: they wait, and each arrives once when it is back. New ones are refused. */
export async function messagesMeanwhile(
  downMs: number,
  scale: Scale,
  report: (figure: Figure) => void,
  how: 'refuses' | 'hangs',
): Promise<void> {
  const accepted = scale === 'long' ? 150 : 60;
  const connector = await startBotConnector({ delayMs: 20 });
  const power = createStoreSwitch();
  try {
    await inFolder(async (folder) => {
      const storeLimitMs = 4_000;
      const instance = startSending({ folder, around: power.around, storeLimitMs });
      try {
        await meetChannels(instance, connector.url, accepted);
        for (const number of allOf(accepted)) await instance.outbox.put(postFor(number));
        const before = postsIn(connector);
        power.state = how;
        await assert.rejects(instance.outbox.put(postFor(1, { key: 'meanwhile' })));
        await new Promise((resolve) => setTimeout(resolve, downMs));
        power.state = 'up';
        const begun = performance.now();
        await eventually('every post', () => postsIn(connector) >= accepted || undefined);
        const seconds = (performance.now() - begun) / 1_000;
        const edit = postFor(1, { content: cardSaying('D-1 is old news'), revision: 2, final: true });
        // What hung before counts as silence until its own limit is over, so the edit may be refused for a moment.
        await eventually('the edit', async () =>
          instance.outbox.put(edit).then(
            () => true,
            () => undefined,
          ),
        );
        await eventually(
          'the next edit',
          () =>
            [...connector.messages.values()].some(({ activity }) => activity['summary'] === 'D-1 is old news') ||
            undefined,
        );
        assert.equal(channelsWithOne(connector, accepted), accepted - 1, 'each stands once; the first shows its edit');
        assert.equal(connector.messages.size, accepted);
        report({
          what: `store ${how === 'hangs' ? 'without answers' : 'down'}: posts accepted before and not sent (${accepted - before}): lost, doubled; sent after it was back`,
          measured: `0, 0; within ${seconds.toFixed(1)} s`,
          aim: '0, 0',
          holds: true,
        });
      } finally {
        power.state = 'up';
        await instance.stop();
      }
    });
  } finally {
    await connector.close();
  }
}
