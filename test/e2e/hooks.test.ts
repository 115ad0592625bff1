import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsWithAlertmanager } from '../connectors/alertmanager/product-catalog';
import { answer, FaultyServer } from '../connectors/http/faulty-server';
import { hookSecret } from '../connectors/hooks/signing';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { portsOfProduct, startProduct, temporaryFolder } from './product';

const deployments = '19:deployments@thread.tacv2';

/** What Alertmanager posted, about a service of the sandbox and with these times. */
function bodyOf(beganAt: number, endedAt: number): string {
  const recorded = readFileSync(join(__dirname, '../connectors/alertmanager/recorded/resolved.json'), 'utf8');
  const { alerts, ...rest } = JSON.parse(recorded) as { alerts: readonly { labels: object }[] };
  const [startsAt, endsAt] = [beganAt, endedAt].map((at) => new Date(at).toISOString());
  const labels = { service: 'shop', environment: 'staging' };
  return JSON.stringify({
    ...rest,
    alerts: alerts.map((each) => ({ ...each, labels: { ...each.labels, ...labels }, startsAt, endsAt })),
  });
}

describe('kill -9 between the answer to a hook and its work', () => {
  it('loses nothing: after the next start, what only the hook said is in the history, once', async () => {
    const folder = temporaryFolder();
    const ports = await portsOfProduct();
    // It doesn't answer until Gavel was killed.
    const monitoring = await FaultyServer.start(() => undefined);
    const settings = {
      ports,
      dataDir: folder.path,
      environment: settingsWithAlertmanager(folder.path, monitoring.url),
    };
    let product = await startProduct(settings);
    const send = async (body: string, secret = hookSecret): Promise<number> => {
      const headers = { authorization: `Bearer ${secret}` };
      const address = `http://127.0.0.1:${ports.port}/api/hooks/alertmanager`;
      return (await fetch(address, { method: 'POST', body, headers })).status;
    };
    try {
      const now = Date.now();
      const body = bodyOf(now - 30_000, now - 20_000);
      assert.equal(await send(body, 'guessed'), 401);
      assert.equal(await send('{"version":"4"}'), 400);
      assert.equal(await send(body), 200);
      await product.kill();
      monitoring.serve = ({ request, response }) =>
        request.url?.includes('/status') === true
          ? answer(response, 200, { uptime: new Date(now - 3_600_000).toISOString() })
          : answer(response, 200, []);
      product = await startProduct(settings);
      assert.equal(await send(body), 200, 'sent again, it is known');
      const { client } = product;
      await eventually('it is in the history', async () => {
        await client.say('noor', deployments, 'alert show A-101');
        return (await client.messages('noor', deployments)).some(({ card }) => /QueueTooLong/.test(wordsOf(card)));
      });
      await client.say('noor', deployments, 'alert show A-102');
      await client.waitFor('noor', deployments, ({ text }) => /A-102/.test(text ?? ''));
      assert.doesNotMatch(product.output(), new RegExp(hookSecret));
    } finally {
      await product.kill();
      await monitoring.close();
      folder.remove();
    }
  });
});
