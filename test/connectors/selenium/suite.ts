import { seleniumConnector } from '../../../src/connectors/selenium';
import { target } from '../contract';
import type { ContractSuite } from '../contract';
import { bind } from '../open-connection';
import { asked } from '../run-requests';

const smoke = { command: ['true'], folder: '/srv/tests/{service}', results: 'results/*.xml' };

export const seleniumSuite: ContractSuite = {
  connector: seleniumConnector,
  // A suite gets them as a command does.
  templates: { provenBy: { 'test/connectors/selenium/runs.test.ts': /^tests\.suites\./ } },
  reads: {
    'the Grid, before a start': {
      call: (connection) =>
        bind(connection, 'tests', { suites: { smoke } }, target).start({ key: 'K-1', suite: 'smoke', ...asked }),
    },
  },
  // What ends sessions may be sent again.
  writes: {},
};
