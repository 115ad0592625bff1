import assert from 'node:assert/strict';
import { alertmanagerConnector } from '../../src/connectors/alertmanager';
import type { AlertSource, SourceAlert } from '../../src/connectors/contract';
import type { Connector, OpenConnection } from '../../src/connectors/contract/kinds';
import { nagiosConnector } from '../../src/connectors/nagios';
import { prometheusConnector } from '../../src/connectors/prometheus';
import { failureOf } from './http/client-world';
import { faultCases } from './http/fault-cases';
import { answer, FaultyServer } from './http/faulty-server';
import { bind, openConnection } from './open-connection';

/** Whatever a system does, each connector says what is known, sends nothing twice that acts, and never shows its credential. */

const password = 'pass-of-the-connection';
const target = { service: 'shop', environment: 'production' };
const by = { name: 'Noor Ferreira', comment: 'on it' };
const alert: SourceAlert = {
  ...{ key: '1', name: 'Slow', severity: 'warning', summary: 'slow', since: 1, silences: [] },
  labels: { service: 'shop' },
};

/** A call with what the system answers to the reads before it. */
interface Tried {
  readonly call: (connection: OpenConnection) => Promise<unknown> | undefined;
  readonly reads?: unknown;
}

interface Tries {
  readonly connector: Connector;
  readonly reads: Readonly<Record<string, Tried>>;
  readonly writes: Readonly<Record<string, Tried>>;
}

const alertsOf = (connection: OpenConnection): AlertSource => connection.alerts ?? assert.fail('it has alerts');
const metricsOf = (connection: OpenConnection) =>
  bind(connection, 'metrics', { p95: 'p95{a="{service}"}', up: 'up', queries: { queue: { query: 'queue' } } }, target);
const silence = {
  ...{ id: '1', status: { state: 'active' }, matchers: [], startsAt: '2026-11-29T00:00:00Z' },
  ...{ endsAt: '2026-11-30T00:00:00Z', createdBy: 'Noor', comment: '' },
};

const nagiosService = { host: 'web01', service: 'HTTP' };
const nagiosState = {
  result: { query_time: 0, type_code: 0 },
  data: {
    service: {
      ...{
        host_name: 'web01',
        description: 'HTTP',
        status: 'critical',
        state_type: 'hard',
        last_hard_state: 'critical',
      },
      ...{ last_hard_state_change: 0, last_check: 0, problem_has_been_acknowledged: false },
    },
    ...{ servicelist: { web01: { HTTP: 'critical' } }, hostlist: {}, downtimelist: {} },
    selectors: { starttime: '2026-11-29 23:00:00', endtime: '2026-11-30 00:00:00' },
  },
};
const nagiosAlert = { ...alert, key: 'web01!HTTP' };
const nagiosMetrics = (connection: OpenConnection) =>
  bind(connection, 'metrics', { ...nagiosService, p95: 'time', queries: { queue: { label: 'queue' } } }, target);

