import { alertmanagerConnector } from '../../../src/connectors/alertmanager';
import { alertmanagerWrites } from '../alertmanager-api/writes';
import { alertsOf } from '../contract';
import type { ContractSuite } from '../contract';

export const alertmanagerSuite: ContractSuite = {
  connector: alertmanagerConnector,
  reads: { alerts: { call: (connection) => alertsOf(connection).read() } },
  writes: alertmanagerWrites,
};
