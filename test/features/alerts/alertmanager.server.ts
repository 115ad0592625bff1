import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertmanagerConnector } from '../../../src/connectors/alertmanager';
import type { AlertSource, Bound } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { bind, openConnection } from '../../connectors/open-connection';
import { eventually } from '../../patience';
import { startAlertmanager } from '../../servers/alertmanager';
import type { Alertmanager } from '../../servers/alertmanager';
import { basicAuthorization } from '../../servers/daemon';
import { people } from '../fakes';
import { createWorldOf } from './world';
import type { AlertWorld } from './world';

const target = { service: 'shop', environment: 'production' };
const labels = { alertname: 'QueueTooLong', ...target, severity: 'warning' };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface RawSilence {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly createdBy: string;
}

describe('a silence of a real Alertmanager, as people meet it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-alertmanager-cards-'));
  let alertmanager: Alertmanager;
  let connection: OpenConnection;
  let test: AlertWorld<Bound<AlertSource>>;
  let passed = (): number => 0;

  before(async () => {
    alertmanager = await startAlertmanager({ folder });
    const { url, credentials } = alertmanager;
    connection = openConnection(
      alertmanagerConnector,
      { url, user: credentials.user, credential: 'GAVEL_ALERTMANAGER' },
      {
        secrets: { GAVEL_ALERTMANAGER: credentials.password },
        // The pause after several failures passes with the minutes of the test; Alertmanager’s own time doesn’t.
        clock: { now: () => Date.now(), elapsed: () => passed() },
      },
    );
    const binding = bind(connection, 'alerts', { match: { service: '{service}' } }, target);
    const source = connection.alerts ?? assert.fail('it has alerts');
    test = await createWorldOf({ ...source, connection: 'alertmanager' }, (_connection, alert) =>
      binding.concerns(alert) ? [target] : [],
    );
    passed = () => test.world.clock.elapsed();
    // A silence that Alertmanager takes ends in its future.
    test.world.clock.step(Date.now() - test.world.clock.now());
    await fire();
    await pass(1);
  });
  after(async () => {
    await alertmanager.stop();
    await connection.close();
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const card = (): string => JSON.stringify(test.card() ?? '');
  const pass = (minutes: number): Promise<void> => test.world.pass(minutes * minuteMs, minuteMs);

  /** What the server itself says, past Gavel. */
  async function ask(path: string, { method = 'GET', body }: { method?: string; body?: unknown } = {}) {
    const response = await fetch(`${alertmanager.url}/api/v2/${path}`, {
      ...{ method, headers: { authorization: basicAuthorization, 'content-type': 'application/json' } },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    assert.equal(response.status, 200, path);
    return response;
  }

  async function fire(): Promise<void> {
    const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 24 * hourMs).toISOString() };
    const alert = { labels, annotations: { summary: '42 jobs wait' }, ...times };
    await ask('alerts', { method: 'POST', body: [alert] });
    await eventually('it fires', async () => ((await (await ask('alerts')).json()) as unknown[]).length === 1);
  }

  async function silences(state: string): Promise<readonly RawSilence[]> {
    const all = (await (await ask('silences')).json()) as readonly RawSilence[];
    return all.filter(({ status }) => status.state === state);
  }

  it('is on the card a minute after somebody made it there, and its end, too', async () => {
    assert.match(card(), /"word":"Firing"/);
    const body = {
      matchers: [{ name: 'service', value: 'shop', isRegex: false, isEqual: true }],
      ...{ startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 4 * hourMs).toISOString() },
      ...{ createdBy: 'mira', comment: 'new queue comes' },
    };
    const { silenceID } = (await (await ask('silences', { method: 'POST', body })).json()) as { silenceID: string };
    await pass(1);
    assert.match(card(), /"word":"Silenced, still firing".*Silenced until [^"]* in Alertmanager by mira/);
    await ask(`silence/${silenceID}`, { method: 'DELETE' });
    await pass(1);
    assert.match(card(), /"word":"Firing"/);
  });

  it('is made once when Alertmanager is back, and until then the card says that it isn’t there yet', async () => {
    const { port } = alertmanager;
    const id = await test.idOf(101);
    await alertmanager.stop();
    const answer = await test.press(people.noor, 'alerts.silence', { id, until: '4h', why: 'new queue comes' });
    assert.match(answer, /Silenced until [^"]* by Noor Operator/);
    await test.world.pass(1_000);
    assert.match(card(), /Gavel; not yet in Alertmanager\. Gavel will keep trying\./);
    await pass(3);
    assert.match(card(), /Gavel; not yet in Alertmanager\./);
    alertmanager = await startAlertmanager({ folder, port });
    await fire();
    await pass(20);
    const made = await silences('active');
    assert.deepEqual(
      made.map(({ createdBy }) => createdBy),
      ['Noor Operator'],
      'one silence',
    );
    assert.match(card(), /"Gavel and Alertmanager"/);
    assert.doesNotMatch(card(), /not yet/);
  });

  it('is gone there once it’s ended on the card', async () => {
    await test.press(people.noor, 'alerts.end-silence', { id: await test.idOf(101) });
    await test.world.pass(1_000);
    assert.deepEqual(await silences('active'), []);
    await pass(1);
    assert.match(card(), /"word":"Firing"/);
  });
});
