import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from '../patience';
import { actionsOf, wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { askFor, deployments, titled } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

/** The watch counts only what it sees twice. */
const noticedMs = 60_000 + patienceMs;

describe('an alert right after a deployment', () => {
  const folder = temporaryFolder();
  let product: Product;
  before(async () => void (product = await startProduct({ dataDir: folder.path })));
  after(async () => {
    await product.kill();
    folder.remove();
  });

  const alertsIn = async (title: RegExp): Promise<SeenMessage[]> =>
    (await product.client.messages('noor', deployments)).filter(({ card }) => {
      const words = wordsOf(card);
      return /Alert A-/.test(words) && title.test(words);
    });
  const isAlert =
    (title: RegExp) =>
    ({ card }: SeenMessage): boolean =>
      /Alert A-/.test(wordsOf(card)) && title.test(wordsOf(card));

  it('has Restart and Roll back when the service was killed, and is told once', async () => {
    const { client, dataDir } = product;
    await client.say('ada', deployments, 'subscription announce shop here');
    await askFor(client, 'shop', '2.14.1', 'staging');
    await client.waitFor('dana', deployments, titled('shop 2.14.1 to staging', /Succeeded/));
    const record = join(dataDir, 'sandbox/services/shop.staging/process.json');
    const { processId } = JSON.parse(readFileSync(record, 'utf8')) as { readonly processId: number };
    process.kill(processId, 'SIGKILL');
    const told = await client.waitFor('noor', deployments, isAlert(/shop in staging isn’t responding/), noticedMs);
    await client.refresh('noor', told);
    const shown = (await client.messages('noor', deployments)).find(({ id }) => id === told.id);
    const titles = actionsOf(shown?.view).map(({ title }) => title);
    assert.ok(titles.includes('Restart shop…'), titles.join(', '));
    assert.ok(
      titles.some((each) => /^Roll back to 2\.\d+\.\d+…$/.test(each)),
      titles.join(', '),
    );
    assert.ok(titles.length <= 5, titles.join(', '));
    assert.equal((await alertsIn(/shop in staging isn’t responding/)).length, 1);
  });
});
