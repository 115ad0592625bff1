import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertSource, SourceAlert } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { icingaConnector } from '../../../src/connectors/icinga';
import { eventually } from '../../patience';
import { icingaReader, startIcinga } from '../../servers/icinga';
import type { Icinga } from '../../servers/icinga';
import { bind, openConnection } from '../open-connection';

const hostile = 'a"b\'c{d}..e\\f & #1 %41 g=h?i ;j ü$k';
const http = { host: 'web01', service: 'HTTP' };
const strange = { host: 'web 100%41', service: hostile };
const noor = { name: 'Zoë "Z" Łuksza;', comment: 'we know;\nthe "supplier" {works} \\ on it' };
const shown = 'we know; the "supplier" {works} \\ on it, by Gavel';
const hour = 3_600_000;

interface RawObjects {
  readonly results: readonly { readonly attrs: Readonly<Record<string, unknown>> }[];
}

describe('the Icinga connector with a real Icinga', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-icinga-'));
  let icinga: Icinga;
  let connection: OpenConnection;

  const start = (port?: number): Promise<Icinga> =>
    startIcinga({
      folder: join(folder, 'icinga'),
      port,
      services: [http, strange, { host: 'web02', service: 'HTTP' }],
    });

  function open(settings: object = {}, password = 'not-a-secret'): OpenConnection {
    const all = { url: icinga.url, user: icinga.credentials.user, credential: 'GAVEL_ICINGA', ca: 'GAVEL_ICINGA_CA' };
    const secrets = { GAVEL_ICINGA: password, GAVEL_ICINGA_CA: icinga.ca };
    return openConnection(icingaConnector, { ...all, ...settings }, { secrets });
  }

  before(async () => {
    chmodSync(folder, 0o755);
    icinga = await start();
    connection = open();
  });
  after(async () => {
    await connection.close();
    await icinga.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const source = (): Required<AlertSource> => connection.alerts as Required<AlertSource>;
  const alertOf = (
    { host, service }: { readonly host: string; readonly service: string },
    what: string,
    isWanted: (alert: SourceAlert) => boolean = () => true,
  ): Promise<SourceAlert> =>
    eventually(`${service}: ${what}`, async () =>
      (await source().read()).alerts.find(
        (each) => each.labels.host === host && each.labels.service === service && isWanted(each),
      ),
    );
  const attributes = async (type: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    ((await icinga.ask(`objects/${type}`)) as RawObjects).results.map(({ attrs }) => attrs);

  it('passes its checks, and names each permission that a user lacks', async () => {
    assert.equal(
      (await connection.check()).some(({ problem }) => problem !== undefined),
      false,
    );
    const poor = open({ user: icingaReader.user });
    const lacking = (await poor.check()).flatMap(({ about, problem }) => (problem === undefined ? [] : [about]));
    assert.deepEqual(lacking, [
      ...['events', 'acknowledging', 'taking back an acknowledgment', 'planning downtimes', 'ending downtimes'],
      'checking now',
    ]);
    await poor.close();
    const stranger = open({}, 'wrong-password');
    for (const { problem = '' } of await stranger.check())
      assert.match(problem, /^The system rejected the credential\./);
    await stranger.close();
    const unknown = open({ ca: undefined });
    await assert.rejects(unknown.alerts?.read() ?? Promise.resolve(), { failure: 'unreachable' });
    await unknown.close();
  });

  it('shows a problem, acknowledges it in the name of the person, and sees it end', async () => {
    const begun = Date.now();
    icinga.setCheck(strange, 2, 'CRITICAL - gone\nmore');
    const alert = await alertOf(strange, 'is critical');
    assert.deepEqual(
      [alert.name, alert.severity, alert.summary, alert.silences, alert.acknowledgement],
      [hostile, 'critical', 'web 100%41: CRITICAL - gone', [], undefined],
    );
    assert.ok(alert.since >= begun - 1_000 && alert.since <= Date.now() + 1_000);
    const until = Math.ceil(begun / 1_000) * 1_000 + hour;
    await source().acknowledge(alert, noor, until);
    const acknowledged = await alertOf(strange, 'is acknowledged', (each) => each.acknowledgement !== undefined);
    assert.deepEqual(acknowledged.acknowledgement, { by: noor.name, comment: shown, until });
    const [comment] = await attributes('comments');
    assert.deepEqual([comment?.author, comment?.text], [noor.name, `${noor.comment}, by Gavel`]);
    await source().acknowledge(alert, noor, until);
    assert.equal((await attributes('comments')).length, 1);
    await source().unacknowledge(alert, noor);
    await alertOf(strange, 'is acknowledged no longer', (each) => each.acknowledgement === undefined);
  });

  it('silences exactly one service, extends that and ends it', async () => {
    icinga.setCheck(http, 1, 'WARNING - slow');
    const [alert, other] = [await alertOf(strange, 'is critical'), await alertOf(http, 'warns')];
    assert.equal(other.severity, 'warning');
    const until = Math.ceil(Date.now() / 1_000) * 1_000 + hour;
    const { id } = await source().silence(alert, noor, until);
    const silenced = await alertOf(strange, 'is silenced', (each) => each.silences.length > 0);
    assert.deepEqual(silenced.silences, [{ id, by: noor.name, comment: shown, until }]);
    assert.deepEqual((await alertOf(http, 'warns')).silences, []);
    assert.deepEqual(await source().silence(alert, noor, until), { id }, 'asked again, it is the same silence');
    const longer = await source().silence(alert, noor, until + hour, id);
    const extended = await alertOf(strange, 'has the longer one', (each) => each.silences[0]?.id === longer.id);
    assert.deepEqual(
      extended.silences.map((each) => each.until),
      [until + hour],
    );
    await source().endSilence(longer.id, noor);
    await source().endSilence(longer.id, noor);
    await alertOf(strange, 'is told again', (each) => each.silences.length === 0);
  });

  it('plans one maintenance window for a key, over all that a binding names', async () => {
    const target = { service: 'web', environment: 'production' };
    const binding = bind(connection, 'alerts', { host: '{service}0*', services: ['HTTP'] }, target);
    const now = Date.now();
    const window = await binding.maintain?.('M-1001/alerts', noor, now, now + hour);
    assert.deepEqual(await binding.maintain?.('M-1001/alerts', noor, now, now + hour), window);
    assert.deepEqual(
      (await attributes('downtimes')).map((each) => `${String(each.host_name)}!${String(each.service_name)}`).sort(),
      ['web01!HTTP', 'web02!HTTP'],
    );
    await source().endSilence(window?.id ?? '', noor);
    assert.deepEqual(await attributes('downtimes'), []);
    const quiet = (await binding.quiets?.()) ?? [];
    assert.deepEqual(
      quiet.map(({ key }) => key).sort(),
      ['web01!HTTP', 'web02!HTTP'],
      'it says before what it keeps quiet',
    );
    const other = bind(connection, 'alerts', { host: 'web02' }, { ...target, service: 'other' });
    assert.deepEqual(quiet.map((each) => other.concerns(each)).sort(), [false, true]);
  });

  it('has Icinga check now', async () => {
    const control = bind(
      connection,
      'control',
      { host: 'web01', services: ['HTTP'] },
      { service: 'a', environment: 'b' },
    );
    icinga.setCheck(http, 0, 'OK');
    await control.recheck?.();
    await eventually('it is well', async () => (await source().read()).alerts.every(({ name }) => name !== 'HTTP'));
  });

  it('says at once that something has changed, also after Icinga was away, until the connection is closed', async () => {
    const other = open();
    let changes = 0;
    const watching = (other.alerts as Required<AlertSource>).watch(() => void changes++);
    assert.equal(changes, 1, 'it begins with a reading');
    const after = async (what: string, act: () => unknown): Promise<void> => {
      const before = changes;
      await act();
      await eventually(what, () => changes > before);
    };
    let checks = 0;
    await eventually('a changed state is told', () => {
      icinga.setCheck(http, ++checks % 2 === 0 ? 0 : 2, 'changes');
      return changes > 1;
    });
    await after('a restart', async () => {
      await icinga.stop();
      icinga = await start(icinga.port);
    });
    await other.close();
    await watching;
  });
});
