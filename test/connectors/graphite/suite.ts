import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { graphiteConnector } from '../../../src/connectors/graphite';
import { target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';

const metricsOf = (connection: OpenConnection) =>
  bind(connection, 'metrics', { p95: 'a.{service}', queries: { queue: { query: 'b' } } }, target);
const mark = { key: 'D-1001', at: 1, title: 'shop 2.14.0', text: 'by Noor', tags: ['deploy'] };
const annotate = (connection: OpenConnection) => bind(connection, 'annotations', {}, target).annotate(mark);

export const graphiteSuite: ContractSuite = {
  connector: graphiteConnector,
  templates: {
    staysHere: /\.unit$/,
    sent: [
      {
        fields: /^metrics\..*\.query$/,
        async call(connection, place) {
          const query = 'apps.{service}.p95';
          const named = { p50: query, p95: query, errors: query, rate: query, saturation: query };
          const metrics = bind(connection, 'metrics', { ...named, queries: { queue: { query } } }, place);
          for (const ask of [() => metrics.figures(60_000), () => metrics.series?.('queue', 0, 60_000)])
            await Promise.resolve(ask()).catch(() => undefined);
        },
        answers: () => [],
        // Graphite can’t escape.
        becomes: (value) => value.replace(/[^A-Za-z0-9_-]/g, '_'),
      },
      {
        fields: /^annotations\.tags\.\*$/,
        call: (connection, place) => bind(connection, 'annotations', { tags: ['{service}'] }, place).annotate(mark),
        answers: ({ method }) => (method === 'GET' ? [] : { id: 1 }),
        becomes: (value) => value.replace(/[^\p{L}\p{N}_.:@/-]/gu, '_'),
      },
    ],
  },
  reads: {
    figures: { call: (connection) => metricsOf(connection).figures(60_000) },
    'history of metrics': { call: (connection) => metricsOf(connection).history(0, 60_000) },
    graph: { call: (connection) => metricsOf(connection).series?.('queue', 0, 60_000) },
    picture: { call: (connection) => metricsOf(connection).picture?.('queue', 0, 60_000, { width: 10, height: 10 }) },
    'whether a deployment is marked': { call: annotate },
  },
  writes: { 'a deploy mark': { call: annotate, readsBefore: [] } },
};
