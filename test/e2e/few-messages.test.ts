import assert from 'node:assert/strict';
import { wordsOf } from '../playground/client';
import type { PlaygroundClient, SeenMessage } from '../playground/client';
import { approvalOf, approve, askFor, deployments, titled } from './deploying';
import { startProduct, temporaryFolder } from './product';
import type { Product } from './product';

/** How many messages of Gavel a channel gets for one deployment: the answer to the line, the card, and a mention only if somebody has to act. */
describe('a deployment in a channel', () => {
  const folder = temporaryFolder();
  let product: Product;
  let client: PlaygroundClient;
  let expected = 0;

  before(async () => {
    product = await startProduct({ dataDir: folder.path });
    client = product.client;
    expected = (await posted()).length;
  });
  after(async () => {
    await product.stop();
    folder.remove();
  });

  const posted = async (place = deployments, as = 'dana'): Promise<SeenMessage[]> =>
    (await client.messages(as, place)).filter(({ from }) => from.isBot);
  const mentions = (message: SeenMessage): boolean => message.text.includes('<at>Dana Developer</at>');

  /** The messages of this deployment: the answer to the line first. */
  async function since(before: number): Promise<readonly SeenMessage[]> {
    const own = (await posted()).slice(before);
    expected += own.length;
    return own;
  }
  /** On a machine so busy that Gavel promises a later answer to a click, each promise can be one more message. */
  function assertCount(messages: readonly SeenMessage[], count: number, promisedBefore: number): void {
    const most = count + client.promised() - promisedBefore;
    assert.ok(messages.length >= count && messages.length <= most, `${count} to ${most} of:\n${list(messages)}`);
  }
  const list = (messages: readonly SeenMessage[]): string =>
    messages.map((each) => wordsOf(each.card) || each.text).join('\n');

  async function ended(title: string, state: RegExp): Promise<void> {
    await client.waitFor('dana', deployments, (each) => titled(title, state)(each) && each.editedAt !== undefined);
    // The answer to the line shows the outcome, too.
    await client.waitFor(
      'dana',
      deployments,
      (each) => titled(title, state)(each) && / card (?:is )?in /.test(wordsOf(each.card)),
    );
  }

  it('that needs no approval and succeeds is two messages: the answer to the line and one card', async () => {
    const before = (await posted()).length;
    const promised = client.promised();
    await askFor(client, 'shop', '2.14.0', 'staging');
    await ended('shop 2.14.0 to staging', /Succeeded/);
    const messages = await since(before);
    assertCount(messages, 2, promised);
    assert.equal(messages.filter(mentions).length, 0);
  });

  it('that is approved and succeeds is two messages, and one for the approver in private', async () => {
    const before = (await posted()).length;
    const promised = client.promised();
    const told = (await posted('a:avery', 'avery')).length;
    const toldDana = (await posted('a:dana')).length;
    await askFor(client, 'shop', '2.14.0', 'production');
    const card = await approve(client, 'avery', 'shop 2.14.0 to production');
    await ended('shop 2.14.0 to production', /Succeeded/);
    await client.waitFor('avery', 'a:avery', titled('shop 2.14.0 to production', /Succeeded/));
    const messages = await since(before);
    assertCount(messages, 2, promised);
    assert.ok(messages.some(({ id }) => id === card.id));
    assert.equal(messages.filter(mentions).length, 0);
    const inPrivate = (await posted('a:avery', 'avery')).slice(told);
    assertCount(inPrivate, 1, promised);
    // The requester follows it in the channel.
    assertCount((await posted('a:dana')).slice(toldDana), 0, promised);
  });

  it('that is rejected is three messages: a mention tells the requester why', async () => {
    const before = (await posted()).length;
    const promised = client.promised();
    await askFor(client, 'search', '3.2.2', 'production');
    const card = await approvalOf(client, 'search 3.2.2 to production');
    await client.refresh('avery', card);
    await client.click('avery', card, 'approvals.reject', { reason: 'the index is rebuilt today' });
    await client.waitFor('dana', deployments, (each) => each.root === card.root && mentions(each));
    await ended('search 3.2.2 to production', /Rejected/);
    const messages = await since(before);
    assertCount(messages, 3, promised);
    assert.equal(messages.filter(mentions).length, 1);
  });

  it('that is rolled back is three messages: a mention tells the requester', async () => {
    const before = (await posted()).length;
    const promised = client.promised();
    await askFor(client, 'shop', '2.15.0', 'staging');
    await client.waitFor('dana', deployments, (each) => mentions(each) && each.text.includes('shop 2.15.0'));
    await ended('shop 2.15.0 to staging', /Rolled back/);
    const messages = await since(before);
    assertCount(messages, 3, promised);
    assert.equal(messages.filter(mentions).length, 1);
  });

  it('sends nothing afterwards', async () => {
    await client.say('dana', deployments, 'where shop');
    await client.waitFor('dana', deployments, ({ card }) => /2\.14\.0[^]*staging/.test(wordsOf(card)));
    const messages = await posted();
    assertCount(messages, expected + 1, 0);
  });
});