const connectors: readonly Tries[] = [
  {
    connector: prometheusConnector,
    reads: {
      figures: { call: (connection) => metricsOf(connection).figures(60_000) },
      'history of metrics': { call: (connection) => metricsOf(connection).history(0, 60_000) },
      probe: { call: (connection) => metricsOf(connection).probe?.() },
      'since when it responds': { call: (connection) => metricsOf(connection).answeringSince?.() },
      graph: { call: (connection) => metricsOf(connection).series?.('queue', 0, 60_000) },
      alerts: { call: (connection) => alertsOf(connection).read() },
      'history of alerts': { call: (connection) => alertsOf(connection).history?.(0, 60_000) },
    },
    writes: {},
  },
  {
    connector: alertmanagerConnector,
    reads: { alerts: { call: (connection) => alertsOf(connection).read() } },
    writes: {
      'a silence': { call: (connection) => alertsOf(connection).silence?.(alert, by, 2e12), reads: [] },
      'a longer silence': {
        call: (connection) => alertsOf(connection).silence?.(alert, by, 2e12, '1'),
        reads: silence,
      },
      'a maintenance window': {
        call: (connection) => bind(connection, 'alerts', { match: { a: 'b' } }, target).maintain?.('M-1', by, 1, 2e12),
        reads: [],
      },
    },
  },
  {
    connector: nagiosConnector,
    reads: {
      alerts: { call: (connection) => alertsOf(connection).read() },
      'history of alerts': { call: (connection) => alertsOf(connection).history?.(0, 60_000) },
      figures: { call: (connection) => nagiosMetrics(connection).figures(60_000) },
      'history of metrics': { call: (connection) => nagiosMetrics(connection).history(0, 60_000) },
      graph: { call: (connection) => nagiosMetrics(connection).series?.('queue', 0, 60_000) },
    },
    writes: {
      'an acknowledgement': {
        call: (connection) => alertsOf(connection).acknowledge?.(nagiosAlert, by, 2e12),
        reads: nagiosState,
      },
      'taking one back': { call: (connection) => alertsOf(connection).withdraw?.(nagiosAlert, by), reads: nagiosState },
      'a silence': {
        call: (connection) => alertsOf(connection).silence?.(nagiosAlert, by, 2e12),
        reads: nagiosState,
      },
      'a maintenance window': {
        call: (connection) => bind(connection, 'alerts', { host: 'web01' }, target).maintain?.('M-1', by, 1, 2e12),
        reads: nagiosState,
      },
      'a check': {
        call: (connection) => bind(connection, 'control', { host: 'web01' }, target).recheck?.(),
        reads: nagiosState,
      },
    },
  },
];

/** Cases with time limits of their own are about the client, and the same for all connectors. */
const cases = faultCases.filter(({ limits }) => limits === undefined);

for (const { connector, reads, writes } of connectors)
  describe(`${connector.title} with a faulty system`, () => {
    let server: FaultyServer;
    const open: OpenConnection[] = [];
    const connect = (): OpenConnection => {
      const settings = { url: server.url, user: 'gavel', credential: 'GAVEL_CREDENTIAL' };
      const connection = openConnection(connector, settings, { secrets: { GAVEL_CREDENTIAL: password } });
      open.push(connection);
      return connection;
    };
    beforeEach(async () => void (server = await FaultyServer.start()));
    afterEach(async () => {
      for (const connection of open.splice(0)) await connection.close();
      await server.close();
    });

    for (const { name, serve, expect } of cases) {
      // What works in the end is still no answer of this system.
      const read = expect.read.failure === 'none' ? 'invalid answer' : expect.read.failure;
      const once = expect.once.failure === 'none' ? 'unclear' : expect.once.failure;

      it(`${name}: every read fails as “${read}”`, async () => {
        server.serve = serve;
        for (const [what, { call }] of Object.entries(reads)) {
          // A connection that had too many failures sends nothing for a while.
          const failure = await failureOf(call(connect()) ?? Promise.resolve());
          assert.equal(failure.failure, read, `${what}: ${failure.message}`);
          assert.ok(!failure.message.includes(password));
        }
      });

      for (const [what, tried] of Object.entries(writes))
        it(`${name}: ${what} fails as “${once}” after one request`, async () => {
          let writesSeen = 0;
          server.serve = (exchange) =>
            exchange.request.method === 'GET' && /^\/(?:api|cgi-bin)\//.test(exchange.request.url ?? '')
              ? answer(exchange.response, 200, tried.reads)
              : serve({ ...exchange, count: ++writesSeen });
          const failure = await failureOf(tried.call(connect()) ?? Promise.resolve());
          assert.equal(failure.failure, once, failure.message);
          assert.ok(!failure.message.includes(password));
          assert.equal(writesSeen, 1);
        });
    }

    it('a check names each permission that fails, with its fix', async () => {
      server.serve = ({ response }) => answer(response, 403, { message: 'no' });
      const lines = await connect().check();
      assert.ok(lines.length >= 3);
      for (const { problem = '' } of lines) assert.match(problem, /^It refused the call\. Allow (?:GET|POST) /);
    });
  });
