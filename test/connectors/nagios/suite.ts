import { nagiosConnector } from '../../../src/connectors/nagios';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { alertsOf, by, sampleAlert, target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';

const service = { host: 'web01', service: 'HTTP' };
const readsBefore = {
  result: { query_time: 0, type_code: 0 },
  data: {
    service: {
      ...{ host_name: 'web01', description: 'HTTP', status: 'critical', state_type: 'hard' },
      ...{ last_hard_state: 'critical', last_hard_state_change: 0, last_check: 0 },
      problem_has_been_acknowledged: false,
    },
    ...{ servicelist: { web01: { HTTP: 'critical' } }, hostlist: {}, downtimelist: {} },
    selectors: { starttime: '2026-11-29 23:00:00', endtime: '2026-11-30 00:00:00' },
  },
};
const alert = { ...sampleAlert, key: 'web01!HTTP' };
const metricsOf = (connection: OpenConnection) =>
  bind(connection, 'metrics', { ...service, p95: 'time', queries: { queue: { label: 'queue' } } }, target);

export const nagiosSuite: ContractSuite = {
  connector: nagiosConnector,
  templates: {
    // Matched with the names and labels that Nagios lists.
    staysHere:
      /^(?:alerts|control)\.(?:host|services\.\*)$|^metrics\.(?:p50|p95|errors|rate|saturation|queries\.\*\.(?:label|unit))$/,
    sent: [
      {
        fields: /^metrics\.(?:host|service)$/,
        call: (connection, place) =>
          bind(connection, 'metrics', { host: '{service}', service: '{service}', p95: 'time' }, place).figures(60_000),
        answers: () => readsBefore,
      },
      {
        fields: /^metrics\.queries\.\*\.service$/,
        call: (connection, place) => {
          const queries = { queue: { label: 'queue', service: '{service}' } };
          return bind(connection, 'metrics', { ...service, queries }, place).series?.('queue', 0, 60_000);
        },
        answers: () => readsBefore,
      },
    ],
  },
  reads: {
    alerts: { call: (connection) => alertsOf(connection).read() },
    'what maintenance keeps quiet': {
      call: (connection) => bind(connection, 'alerts', { host: 'web01' }, target).quiets?.(),
    },
    'history of alerts': { call: (connection) => alertsOf(connection).history?.(0, 60_000) },
    figures: { call: (connection) => metricsOf(connection).figures(60_000) },
    'history of metrics': { call: (connection) => metricsOf(connection).history(0, 60_000) },
    graph: { call: (connection) => metricsOf(connection).series?.('queue', 0, 60_000) },
  },
  writes: {
    'an acknowledgement': { call: (connection) => alertsOf(connection).acknowledge?.(alert, by, 2e12), readsBefore },
    'taking one back': { call: (connection) => alertsOf(connection).unacknowledge?.(alert, by), readsBefore },
    'a silence': { call: (connection) => alertsOf(connection).silence?.(alert, by, 2e12), readsBefore },
    'a maintenance window': {
      call: (connection) => bind(connection, 'alerts', { host: 'web01' }, target).maintain?.('M-1', by, 1, 2e12),
      readsBefore,
    },
    'a check': {
      call: (connection) => bind(connection, 'control', { host: 'web01' }, target).recheck?.(),
      readsBefore,
    },
  },
};
