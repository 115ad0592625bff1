import { junitConnector } from '../../../src/connectors/junit';
import type { ContractSuite } from '../contract';

/** It runs programs of this machine and reads the files that they write. */
export const junitSuite: ContractSuite = {
  connector: junitConnector,
  provenBy: [
    'test/connectors/junit/reading.test.ts',
    'test/connectors/junit/recorded.test.ts',
    'test/connectors/junit/runs.test.ts',
  ],
};
