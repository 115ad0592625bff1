import { prometheusConnector } from '../../../src/connectors/prometheus';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { alertsOf, target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';

const metricsOf = (connection: OpenConnection) =>
  bind(connection, 'metrics', { p95: 'p95{a="{service}"}', up: 'up', queries: { queue: { query: 'queue' } } }, target);

export const prometheusSuite: ContractSuite = {
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
};
