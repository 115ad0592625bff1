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

  const sees = async (who: string, words: RegExp): Promise<boolean> =>
    (await product.client.messages(who, deployments)).some(({ view, text }) => words.test(`${wordsOf(view)} ${text}`));

  const asides: readonly [what: string, who: string, line: string, answer: RegExp][] = [
    ['the list of what waits for them', 'avery', 'approvals', /Nothing to approve/],
    ['a refusal', 'nico', 'deploy shop 2.14.0 to production', /You can’t deploy/],
    ['an error in what they typed', 'dana', 'deploy shopp 2.14.0 to staging', /shopp/],
    ['what Gavel didn’t understand', 'noor', 'frobnicate it', /You wrote: frobnicate it/],
  ];
  for (const [what, who, line, answer] of asides)
    it(`is ${what}`, async () => {
      const { client } = product;
      const asked = await client.say(who, deployments, line);
      await client.waitFor(
        who,
        deployments,
        ({ from, root, view, text }) => from.isBot && root === asked.root && answer.test(`${wordsOf(view)} ${text}`),
      );
      const theirs = (await client.messages('ada', deployments)).filter(({ root }) => root === asked.root);
      assert.deepEqual(
        theirs.filter(({ from }) => from.isBot).map(({ card, text }) => wordsOf(card) || text),
        [],
      );
    });

  it('is the preview of an emergency deployment: nobody else sees it, before or after the answer', async () => {
    const { client } = product;
    await client.say('ada', deployments, 'emergency deploy shop 2.14.0 to production because customers cannot pay');
    const preview = await client.waitFor('ada', deployments, ({ view }) => /Nothing has started/.test(wordsOf(view)));
    assert.equal(await sees('dana', /Nothing has started/), false);
    await client.click('ada', preview, 'emergencies.dismiss');
    await client.waitFor('ada', deployments, ({ card }) => /Ada Admin canceled this/.test(wordsOf(card)));
    assert.equal(await sees('dana', /canceled this/), false);
    assert.equal(await sees('ada', /Nothing has started/), false);
  });
});
