import assert from 'node:assert/strict';
import type { AlertSource, SourceAlert } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { hasEach, wordsOfGrafanaAlert } from '../../../src/connectors/grafana/alerts';
import { bind } from '../open-connection';
import { began, firingAlert } from './alerts';
import { openGrafana, shop } from './connection';
import { Grafana } from './double';
import type { Rule } from './double';

const noor = { name: 'Noor Ferreira', comment: 'we know, the supplier works on it' };
const hour = 3_600_000;
const hostile = 'a"b\'c`d{e}f\\g\nh=~".*"|$1#ü';

/** The rule that fires with these labels, as the rules say it: without Grafana's own labels. */
const ruleWith = (labels: Readonly<Record<string, string>>, state = 'Alerting'): Rule => ({
  ...{ name: 'QueueTooLong', state: 'firing' },
  alerts: [
    {
      labels: { grafana_folder: 'Shop', alertname: 'QueueTooLong', ...labels },
      ...{ annotations: {}, state, activeAt: began },
    },
  ],
});

describe('the alerts of Grafana and its contract', () => {
  let grafana: Grafana;
  let connection: OpenConnection;
  let source: Required<AlertSource>;

  beforeEach(async () => {
    grafana = await Grafana.start();
    connection = openGrafana(grafana);
    source = connection.alerts as Required<AlertSource>;
  });
  afterEach(async () => {
    await connection.close();
    await grafana.close();
  });

  const alertOf = async (service: string): Promise<SourceAlert> =>
    (await source.read()).alerts.find(({ labels }) => labels['service'] === service) ??
    assert.fail(`no alert of ${service}`);

  it('have what their rules say, and the page of the rule', async () => {
    grafana.alerts = [firingAlert({ service: 'shop', severity: 'critical' })];
    grafana.rules = [ruleWith({ service: 'shop', severity: 'critical' })];
    assert.deepEqual(await source.read(), {
      alerts: [
        {
          ...{ key: 'f-shop', name: 'QueueTooLong', severity: 'critical', summary: '42 jobs wait', silences: [] },
          ...{ since: Date.parse(began), labels: grafana.alerts[0]?.labels },
          runbook: 'https://runbooks.example/queue',
          url: `${grafana.server.url}/alerting/grafana/rule%201/view`,
        },
      ],
      isComplete: true,
    });
  });

  it('don’t count as ended while a rule still fires that its Alertmanager doesn’t know, as after a start', async () => {
    grafana.rules = [ruleWith({ service: 'shop' })];
    assert.deepEqual(await source.read(), { alerts: [], isComplete: false });
    grafana.rules = [ruleWith({ service: 'shop' }, 'Normal')];
    assert.deepEqual(await source.read(), { alerts: [], isComplete: true });
  });

  it('are silenced with the name of the person, longer, and no longer', async () => {
    grafana.alerts = [firingAlert({ service: 'shop' }), firingAlert({ service: 'search' })];
    const alert = await alertOf('shop');
    const until = Date.now() + hour;
    const { id } = await source.silence(alert, noor, until);
    assert.deepEqual((await alertOf('shop')).silences, [
      { id, by: noor.name, comment: `${noor.comment}, by Gavel`, until },
    ]);
    assert.deepEqual((await alertOf('search')).silences, []);
    assert.deepEqual(await source.silence(alert, noor, until), { id }, 'asked again, it’s the same silence');
    assert.deepEqual(await source.silence(alert, noor, until + hour, id), { id });
    assert.deepEqual(
      (await alertOf('shop')).silences.map((each) => each.until),
      [until + hour],
    );
    await source.endSilence(id, noor);
    await source.endSilence(id, noor);
    await source.endSilence('unknown', noor);
    assert.deepEqual((await alertOf('shop')).silences, []);
    assert.equal(grafana.called.filter((name) => name === 'endSilence').length, 1);
  });

  it('are silenced by exactly their labels, whatever is in them', async () => {
    grafana.alerts = [firingAlert({ service: hostile })];
    await source.silence(await alertOf(hostile), noor, Date.now() + hour);
    assert.equal(grafana.silences[0]?.matchers.find(({ name }) => name === 'service')?.value, hostile);
    assert.equal((await alertOf(hostile)).silences.length, 1);
  });

  it('have one maintenance window for a key, over everything that a binding matches', async () => {
    grafana.alerts = [firingAlert({ service: hostile }), firingAlert({ service: 'shop' })];
    const binding = bind(connection, 'alerts', { match: { service: '{service}' } }, { ...shop, service: hostile });
    const concerned = (await source.read()).alerts.filter((alert) => binding.concerns(alert));
    assert.deepEqual(
      concerned.map(({ key }) => key),
      [`f-${hostile}`],
    );
    const now = Date.now();
    const window = await binding.maintain?.('M-1/alerts', noor, now, now + hour);
    assert.deepEqual(await binding.maintain?.('M-1/alerts', noor, now, now + hour), window);
    assert.equal(grafana.silences.length, 1);
    assert.deepEqual((await alertOf(hostile)).silences, [
      { id: window?.id, by: noor.name, comment: `${noor.comment}, by Gavel`, until: now + hour },
    ]);
  });

  it('are read without a binding if one of them is the heartbeat', async () => {
    grafana.alerts = [firingAlert({ alertname: 'Watchdog', service: 'none' })];
    grafana.rules = [];
    for (const [settings, names] of [
      [{}, []],
      [{ heartbeat: 'Watchdog' }, ['Watchdog']],
    ] as const) {
      const { alerts, close } = openGrafana(grafana, { ...settings, hook: undefined });
      assert.equal(alerts?.heartbeat, names[0]);
      assert.deepEqual(
        (await alerts?.read())?.alerts.map(({ name }) => name),
        names,
      );
      await close();
    }
  });

  it('are checked without a silence or a mark that stays', async () => {
    const lines = await connection.check();
    assert.deepEqual(
      lines.filter(({ problem }) => problem !== undefined),
      [],
    );
    assert.deepEqual([grafana.silences, grafana.annotations], [[], []]);
  });
});

