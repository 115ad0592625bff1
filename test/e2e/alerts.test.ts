import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from '../patience';
import { actionsOf, wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';
import { startProduct, temporaryFolder } from './product';

/** It counts as resolved after a minute of calm. */
const settledMs = 60_000 + patienceMs;
const deployments = '19:deployments@thread.tacv2';

/** Whoever reaches the playground’s API can click as any of its people what no card offered them, and still has only that person’s permissions. */
async function assertRefusesForged(client: PlaygroundClient, told: SeenMessage, view: unknown): Promise<void> {
  const { data } = actionsOf(view).find(({ verb, data: own }) => (own['verb'] ?? verb) === 'alerts.more') ?? {};
  const more = { ...data, until: '1h', why: 'because I can' };
  for (const verb of ['alerts.acknowledge', 'alerts.silence', 'alerts.end-silence', 'alerts.mute'])
    assert.match(
      JSON.stringify(await client.forge('avery', told, verb, { ...more, verb })),
      /You can’t|permission/,
      `${verb} of somebody without the permission`,
    );
  await assert.rejects(client.forge('mallory', told, 'alerts.acknowledge', { ...more, verb: 'alerts.acknowledge' }));
  const { card } = await client.waitFor('noor', deployments, ({ id }) => id === told.id);
  assert.doesNotMatch(wordsOf(card), /is working on it|Silenced/);
}

describe('a service that dies', () => {
  it('is told once in its channel without anybody asking, with Restart on its card, and resolved after the restart', async () => {
    const folder = temporaryFolder();
    const product = await startProduct({ dataDir: folder.path });
    const { client } = product;
    try {
      await client.say('ada', deployments, 'subscription announce shop here');
      const record = join(folder.path, 'sandbox/services/shop.staging/process.json');
      const { processId } = JSON.parse(readFileSync(record, 'utf8')) as { readonly processId: number };
      process.kill(processId, 'SIGKILL');
      const isAlert = ({ card }: SeenMessage): boolean => /shop in staging isn’t responding/.test(wordsOf(card));
      const told = await client.waitFor('noor', deployments, isAlert);
      const view = await client.refresh('noor', told);
      const titles = actionsOf(view).map(({ title }) => title);
      assert.deepEqual(
        ['Restart shop…', 'More…'].filter((title) => !titles.includes(title)),
        [],
        titles.join(', '),
      );
      await assertRefusesForged(client, told, view);
      await client.say('noor', deployments, 'restart shop in staging because it died');
      const resolved = await client.waitFor(
        'noor',
        deployments,
        ({ id, card }) => id === told.id && /Resolved/.test(wordsOf(card)),
        settledMs,
      );
      assert.equal(resolved.id, told.id, 'the same message');
      const cards = (await client.messages('noor', deployments)).filter(({ card }) => /Alert A-/.test(wordsOf(card)));
      assert.equal(cards.length, 1);
      assert.equal(await product.stop(), 0, product.output());
    } finally {
      await product.kill();
      folder.remove();
    }
  });
});
