import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { grafanaConnector } from '../../../src/connectors/grafana';
import { alertmanagerWrites } from '../alertmanager-api/writes';
import { alertsOf, target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';

const metricsOf = (connection: OpenConnection) =>
  bind(
    connection,
    'metrics',
    { p95: '{service}/1', queries: { queue: { query: 'a/1' } }, dashboards: { tag: '{service}' } },
    target,
  );
const mark = { key: 'D-1001', at: 1, title: 'shop 2.14.0', text: 'by Noor', tags: ['deploy'] };
const annotate = (connection: OpenConnection) => bind(connection, 'annotations', {}, target).annotate(mark);

export const grafanaSuite: ContractSuite = {
  connector: grafanaConnector,
  // Alerts are read where something is bound to them, or where Grafana calls.
  settings: { hook: { secret: 'GAVEL_CREDENTIAL' } },
  reads: {
    alerts: { call: (connection) => alertsOf(connection).read() },
    figures: { call: (connection) => metricsOf(connection).figures(60_000) },
    'history of metrics': { call: (connection) => metricsOf(connection).history(0, 60_000) },
    graph: { call: (connection) => metricsOf(connection).series?.('queue', 0, 60_000) },
    'what there are graphs of': { call: (connection) => metricsOf(connection).findQueries?.() },
    picture: { call: (connection) => metricsOf(connection).picture?.('queue', 0, 60_000, { width: 10, height: 10 }) },
    'whether a deployment is marked': { call: annotate },
  },
  writes: { ...alertmanagerWrites, 'a deploy mark': { call: annotate, readsBefore: [] } },
};
