import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertmanagerConnector } from '../../../src/connectors/alertmanager';
import type { AlertReading, AlertSource, SourceAlert } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { freePort } from '../../free-ports';
import { eventually } from '../../patience';
import { startAlertmanager } from '../../servers/alertmanager';
import type { Alertmanager } from '../../servers/alertmanager';
import { basicAuthorization } from '../../servers/daemon';
import { Exporter } from '../../servers/exporter';
import { startPrometheus } from '../../servers/prometheus';
import type { Prometheus } from '../../servers/prometheus';
import { bind, openConnection } from '../open-connection';

const hostile = 'a"b\'c`d{e}f\\g\nh\ti=~".*"|j$1[5m]#ü';
const noor = { name: 'Noor Ferreira', comment: 'we know, the supplier works on it' };
const hour = 3_600_000;

interface RawSilence {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly createdBy: string;
  readonly comment: string;
  readonly endsAt: string;
  readonly matchers: readonly { readonly name: string; readonly value: string }[];
}

describe('the Alertmanager connector with a real Alertmanager and Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-alertmanager-'));
  const exporter = new Exporter([]);
  const posted: string[] = [];
  const hooks = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posted.push(Buffer.concat(chunks).toString('utf8'));
      response.end();
    });
  });
  let hookPort = 0;
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;
  let connection: OpenConnection;

  const start = (port?: number): Promise<Alertmanager> =>
    startAlertmanager({
      ...{ folder: join(folder, 'alertmanager'), port, webhook: `http://127.0.0.1:${hookPort}/hook` },
      inhibit: { source: ['alertname="HostDown"'], target: ['alertname="QueueTooLong"'] },
    });

  /** `aheadMs`: how far its clock is ahead. */
  function open({ password = 'not-a-secret', aheadMs = 0 } = {}): OpenConnection {
    const settings = { url: alertmanager.url, user: alertmanager.credentials.user, credential: 'GAVEL_ALERTMANAGER' };
    const clock = { now: () => Date.now() + aheadMs, elapsed: () => performance.now() };
    return openConnection(alertmanagerConnector, settings, { secrets: { GAVEL_ALERTMANAGER: password }, clock });
  }

  before(async () => {
    hookPort = await freePort();
    await new Promise<void>((resolve) => hooks.listen(hookPort, '127.0.0.1', resolve));
    await exporter.start();
    alertmanager = await start();
    prometheus = await startPrometheus({
      ...{ folder: join(folder, 'prometheus'), scrape: { app: exporter.address }, alertmanager: alertmanager.url },
      rules: [
        {
          ...{ alert: 'QueueTooLong', expr: 'queue_length > 10', labels: { severity: 'warning' } },
          annotations: { summary: '{{ $value }} jobs wait', runbook_url: 'https://runbooks.example/queue' },
        },
        { alert: 'HostDown', expr: 'queue_length > 1000', labels: { severity: 'page' } },
      ],
    });
    connection = open();
  });
  after(async () => {
    await connection.close();
    await prometheus.stop();
    await alertmanager.stop();
    await exporter.stop();
    hooks.closeAllConnections();
    await new Promise((resolve) => hooks.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const source = (): Required<Pick<AlertSource, 'read' | 'silence' | 'endSilence' | 'readHook'>> => {
    const { alerts } = connection;
    assert.ok(alerts?.silence && alerts.endSilence && alerts.readHook);
    return alerts as Required<AlertSource>;
  };

  const find = ({ alerts }: AlertReading, service: string, name = 'QueueTooLong'): SourceAlert | undefined =>
    alerts.find((alert) => alert.labels.service === service && alert.name === name);

  /** The alert of a service, once it is as `isWanted` says. */
  const alertOf = (
    service: string,
    what: string,
    isWanted: (alert: SourceAlert) => boolean = () => true,
  ): Promise<SourceAlert> =>
    eventually(`${service}: ${what}`, async () => {
      const alert = find(await source().read(), service);
      return alert && isWanted(alert) ? alert : undefined;
    });

  /** What the server itself says, past the connector. */
  async function ask<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${alertmanager.url}/api/v2/${path}`, {
      headers: { authorization: basicAuthorization, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  }

  const silences = (): Promise<RawSilence[]> => ask('silences');
  const silenceAt = async (id: string): Promise<RawSilence> =>
    (await silences()).find((each) => each.id === id) ?? assert.fail(`no silence ${id}`);

  it('passes its checks, and says what is wrong with another password', async () => {
    const expected = ['status', 'alerts', 'silences', 'making silences'].map((about) => ({ about }));
    assert.deepEqual(await connection.check(), expected);
    assert.deepEqual(await silences(), [], 'a check makes no silence');
    const stranger = open({ password: 'wrong-password' });
    for (const { problem = '' } of await stranger.check())
      assert.match(problem, /^The system rejected the credential\./);
    await stranger.close();
  });

  it('shows an alert, silences it with the name of the person, and ends the silence', async () => {
    exporter.queue.set({ service: 'shop' }, 42);
    const alert = await alertOf('shop', 'fires');
    assert.deepEqual(
      [alert.severity, alert.summary, alert.runbook, alert.silences, alert.heldBackBy],
      ['warning', '42 jobs wait', 'https://runbooks.example/queue', [], undefined],
    );
    const until = Date.now() + hour;
    const { id } = await source().silence(alert, noor, until);
    const silenced = await alertOf('shop', 'is silenced', (each) => each.silences.length > 0);
    assert.deepEqual(silenced.silences, [{ id, by: noor.name, comment: `${noor.comment}, by Gavel`, until }]);
    const raw = await silenceAt(id);
    assert.deepEqual([raw.createdBy, raw.status.state], [noor.name, 'active']);
    assert.deepEqual(
      new Map(raw.matchers.map(({ name, value }) => [name, value])),
      new Map(Object.entries(alert.labels)),
    );

    assert.deepEqual(await source().silence(alert, noor, until), { id }, 'asked again, it is the same silence');
    const longer = await source().silence(alert, { ...noor, comment: 'it takes longer' }, until + hour, id);
    assert.equal(longer.id, id, 'a silence that is extended keeps its id');
    assert.equal(Date.parse((await silenceAt(id)).endsAt), until + hour);
    assert.equal((await alertOf('shop', 'has one silence')).silences.length, 1);

    await source().endSilence(longer.id, noor);
    await source().endSilence(longer.id, noor);
    await source().endSilence('00000000-0000-4000-8000-000000000000', noor);
    await alertOf('shop', 'is told again', (each) => each.silences.length === 0);
    const anew = await source().silence(alert, noor, until, longer.id);
    assert.notEqual(anew.id, longer.id, 'a silence that has ended isn’t extended');
    await source().endSilence(anew.id, noor);
  });

  it('shows a silence that somebody made in Alertmanager, until it ends there', async () => {
    const alert = await alertOf('shop', 'fires');
    const endsAt = Date.now() + 4_000;
    const made = await ask<{ silenceID: string }>('silences', {
      matchers: [{ name: 'service', value: 'sh.p', isRegex: true, isEqual: true }],
      ...{ startsAt: new Date().toISOString(), endsAt: new Date(endsAt).toISOString() },
      ...{ createdBy: 'somebody', comment: 'made by hand' },
    });
    const silenced = await alertOf('shop', 'is silenced', (each) => each.silences.length > 0);
    assert.deepEqual(silenced.silences, [
      { id: made.silenceID, by: 'somebody', comment: 'made by hand', until: endsAt },
    ]);
    assert.equal(silenced.key, alert.key);
    await alertOf('shop', 'is told again', (each) => each.silences.length === 0);
    assert.ok(Date.now() >= endsAt);
  });

  it('silences exactly the labels of an alert, whatever is in them', async () => {
    exporter.queue.set({ service: hostile }, 43);
    const alert = await alertOf(hostile, 'fires');
    const { id } = await source().silence(alert, noor, Date.now() + hour);
    await alertOf(hostile, 'is silenced', (each) => each.silences.length === 1);
    assert.equal((await silenceAt(id)).matchers.find(({ name }) => name === 'service')?.value, hostile);
    assert.deepEqual((await alertOf('shop', 'fires')).silences, []);
    await source().endSilence(id, noor);
  });

  it('plans one maintenance window for a key, over everything that a binding matches', async () => {
    const match = { match: { service: '{service}' } };
    const binding = bind(connection, 'alerts', match, { service: hostile, environment: 'production' });
    const [mine, others] = [await alertOf(hostile, 'fires'), await alertOf('shop', 'fires')];
    assert.deepEqual([binding.concerns(mine), binding.concerns(others)], [true, false]);
    const [quiet] = (await binding.quiets?.()) ?? assert.fail('it says what it keeps quiet');
    const quietWith = (wanted: object): boolean | undefined =>
      quiet &&
      bind(connection, 'alerts', { match: wanted }, { service: hostile, environment: 'x' }).isQuietWith?.(quiet);
    assert.equal(quietWith({ service: '{service}', team: 'a' }), true, 'all that it concerns');
    assert.equal(quietWith({ service: 'shop' }), false);
    assert.equal(quietWith({ team: 'a' }), false);
    const now = Date.now();
    const window = await binding.maintain?.('M-1001/alerts', noor, now, now + hour);
    assert.deepEqual(await binding.maintain?.('M-1001/alerts', noor, now, now + 2 * hour), window);
    const another = await binding.maintain?.('M-1002/alerts', noor, now + hour, now + 2 * hour);
    assert.ok(window && another && another.id !== window.id);
    const silenced = await alertOf(hostile, 'is in maintenance', (each) => each.silences.length === 1);
    assert.deepEqual(silenced.silences, [
      { id: window.id, by: noor.name, comment: `${noor.comment}, by Gavel`, until: now + hour },
    ]);
    await source().endSilence(window.id, noor);
    await source().endSilence(another.id, noor);
    assert.deepEqual(await binding.maintain?.('M-1001/alerts', noor, now, now + hour), window, 'it has been planned');
    await alertOf(hostile, 'is told again', (each) => each.silences.length === 0);
  });

  it('says which other alert holds one back', async () => {
    exporter.queue.set({ service: 'shop' }, 4_200);
    const alert = await alertOf('shop', 'is held back', (each) => each.heldBackBy !== undefined);
    assert.equal(alert.heldBackBy, 'HostDown');
    assert.equal(find(await source().read(), 'shop', 'HostDown')?.severity, 'critical');
    exporter.queue.set({ service: 'shop' }, 42);
    await alertOf('shop', 'is held back no longer', (each) => each.heldBackBy === undefined);
  });

  it('doesn’t know what has ended until five minutes after its start, and keeps silences when it restarts', async () => {
    const alert = await alertOf('shop', 'fires');
    const { id } = await source().silence(alert, noor, Date.now() + hour);
    assert.equal((await source().read()).isComplete, false);
    const later = open({ aheadMs: 301_000 });
    assert.equal((await later.alerts?.read())?.isComplete, true);
    await later.close();

    await alertmanager.stop();
    await assert.rejects(source().read(), { failure: 'unreachable' });
    alertmanager = await start(alertmanager.port);
    await connection.close();
    connection = open();
    // Whether Prometheus has already sent the alert again is up to its clock; that others may be missing isn’t.
    assert.equal((await source().read()).isComplete, false);
    const again = await alertOf('shop', 'is sent again');
    assert.deepEqual([again.key, again.silences.map((each) => each.id)], [alert.key, [id]]);
    await source().endSilence(id, noor);
  });

  it('reads what Alertmanager posts when alerts fire and end', async () => {
    exporter.queue.set({ service: 'search' }, 42);
    const alert = await alertOf('search', 'fires');
    const read = async () => Promise.all(posted.map((body) => source().readHook(body)));
    // Alertmanager posts the end only of what it has posted before.
    await eventually('it is posted', async () =>
      (await read()).flatMap((hook) => hook?.firing ?? []).some(({ key }) => key === alert.key),
    );
    exporter.queue.set({ service: 'search' }, 1);
    const end = await eventually('the end is posted', async () =>
      (await read()).flatMap((hook) => hook?.ended ?? []).find((each) => each.alert.key === alert.key),
    );
    assert.deepEqual({ ...end.alert, since: 0, summary: '' }, { ...alert, since: 0, summary: '' });
    assert.ok(end.at > end.alert.since && end.at <= Date.now());
  });
});
