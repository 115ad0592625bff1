import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionsOf, wordsOf } from '../playground/client';
import type { SeenMessage } from '../playground/client';
import { askFor, deployments, titled } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';

interface KeptTicket {
  readonly id: string;
  readonly title: string;
  readonly notes: readonly { readonly text: string }[];
}

describe('a ticket about a deployment that went wrong', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  /** What the sandbox’s tracker has. */
  const tickets = (): KeptTicket[] => {
    const kept = join(folder.path, 'sandbox/tracker/tickets');
    return readdirSync(kept)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(join(kept, name), 'utf8')) as KeptTicket);
  };

  it('is opened from its card once, although two people ask for it and Gavel is killed meanwhile', async () => {
    const ports = await portsOfProduct();
    let product = await startProduct({ dataDir: folder.path, ports });
    try {
      const title = 'shop 2.15.0 to staging';
      await askFor(product.client, 'shop', '2.15.0', 'staging');
      const card = await product.client.waitFor('dana', deployments, titled(title, /Rolled back/));
      const form = await product.client.open('dana', card, 'tickets.report');
      assert.match(`${form.title} ${wordsOf(form.card)}`, /Open a ticket about D-\d+[^]*shop 2\.15\.0 to staging/);
      const other = await product.client.open('noor', card, 'tickets.report');
      await Promise.all([
        form.press('tickets.report', { title: 'The cart is empty', description: 'Since 2.15.0' }),
        other.press('tickets.report', { title: 'Carts are empty' }),
      ]);
      await product.client.waitFor('dana', deployments, titled(title, /Being opened|SHOP-1/));
      await product.kill();
      product = await startProduct({ dataDir: folder.path, ports });
      const { client } = product;
      const isTold = (message: SeenMessage): boolean => message.id === card.id && titled(title, /SHOP-1/)(message);
      const shown = await client.waitFor('dana', deployments, isTold);
      assert.ok(!actionsOf(shown.card).some(({ verb }) => verb === 'tickets.report'), 'there is nothing more to open');
      const opened = tickets();
      assert.equal(opened.length, 1, JSON.stringify(opened));
      assert.match(
        opened[0]?.notes.map(({ text }) => text).join('\n') ?? '',
        /Opened by \w+ \w+ with Gavel[^]*About D-/,
      );
      // Whoever still has the card from before is led to it.
      const led = await client.forgeDialog('noor', card, 'task/fetch', {
        msteams: { type: 'task/fetch' },
        ...{
          verb: 'tickets.report',
          id: actionsOf(card.card).find(({ verb }) => verb === 'tickets.report')?.data['id'],
        },
      });
      assert.match(wordsOf(led.kind === 'dialog' ? (led.card as SeenMessage['card']) : ''), /Show SHOP-1/);
      assert.equal(await product.stop(), 0, product.output());
    } finally {
      await product.kill();
    }
  });
});
