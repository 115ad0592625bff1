import assert from 'node:assert/strict';
import { wordsOf } from '../playground/client';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';

describe('what only one person needs in a channel', () => {
  const folder = temporaryFolder();
  let product: Product;

  before(async () => {
    product = await startProduct({ dataDir: folder.path });
  });
  after(async () => {
    await product.stop();
    folder.remove();
  });

  it('is the preview of an emergency deployment: nobody else sees it, before or after the answer', async () => {
    const { client } = product;
    const sees = async (who: string, words: RegExp): Promise<boolean> =>
      (await client.messages(who, deployments)).some(({ view }) => words.test(wordsOf(view)));
    await client.say('ada', deployments, 'emergency deploy shop 2.14.0 to production because customers cannot pay');
    const preview = await client.waitFor('ada', deployments, ({ view }) => /Nothing has started/.test(wordsOf(view)));
    assert.equal(await sees('dana', /Nothing has started/), false);
    await client.click('ada', preview, 'emergencies.dismiss');
    await client.waitFor('ada', deployments, ({ card }) => /Ada Admin canceled this/.test(wordsOf(card)));
    assert.equal(await sees('dana', /canceled this/), false);
    assert.equal(await sees('ada', /Nothing has started/), false);
  });
});
