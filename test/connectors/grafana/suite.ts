import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { grafanaConnector } from '../../../src/connectors/grafana';
import { alertmanagerTemplates, alertmanagerWrites } from '../alertmanager-api/writes';
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
  templates: {
    staysHere: /\.unit$/,
    sent: [
      alertmanagerTemplates,
      {
        fields: /^metrics\.(?:p50|p95|errors|rate|saturation|queries\.\*)\.query$/,
        async call(connection, place) {
          const query = 'a{service}/1';
          const named = { p50: query, p95: query, errors: query, rate: query, saturation: query };
          const metrics = bind(connection, 'metrics', { ...named, queries: { queue: { query } } }, place);
          for (const ask of [() => metrics.figures(60_000), () => metrics.series?.('queue', 0, 60_000)])
            await Promise.resolve(ask()).catch(() => undefined);
        },
        // What follows a slash is the panel, which is looked for in the answer.
        becomes: (value) => value.split('/')[0] ?? '',
      },
      {
        fields: /^metrics\.dashboards\.(?:tag|search)$/,
        async call(connection, place) {
          for (const dashboards of [{ tag: '{service}' }, { search: '{service}' }])
            await bind(connection, 'metrics', { dashboards }, place).findQueries?.();
        },
        answers: () => [],
      },
      {
        fields: /^annotations\.tags\.\*$/,
        call: (connection, place) => bind(connection, 'annotations', { tags: ['{service}'] }, place).annotate(mark),
        answers: ({ method }) => (method === 'GET' ? [] : { id: 1 }),
        becomes: (value) => value.replaceAll('\n', ' '),
      },
    ],
    // Its queries are in languages that nobody knows here, so such values are refused.
    provenBy: { 'test/connectors/grafana/metrics.test.ts': /^metrics\.variables\.\*$/ },
  },
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
