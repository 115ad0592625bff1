import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertSource, Bound } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { icingaConnector } from '../../../src/connectors/icinga';
import { bind, openConnection } from '../../connectors/open-connection';
import { eventually } from '../../patience';
import { startIcinga } from '../../servers/icinga';
import type { Icinga } from '../../servers/icinga';
import { createWorldOf } from './world';
import type { AlertWorld } from './world';

const target = { service: 'shop', environment: 'production' };
const http = { host: 'shop-1', service: 'HTTP' };

describe('a problem of a real Icinga, as people meet it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-icinga-cards-'));
  let icinga: Icinga;
  let connection: OpenConnection;
  let test: AlertWorld<Bound<AlertSource>>;

  before(async () => {
    chmodSync(folder, 0o755);
    icinga = await startIcinga({ folder: join(folder, 'icinga'), services: [http] });
    const settings = { url: icinga.url, user: icinga.credentials.user, credential: 'GAVEL_ICINGA', ca: 'GAVEL_CA' };
    const secrets = { GAVEL_ICINGA: icinga.credentials.password, GAVEL_CA: icinga.ca };
    connection = openConnection(icingaConnector, settings, { secrets });
    const binding = bind(connection, 'alerts', { host: '{service}-*' }, target);
    const source = connection.alerts ?? assert.fail('it has alerts');
    test = await createWorldOf({ ...source, connection: 'icinga' }, (_connection, alert) =>
      binding.concerns(alert) ? [target] : [],
    );
  });
  after(async () => {
    await icinga.stop();
    await connection.close();
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Without a minute that passes: Icinga says that something has changed. */
  const shows = (pattern: RegExp): Promise<boolean> =>
    eventually(`the card shows ${pattern.source}`, async () => {
      await test.world.pass(10, 10);
      return pattern.test(JSON.stringify(test.card() ?? ''));
    });

  it('is on a card within seconds, and so is a downtime that somebody plans in Icinga', async () => {
    icinga.setCheck(http, 2, 'CRITICAL - 502 from the backend');
    await shows(/shop-1: CRITICAL - 502 from the backend/);
    const now = Math.floor(Date.now() / 1_000);
    await icinga.ask('actions/schedule-downtime', {
      ...{ type: 'Service', service: 'shop-1!HTTP', author: 'mira', comment: 'new disk' },
      ...{ start_time: now, end_time: now + 3_600, fixed: true },
    });
    await shows(/Silenced until .* in Icinga by mira/);
    await icinga.ask('actions/remove-downtime', { type: 'Service', service: 'shop-1!HTTP' });
    await shows(/"word":"Firing"/);
    await icinga.ask('actions/acknowledge-problem', {
      ...{ type: 'Service', service: 'shop-1!HTTP', author: 'mira', comment: 'on it' },
    });
    await shows(/mira acknowledged this in Icinga/);
  });
});
