import { localConnector } from '../../../src/connectors/local';
import type { ContractSuite } from '../contract';

/** The sandbox: processes and a repository on this machine. */
export const localSuite: ContractSuite = {
  connector: localConnector,
  provenBy: [
    'test/connectors/local/pipelines.test.ts',
    'test/connectors/local/services.test.ts',
    'test/connectors/local/approvals.test.ts',
  ],
};
