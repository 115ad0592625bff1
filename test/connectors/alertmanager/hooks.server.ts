import assert from 'node:assert/strict';
import { join } from 'node:path';
import { portsOfProduct, startProduct, temporaryFolder } from '../../e2e/product';
import type { Product } from '../../e2e/product';
import { wordsOf } from '../../playground/client';
import { startAlertmanager } from '../../servers/alertmanager';
import type { Alertmanager } from '../../servers/alertmanager';
import { basicAuthorization } from '../../servers/daemon';
import { hookSecret } from '../hooks/signing';
import { settingsWithAlertmanager } from './product-catalog';

const deployments = '19:deployments@thread.tacv2';

describe('a real Alertmanager that calls a real Gavel', () => {
  const folder = temporaryFolder();
  let alertmanager: Alertmanager;
  let product: Product | undefined;

  before(async () => {
    const ports = await portsOfProduct();
    const webhook = `http://127.0.0.1:${ports.port}/api/hooks/alertmanager`;
    alertmanager = await startAlertmanager({
      folder: join(folder.path, 'alertmanager'),
      ...{ webhook, webhookSecret: hookSecret },
    });
    const environment = settingsWithAlertmanager(folder.path, alertmanager.url);
    product = await startProduct({ dataDir: folder.path, ports, environment });
    await product.client.say('ada', deployments, 'subscription announce shop here');
  });
  after(async () => {
    await product?.kill();
    await alertmanager.stop();
    folder.remove();
  });

  const running = (): Product => product ?? assert.fail('it didn’t start');

  async function post(alert: object): Promise<void> {
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { authorization: basicAuthorization, 'content-type': 'application/json' },
      body: JSON.stringify([alert]),
    });
    assert.equal(response.status, 200);
  }

  const labels = { alertname: 'QueueTooLong', service: 'shop', environment: 'staging', severity: 'warning' };
  const annotations = { summary: '42 jobs wait' };
  const startsAt = new Date().toISOString();

  it('has a card in the channel after an alert begins', async () => {
    await post({ labels, annotations, startsAt });
    const told = await running().client.waitFor('noor', deployments, ({ card }) => /42 jobs wait/.test(wordsOf(card)));
    assert.match(wordsOf(told.card), /A-101/);
  });

  it('never shows the secret', () => assert.doesNotMatch(running().output(), new RegExp(hookSecret)));
});
