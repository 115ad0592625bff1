import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { hookSecret } from '../connectors/hooks/signing';
import { eventually } from '../patience';
import { wordsOf } from '../playground/client';
import { startAlertmanager } from '../servers/alertmanager';
import type { Alertmanager } from '../servers/alertmanager';
import { basicAuthorization } from '../servers/daemon';
import { notifyCommand, startNagios } from '../servers/nagios';
import type { Nagios } from '../servers/nagios';
import { startRelay } from '../servers/relay';
import type { Relay } from '../servers/relay';
import { settingsWithMonitoring } from './monitoring-catalog';
import { portsOfProduct, startProduct, temporaryFolder } from './product';
import type { Product } from './product';

const deployments = '19:deployments@thread.tacv2';
const host = 'shop-staging';
const check = 'Queue';
/** More calls than it reads at once. */
const held = 40;

/** Keeps the door full with true calls whose bodies don't end, until the result is called. */
function fillDoor(port: number): () => void {
  const open = new Set<ClientRequest>();
  let isReleased = false;
  function hold(): void {
    const headers = {
      authorization: `Bearer ${hookSecret}`,
      'content-type': 'application/json',
      'content-length': 100,
    };
    const call = request({
      host: '127.0.0.1',
      port,
      path: '/api/hooks/alertmanager',
      method: 'POST',
      headers,
      agent: false,
    });
    open.add(call);
    call.on('response', (answer) => answer.resume()).on('error', () => undefined);
    call.once('close', () => {
      open.delete(call);
      if (!isReleased) setTimeout(hold, 100);
    });
    call.write('{');
  }
  for (let count = 0; count < held; count += 1) hold();
  return () => {
    isReleased = true;
    for (const call of open) call.destroy();
  };
}

describe('a Gavel that can take no more calls', () => {
  const folder = temporaryFolder();
  /** Nagios runs as another user, and the product lets nobody else into its folder. */
  const nagiosFolder = temporaryFolder();
  let relay: Relay;
  let alertmanager: Alertmanager;
  let nagios: Nagios;
  let product: Product | undefined;

  before(async () => {
    const ports = await portsOfProduct();
    relay = await startRelay(ports.port);
    const hooks = `http://127.0.0.1:${relay.port}/api/hooks`;
    chmodSync(nagiosFolder.path, 0o755);
    const secretFile = join(nagiosFolder.path, 'hook-secret');
    writeFileSync(secretFile, hookSecret);
    chmodSync(secretFile, 0o644);
    alertmanager = await startAlertmanager({
      folder: join(folder.path, 'alertmanager'),
      ...{ webhook: `${hooks}/alertmanager`, webhookSecret: hookSecret },
    });
    nagios = await startNagios({
      ...{ folder: join(nagiosFolder.path, 'nagios'), hosts: [host] },
      services: [{ host, service: check, isPassive: true }],
      notify: {
        host: '/bin/true',
        service: notifyCommand(join(__dirname, '../../deploy/nagios-notify'), `${hooks}/nagios`, secretFile),
      },
    });
    const environment = settingsWithMonitoring(folder.path, { alertmanager, nagios });
    product = await startProduct({ dataDir: folder.path, ports, environment });
    await product.client.say('ada', deployments, 'subscription announce shop here');
  });
  after(async () => {
    await product?.kill();
    await nagios.stop();
    await alertmanager.stop();
    await relay.close();
    nagiosFolder.remove();
    folder.remove();
  });

  const running = (): Product => product ?? assert.fail('it didn’t start');

  const called = (sender: string, says: string) =>
    relay.calls.filter(({ path, body }) => path.endsWith(sender) && body.includes(says));

  for (const [sender, says, act] of [
    ['alertmanager', '42 jobs wait', postAlert],
    ['nagios', '43 jobs wait', reportCheck],
  ] as const)
    it(`asks ${sender} to come again, and hears everything later`, async () => {
      const release = fillDoor(running().port);
      try {
        await act(says);
        await eventually('it was called', () => called(sender, says).length > 0);
      } finally {
        release();
      }
      await eventually('it was called again', () => called(sender, says).some(({ status }) => status === 200));
      assert.equal(called(sender, says)[0]?.status, 503);
      await running().client.waitFor('noor', deployments, ({ card }) => wordsOf(card).includes(says));
    });

  async function postAlert(summary: string): Promise<void> {
    const labels = { alertname: 'QueueTooLong', service: 'shop', environment: 'staging', severity: 'warning' };
    const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { authorization: basicAuthorization, 'content-type': 'application/json' },
      body: JSON.stringify([{ labels, annotations: { summary }, startsAt: new Date().toISOString() }]),
    });
    assert.equal(response.status, 200);
  }

  async function reportCheck(output: string): Promise<void> {
    nagios.report([{ host, service: check, code: 2, output }]);
  }
});
