import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertSource, Bound } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { nagiosConnector } from '../../../src/connectors/nagios';
import { bind, openConnection } from '../../connectors/open-connection';
import { eventually } from '../../patience';
import { startNagios } from '../../servers/nagios';
import type { Nagios } from '../../servers/nagios';
import { people } from '../fakes';
import { createWorldOf } from './world';
import type { AlertWorld } from './world';

const target = { service: 'shop', environment: 'production' };
const http = { host: 'shop-1', service: 'HTTP' };
const minuteMs = 60_000;

describe('a problem of a real Nagios, as people meet it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-nagios-cards-'));
  let nagios: Nagios;
  let connection: OpenConnection;
  let test: AlertWorld<Bound<AlertSource>>;

  before(async () => {
    chmodSync(folder, 0o755);
    nagios = await startNagios({ folder: join(folder, 'nagios'), hosts: ['shop-1'], services: [http] });
    const settings = { url: nagios.url, user: nagios.credentials.user, credential: 'GAVEL_NAGIOS' };
    const secrets = { GAVEL_NAGIOS: nagios.credentials.password };
    connection = openConnection(nagiosConnector, settings, { secrets });
    const binding = bind(connection, 'alerts', { host: '{service}-*' }, target);
    const source = connection.alerts ?? assert.fail('it has alerts');
    test = await createWorldOf({ ...source, connection: 'nagios' }, (_connection, alert) =>
      binding.concerns(alert) ? [target] : [],
    );
  });
  after(async () => {
    await nagios.stop();
    await connection.close();
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const card = (): string => JSON.stringify(test.card() ?? '');
  const pass = (minutes: number): Promise<void> => test.world.pass(minutes * minuteMs, minuteMs);
  /** Once Nagios lists as many problems, Gavel's next reading sees them. */
  const listed = (count: number): Promise<unknown> =>
    eventually(`${count} problems`, async () => (await test.source.read()).alerts.length === count);

  it('becomes a card, is acknowledged there in the name of the person, and ends', async () => {
    nagios.setCheck(http, 2, 'CRITICAL - 502 from the backend');
    await listed(1);
    await pass(1);
    assert.match(card(), /Alert A-101 · critical.*shop-1: CRITICAL - 502 from the backend/i);

    const id = await test.idOf(101);
    assert.match(await test.press(people.noor, 'alerts.acknowledge', { id }), /Noor Operator acknowledged this/);
    await test.world.pass(1_000);
    await eventually('Nagios has the name', () =>
      /ACKNOWLEDGE_SVC_PROBLEM;shop-1;HTTP;.*;Noor Operator.*by Gavel/.test(readFileSync(nagios.log, 'utf8')),
    );
    await eventually('Nagios shows it', async () => {
      const [alert] = (await test.source.read()).alerts;
      return alert?.acknowledgement?.by === people.noor.name;
    });
    await pass(2);
    assert.match(card(), /"word":"Acknowledged"/);

    nagios.setCheck(http, 0, 'OK - fine');
    await listed(0);
    await pass(6);
    assert.equal((await test.alert()).state, 'resolved');
    assert.match(card(), /Resolved/);
  });
});
