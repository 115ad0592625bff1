import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertSource, SourceAlert } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { nagiosConnector } from '../../../src/connectors/nagios';
import { freePort } from '../../free-ports';
import { eventually } from '../../patience';
import { basicAuthorization } from '../../servers/daemon';
import { reader, startNagios } from '../../servers/nagios';
import type { Nagios } from '../../servers/nagios';
import { bind, openConnection } from '../open-connection';

const hostile = 'a"b\'c{d}/../e\\f & #1 %41 g=h?i +j';
const http = { host: 'web01', service: 'HTTP' };
const strange = { host: 'web01', service: hostile };
const noor = { name: 'Noor Ferreira', comment: 'we know; the "supplier" works on it' };
const hour = 3_600_000;
const hookSecret = 'not-a-hook-secret';
const script = join(__dirname, '../../../deploy/nagios-notify');

describe('the Nagios connector with a real Nagios', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-nagios-'));
  const posted: { readonly body: string; readonly headers: IncomingHttpHeaders }[] = [];
  const hooks = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posted.push({ body: Buffer.concat(chunks).toString('utf8'), headers: request.headers });
      response.end();
    });
  });
  let nagios: Nagios;
  let connection: OpenConnection;

  function open(settings: object = {}, password = 'not-a-secret'): OpenConnection {
    const all = { url: nagios.url, user: nagios.credentials.user, credential: 'GAVEL_NAGIOS', ...settings };
    return openConnection(nagiosConnector, all, { secrets: { GAVEL_NAGIOS: password } });
  }

  before(async () => {
    const hookPort = await freePort();
    await new Promise<void>((resolve) => hooks.listen(hookPort, '127.0.0.1', resolve));
    chmodSync(folder, 0o755);
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, `${hookSecret}\n`);
    const notify = `${script} http://127.0.0.1:${hookPort}/api/hooks/nagios ${secretFile} '$NOTIFICATIONTYPE$' '$HOSTNAME$'`;
    nagios = await startNagios({
      ...{ folder: join(folder, 'nagios'), hosts: ['web01', 'web02', 'db01'], timeZone: 'Asia/Kolkata' },
      services: [
        http,
        { host: 'web01', service: 'Queue', attempts: 100 },
        { ...strange, isSilent: true },
        { host: 'web02', service: 'HTTP' },
        { host: 'db01', service: 'Størage', isSilent: true },
      ],
      notify: {
        host: `${notify} '' '$HOSTSTATE$' '$LASTHOSTSTATECHANGE$' '$TIMET$' '$HOSTOUTPUT$'`,
        service: `${notify} '$SERVICEDESC$' '$SERVICESTATE$' '$LASTSERVICESTATECHANGE$' '$TIMET$' '$SERVICEOUTPUT$'`,
      },
    });
    connection = open();
  });
  after(async () => {
    await connection.close();
    await nagios.stop();
    hooks.closeAllConnections();
    await new Promise((resolve) => hooks.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const source = (): Required<Omit<AlertSource, 'watch'>> => connection.alerts as Required<AlertSource>;
  const alertsNow = async (): Promise<readonly SourceAlert[]> => (await source().read()).alerts;

  /** The alert of a service, once it is as `isWanted` says. */
  const alertOf = (
    { host, service }: { readonly host: string; readonly service?: string },
    what: string,
    isWanted: (alert: SourceAlert) => boolean = () => true,
  ): Promise<SourceAlert> =>
    eventually(`${service ?? host}: ${what}`, async () =>
      (await alertsNow()).find(
        (each) => each.labels.host === host && each.labels.service === service && isWanted(each),
      ),
    );

  const isGone = (host: string, service?: string): Promise<boolean> =>
    eventually(`${service ?? host} is well`, async () =>
      (await alertsNow()).every((each) => each.labels.host !== host || each.labels.service !== service),
    );

  /** What the server itself says, past the connector. */
  async function ask<T>(query: string): Promise<T[]> {
    const response = await fetch(
      `${nagios.url}/cgi-bin/statusjson.cgi?query=${query}&details=true&formatoptions=enumerate`,
      {
        headers: { authorization: basicAuthorization },
      },
    );
    const { data } = (await response.json()) as { data: Record<string, Record<string, T>> };
    return Object.values(data[query] ?? {});
  }
  const log = (): string => readFileSync(nagios.log, 'utf8');

  it('passes its checks, and says what is wrong with another password, address or user', async () => {
    const lines = ['state', 'comments and downtimes', 'history', 'commands'];
    assert.deepEqual(
      await connection.check(),
      lines.map((about) => ({ about })),
    );
    assert.doesNotMatch(log(), /EXTERNAL COMMAND/, 'a check gives no command');
    for (const [settings, password, expected] of [
      [{}, 'wrong-password', [/credential/, /credential/, /credential/, /credential/]],
      [{ url: `${nagios.url}/elsewhere` }, undefined, [/address/, /address/, /address/, /address/]],
      [
        { user: reader.user },
        reader.password,
        [
          /^$/,
          /^$/,
          /^$/,
          /^The system refused the call\. Allow POST .* cgi\.cfg, add the user to authorized_for_all_host_commands/,
        ],
      ],
    ] as const) {
      const other = open(settings, password);
      const problems = (await other.check()).map(({ problem = '' }) => problem);
      for (const [index, pattern] of expected.entries()) assert.match(problems[index] ?? '', pattern);
      await other.close();
    }
  });

  it('signs in with digest authentication', async () => {
    const other = open({ url: nagios.digestUrl, digest: true });
    assert.equal(
      (await other.check()).some(({ problem }) => problem !== undefined),
      false,
    );
    await other.close();
  });

  it('shows a service that becomes critical, is acknowledged in the name of a person, and recovers', async () => {
    const begun = Date.now();
    nagios.setCheck(http, 2, 'CRITICAL - 502 from "backend" | time=2.5s;1;2 errors=40%');
    const alert = await alertOf(http, 'is critical');
    assert.deepEqual(
      [alert.key, alert.name, alert.severity, alert.summary, alert.acknowledgement, alert.silences, alert.heldBackBy],
      ['web01!HTTP', 'HTTP', 'critical', 'web01: CRITICAL - 502 from "backend"', undefined, [], undefined],
    );
    assert.ok(alert.since >= begun - 1_000 && alert.since <= Date.now());
    assert.equal((await fetch(alert.url ?? '', { headers: { authorization: basicAuthorization } })).status, 200);

    await source().acknowledge(alert, noor, begun + hour);
    const acknowledged = await alertOf(http, 'is acknowledged', (each) => each.acknowledgement !== undefined);
    const comment = 'we know, the "supplier" works on it';
    assert.deepEqual(acknowledged.acknowledgement, { by: noor.name, comment });
    assert.match(
      log(),
      /ACKNOWLEDGE_SVC_PROBLEM;web01;HTTP;1;1;0;The bot;Noor Ferreira: we know, the "supplier" works on it, by Gavel/,
    );
    await source().acknowledge(alert, { name: 'Dana', comment: '' }, begun + hour);
    assert.equal((await ask('commentlist')).length, 1, 'acknowledged again, it’s the same acknowledgement');

    await source().unacknowledge(alert, noor);
    await alertOf(http, 'is acknowledged no longer', (each) => each.acknowledgement === undefined);
    await source().acknowledge(alert, { name: 'Zoë Łuksza', comment: 'läuft\nbald; <b>' }, begun + hour);
    await alertOf(http, 'is acknowledged', (each) => each.acknowledgement !== undefined);
    assert.match(log(), /;The bot;Zoë Łuksza: läuft bald, b, by Gavel\n/, 'names keep their letters');

    nagios.setCheck(http, 0, 'OK - fine');
    await isGone(http.host, http.service);
    const past = await eventually('its end is in the history', async () => {
      const found = await source().history(begun, Date.now());
      return found.length > 0 && found.every(({ to }) => to !== undefined) ? found : undefined;
    });
    assert.deepEqual(
      past.map(({ key, name, labels }) => [key, name, labels]),
      [['web01!HTTP', 'HTTP', http]],
    );
    assert.ok(past.every(({ from, to = 0 }) => from >= begun - 1_000 && to > from));
  });

  it('tells nothing of what Nagios isn’t sure of yet', async () => {
    nagios.setCheck({ host: 'web01', service: 'Queue' }, 2, 'CRITICAL - 1 of 100');
    await eventually('Nagios knows', async () => {
      const response = await fetch(`${nagios.url}/cgi-bin/statusjson.cgi?query=servicelist&formatoptions=enumerate`, {
        headers: { authorization: basicAuthorization },
      });
      return (await response.text()).includes('"Queue": "critical"');
    });
    assert.equal(
      (await alertsNow()).find(({ name }) => name === 'Queue'),
      undefined,
    );
    nagios.setCheck({ host: 'web01', service: 'Queue' }, 0, 'OK - fine');
  });

  it('silences exactly one service, whatever is in its name, extends that and ends it', async () => {
    nagios.setCheck(http, 1, 'WARNING - slow');
    nagios.setCheck(strange, 2, 'CRITICAL - strange');
    const alert = await alertOf(strange, 'is critical');
    assert.deepEqual([alert.name, (await alertOf(http, 'warns')).severity], [hostile, 'warning']);
    const until = Math.ceil(Date.now() / 1_000) * 1_000 + hour;
    const by = { name: 'Zoë; Łuksza', comment: 'a;b "c" {d} ../ \n e' };
    const { id } = await source().silence(alert, by, until);
    const silenced = await alertOf(strange, 'is silenced', (each) => each.silences.length > 0);
    const comment = 'a,b "c" {d} ../   e';
    assert.deepEqual(silenced.silences, [{ id, by: 'Zoe, Luksza', comment, until }]);
    assert.deepEqual((await alertOf(http, 'warns')).silences, []);
    assert.deepEqual(await source().silence(alert, by, until), { id }, 'asked again, it is the same silence');
    assert.equal((await ask('downtimelist')).length, 1);

    const longer = await source().silence(alert, noor, until + hour, id);
    const extended = await alertOf(strange, 'has the longer one', (each) => each.silences[0]?.until === until + hour);
    assert.equal(extended.silences[0]?.id, longer.id);
    await eventually('only the longer one is left', async () => (await ask('downtimelist')).length === 1);
    await source().endSilence(longer.id, noor);
    await alertOf(strange, 'is told again', (each) => each.silences.length === 0);
    await source().endSilence(longer.id, noor);

    await source().acknowledge(alert, noor, until);
    await alertOf(strange, 'is acknowledged', (each) => each.acknowledgement?.by === noor.name);
    assert.ok(log().includes(`ACKNOWLEDGE_SVC_PROBLEM;web01;${hostile};`));
    nagios.setCheck(strange, 0, 'OK');
    nagios.setCheck(http, 0, 'OK');
    await isGone(strange.host, strange.service);
  });

  it('plans one maintenance window for a key, over all that a binding names', async () => {
    const target = { service: 'web', environment: 'production' };
    const binding = bind(connection, 'alerts', { host: '{service}0*', services: ['HTTP', '*d}*'] }, target);
    const now = Date.now();
    const window = await binding.maintain?.('M-1001/alerts', noor, now, now + hour);
    assert.deepEqual(await binding.maintain?.('M-1001/alerts', noor, now, now + hour), window);
    const planned = await ask<{ host_name: string; service_description: string }>('downtimelist');
    assert.deepEqual(
      planned.map((each) => `${each.host_name}!${each.service_description}`).sort(),
      [`web01!${hostile}`, 'web01!HTTP', 'web02!HTTP'].sort(),
    );
    assert.ok(window);
    await source().endSilence(window.id, noor);
    await eventually('all have ended', async () => (await ask('downtimelist')).length === 0);

    const whole = bind(connection, 'alerts', { host: 'web02' }, target);
    const all = await whole.maintain?.('M-1002/alerts', noor, now, now + hour);
    const types = (await ask<{ type: string }>('downtimelist')).map(({ type }) => type);
    assert.deepEqual(types.sort(), ['host', 'service']);
    await source().endSilence(all?.id ?? '', noor);

    const quiet = (await whole.quiets?.()) ?? [];
    assert.deepEqual(quiet.map(({ key }) => key).sort(), ['web02', 'web02!HTTP'], 'it says before what it keeps quiet');
    const other = bind(connection, 'alerts', { host: 'web02', services: ['HTTP'] }, { ...target, service: 'other' });
    assert.ok(quiet.every((each) => other.concerns(each)));
    assert.deepEqual(
      (await other.quiets?.())?.map(({ key }) => key),
      ['web02!HTTP'],
      'only what it plans',
    );
  });

  it('says that a host is down, which holds back what is on it', async () => {
    nagios.setCheck({ host: 'web02' }, 2, 'no route');
    nagios.setCheck({ host: 'web02', service: 'HTTP' }, 2, 'refused');
    const host = await alertOf({ host: 'web02' }, 'is down');
    assert.deepEqual([host.key, host.name, host.severity], ['web02', 'Host down', 'critical']);
    const service = await alertOf(
      { host: 'web02', service: 'HTTP' },
      'is held back',
      (each) => each.heldBackBy !== undefined,
    );
    assert.equal(service.heldBackBy, 'the host web02, which is down');
    await source().acknowledge(host, noor, Date.now() + hour);
    await alertOf({ host: 'web02' }, 'is acknowledged', (each) => each.acknowledgement?.by === noor.name);
    nagios.setCheck({ host: 'web02' }, 0, 'there');
    nagios.setCheck({ host: 'web02', service: 'HTTP' }, 0, 'there');
    await isGone('web02');
  });

  it('doesn’t lose a service whose name has letters that Nagios’ JSON can’t write', async () => {
    nagios.setCheck({ host: 'db01', service: 'Størage' }, 2, 'full');
    const alert = await alertOf({ host: 'db01', service: '' }, 'is critical');
    assert.equal(alert.name, 'a service whose name Nagios doesn’t report');
    await assert.rejects(source().acknowledge(alert, noor, 0), { failure: 'refused' });
    nagios.setCheck({ host: 'db01', service: 'Størage' }, 0, 'fine');
    await isGone('db01', '');
  });

  it('has Nagios check now, and reads what its checks measure', async () => {
    const target = { service: 'web01', environment: 'production' };
    nagios.setCheck(http, 0, "OK | time=0.25s;1;2;0 errors=2.5% 'in flight'=7 free=U");
    await bind(connection, 'control', { host: '{service}', services: ['HTTP'] }, target).recheck?.();
    await eventually('it is in the log', () => /EXTERNAL COMMAND: SCHEDULE_FORCED_SVC_CHECK;web01;HTTP;/.test(log()));
    await assert.rejects(bind(connection, 'control', { host: 'nowhere' }, target).recheck?.() ?? Promise.resolve(), {
      failure: 'not found',
    });
    const metrics = bind(
      connection,
      'metrics',
      {
        ...{ host: '{service}', service: 'HTTP', p95: 'time', errors: 'errors' },
        queries: { flight: { label: 'in flight', unit: 'requests', limit: 10 }, free: { label: 'free' } },
      },
      target,
    );
    const point = await eventually('it was checked', async () => {
      const found = await metrics.figures(0);
      return found?.p95Ms === 250 ? found : undefined;
    });
    assert.deepEqual([point.errorPercent, point.p50Ms, point.requestsPerSecond], [2.5, undefined, undefined]);
    assert.deepEqual(metrics.queries, [
      { name: 'flight', unit: 'requests', limit: 10 },
      { name: 'free', unit: '' },
    ]);
    const [line] = (await metrics.series?.('flight', point.at - hour, Date.now())) ?? [];
    assert.deepEqual(
      line?.points.map(({ value }) => value),
      [7],
    );
    assert.deepEqual(await metrics.series?.('free', point.at - hour, Date.now()), []);
    await assert.rejects(metrics.series?.('other', 0, 1) ?? Promise.resolve(), { failure: 'not found' });
  });

  it('reads what the notify script posts, signed', async () => {
    posted.length = 0;
    nagios.setCheck(http, 2, 'CRITICAL - "gone" \\');
    const alert = await alertOf(http, 'is critical');
    const read = async () => Promise.all(posted.map(({ body }) => source().readHook(body)));
    const told = await eventually('it is posted', async () =>
      (await read()).flatMap((hook) => hook?.firing ?? []).find(({ key }) => key === alert.key),
    );
    // Nagios takes quotes out of what it gives to commands.
    const { isFlapping: _isFlapping, ...rest } = alert;
    assert.deepEqual(told, { ...rest, summary: 'web01: CRITICAL - gone \\' });
    nagios.setCheck(http, 0, 'OK');
    const end = await eventually('the end is posted', async () =>
      (await read()).flatMap((hook) => hook?.ended ?? []).find((each) => each.alert.key === alert.key),
    );
    assert.equal(end.alert.key, alert.key);
    assert.ok(end.at >= alert.since && end.at <= Date.now());
    for (const { body, headers } of posted) {
      const stamp = String(headers['x-gavel-timestamp']);
      const signature = createHmac('sha256', hookSecret).update(`${stamp}.${body}`).digest('hex');
      assert.equal(headers['x-gavel-signature'], `sha256=${signature}`);
      assert.ok(Math.abs(Number(stamp) * 1_000 - Date.now()) < 60_000);
    }
  });

  it('is unreachable while Nagios itself doesn’t run, even if its web server does', async () => {
    await nagios.stop();
    await assert.rejects(source().read(), { failure: 'unreachable' });
  });
});
