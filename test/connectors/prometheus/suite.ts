import { prometheusConnector } from '../../../src/connectors/prometheus';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { alertsOf, target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';

const metricsOf = (connection: OpenConnection) =>
  bind(connection, 'metrics', { p95: 'p95{a="{service}"}', up: 'up', queries: { queue: { query: 'queue' } } }, target);

export const prometheusSuite: ContractSuite = {
  connector: prometheusConnector,
  // Without a heartbeat or a binding, its alerts aren't read.
  settings: { heartbeat: 'Watchdog' },
  templates: {
    staysHere: /^alerts\.match\.\*$|\.unit$/,
    sent: [
      {
        fields: /^metrics\.(?:.*\.query|up)$/,
        async call(connection, place) {
          const query = 'a{s="{service}",t=\'{service}\'}';
          const named = { p50: query, p95: query, errors: query, rate: query, saturation: query, up: query };
          const metrics = bind(connection, 'metrics', { ...named, queries: { queue: { query } } }, place);
          for (const ask of [
            () => metrics.figures(60_000),
            () => metrics.probe?.(),
            () => metrics.series?.('queue', 0, 60_000),
          ])
            await Promise.resolve(ask()).catch(() => undefined);
        },
        answers: () => ({ status: 'success', data: { resultType: 'vector', result: [] } }),
        // As Prometheus reads its strings: what is escaped in them can't end them.
        read: (arrived) =>
          arrived.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (literal) =>
            String(JSON.parse(`"${literal.slice(1, -1)}"`)),
          ),
      },
    ],
  },
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
};
