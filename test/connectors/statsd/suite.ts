import { statsdConnector } from '../../../src/connectors/statsd';
import type { ContractSuite } from '../contract';

export const statsdSuite: ContractSuite = {
  connector: statsdConnector,
  provenBy: ['test/connectors/statsd/statsd.test.ts', 'test/connectors/statsd/statsd.server.ts'],
};