describe('what an alert of Grafana is called', () => {
  for (const [what, labels, annotations, expected] of [
    [
      'a rule of its own',
      { alertname: 'QueueTooLong', severity: 'critical' },
      { summary: '42 jobs wait' },
      ['QueueTooLong', 'critical', '42 jobs wait'],
    ],
    ['a rule without a severity', { alertname: 'QueueTooLong' }, {}, ['QueueTooLong', 'warning', 'QueueTooLong']],
    [
      'a rule that gets no data',
      { alertname: 'DatasourceNoData', rulename: 'QueueTooLong', severity: 'critical' },
      { summary: '[no value] jobs wait' },
      ['QueueTooLong: no data', 'warning', 'Grafana gets no data for this rule'],
    ],
    [
      'a rule that can’t be evaluated',
      { alertname: 'DatasourceError', rulename: 'QueueTooLong', severity: 'info' },
      { Error: 'dial tcp:\nno such host' },
      ['QueueTooLong: can’t be evaluated', 'info', 'Grafana can’t evaluate this rule: dial tcp: no such host'],
    ],
    [
      'a data source without a rule',
      { alertname: 'DatasourceError' },
      {},
      ['DatasourceError', 'warning', 'Grafana can’t evaluate this rule'],
    ],
  ] as const)
    it(what, () => {
      const { name, severity, summary } = wordsOfGrafanaAlert(labels, annotations);
      assert.deepEqual([name, severity, summary], expected);
    });
});

describe('whether Grafana’s Alertmanager knows everything that fires', () => {
  const known = [{ labels: { alertname: 'Slow', service: 'shop', __alert_rule_uid__: 'a' } }];
  for (const [what, firing, isComplete] of [
    ['nothing fires', [], true],
    ['the same, in another order and without Grafana’s own labels', [{ service: 'shop', alertname: 'Slow' }], true],
    ['another service', [{ service: 'search', alertname: 'Slow' }], false],
    ['one of two', [{ service: 'shop', alertname: 'Slow' }, { alertname: 'Slow' }], false],
  ] as const)
    it(`${what}: ${isComplete ? 'yes' : 'no'}`, () => assert.equal(hasEach(firing, known), isComplete));
});
