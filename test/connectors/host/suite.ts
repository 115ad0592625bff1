import { hostConnector } from '../../../src/connectors/host';
import type { ContractSuite } from '../contract';

/** It runs programs of this machine, and asks only its own network how services are. */
export const hostSuite: ContractSuite = {
  connector: hostConnector,
  provenBy: ['test/connectors/host/host.test.ts', 'test/connectors/host/launch.test.ts'],
};
