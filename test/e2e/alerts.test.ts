import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from '../patience';
import { actionsOf, wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { startProduct, temporaryFolder } from './product';

/** It counts as resolved after a minute of calm. */
const settledMs = 60_000 + patienceMs;
const deployments = '19:deployments@thread.tacv2';

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
