import { icingaConnector } from '../../../src/connectors/icinga';
import { alertsOf, by, sampleAlert, target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';

const alert = { ...sampleAlert, key: 'web01!HTTP' };
/** What it has, for whatever is asked: one service on one host, and one downtime. */
const readsBefore = {
  results: [
    {
      attrs: {
        ...{ name: 'HTTP', host_name: 'web01', __name: 'web01!HTTP!1', author: 'Noor', comment: 'by hand' },
        ...{ state: 2, state_type: 1, last_hard_state: 2, last_hard_state_change: 1, acknowledgement: 0 },
        ...{ end_time: 2e9, fixed: true, duration: 0, trigger_time: 1, service_name: 'HTTP' },
      },
    },
  ],
};
const binding = { host: 'web01' };

export const icingaSuite: ContractSuite = {
  connector: icingaConnector,
  // Matched with the names that Icinga lists.
  templates: { staysHere: /^(?:alerts|control)\.(?:host|services\.\*)$/ },
  // A filter has no room in an address, so reads are POSTs, too.
  isRead: ({ request }) => request.method === 'GET' || request.headers['x-http-method-override'] === 'GET',
  reads: {
    alerts: { call: (connection) => alertsOf(connection).read() },
    'what maintenance keeps quiet': { call: (connection) => bind(connection, 'alerts', binding, target).quiets?.() },
  },
  writes: {
    'an acknowledgement': { call: (connection) => alertsOf(connection).acknowledge?.(alert, by, 2e12), readsBefore },
    'taking one back': { call: (connection) => alertsOf(connection).unacknowledge?.(alert, by), readsBefore },
    'a silence': {
      call: (connection) => alertsOf(connection).silence?.(alert, by, 2e12),
      readsBefore,
    },
    'the end of a silence': {
      call: (connection) => alertsOf(connection).endSilence?.('web01!HTTP!1', by),
      readsBefore,
    },
    'a maintenance window': {
      call: (connection) => bind(connection, 'alerts', binding, target).maintain?.('M-1', by, 1, 2e12),
      readsBefore,
    },
    'a check': {
      call: (connection) => bind(connection, 'control', binding, target).recheck?.(),
      readsBefore,
    },
  },
};
