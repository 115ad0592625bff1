import { alertmanagerConnector } from '../../../src/connectors/alertmanager';
import { alertmanagerTemplates, alertmanagerWrites } from '../alertmanager-api/writes';
import { alertsOf } from '../contract';
import type { ContractSuite } from '../contract';

export const alertmanagerSuite: ContractSuite = {
  connector: alertmanagerConnector,
  templates: { sent: [alertmanagerTemplates] },
  reads: { alerts: { call: (connection) => alertsOf(connection).read() } },
  writes: alertmanagerWrites,
};
