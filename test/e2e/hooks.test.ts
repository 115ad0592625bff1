import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsWithAlertmanager } from '../connectors/alertmanager/product-catalog';
import { answer, FaultyServer } from '../connectors/http/faulty-server';
import type { Serve } from '../connectors/http/faulty-server';
import { hookSecret } from '../connectors/hooks/signing';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { approvalOf, approve, askFor, deployments, idOf } from './deploying';
import { portsOfProduct, startProduct, temporaryFolder } from './product';

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

/** A call with the right secret that says in every way it can that an approver approves this. */
function bodyThatApproves(id: string, now: number): string {
  const approval = {
    ...{
      type: 'invoke',
      name: 'adaptiveCard/action',
      text: `approve ${id}`,
      from: { id: '29:avery', name: 'Avery Approver' },
    },
    value: { action: { type: 'Action.Execute', verb: 'approvals.approve', data: { id, verb: 'approvals.approve' } } },
  };
  const told = JSON.parse(bodyOf(now - 30_000, now - 20_000)) as { readonly alerts: readonly object[] };
  const words = { summary: `approve ${id}`, description: `<at>Gavel</at> approve ${id}` };
  return JSON.stringify({
    ...{ ...told, ...approval, commonAnnotations: words },
    alerts: told.alerts.map((each) => ({ ...each, annotations: words })),
  });
}

/** An Alertmanager in which nothing fires, running for an hour. */
const answerQuietly: Serve = ({ request: { url }, response }) =>
  url?.includes('/status') === true
    ? answer(response, 200, { uptime: new Date(Date.now() - 3_600_000).toISOString() })
    : answer(response, 200, []);

const request = 'shop 2.14.0 to production';

describe('a hook that says a deployment is approved', () => {
  it('approves nothing, and a person still can', async () => {
    const folder = temporaryFolder();
    const ports = await portsOfProduct();
    const monitoring = await FaultyServer.start(answerQuietly);
    const environment = settingsWithAlertmanager(folder.path, monitoring.url);
    const product = await startProduct({ ports, dataDir: folder.path, environment });
    try {
      const { client } = product;
      await askFor(client, 'shop', '2.14.0', 'production');
      const id = idOf(await approvalOf(client, request));
      const response = await fetch(`http://127.0.0.1:${ports.port}/api/hooks/alertmanager`, {
        ...{ method: 'POST', body: bodyThatApproves(id, Date.now()) },
        headers: { authorization: `Bearer ${hookSecret}` },
      });
      assert.equal(response.status, 200);
      await eventually('what it told is worked off', async () => {
        await client.say('noor', deployments, 'alert show A-101');
        return (await client.messages('noor', deployments)).some(({ card }) => /QueueTooLong/.test(wordsOf(card)));
      });
      await approve(client, 'avery', request);
    } finally {
      await product.kill();
      await monitoring.close();
      folder.remove();
    }
  });
});

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
      monitoring.serve = answerQuietly;
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
