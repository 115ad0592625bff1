import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { defineConnector } from '../contract/kinds';
import { checkFolders, commandOf, offeredSuites, Suite, suitesOf } from '../machine/suites';
import { bindSuites, createMachineTests } from '../machine/tests';

const junitKind = 'junit';

/** Test suites that run on Gavel’s own server with a team’s own runner, which writes JUnit’s XML or Playwright’s JSON. */
export const junitConnector = defineConnector({
  kind: junitKind,
  title: 'Tests on this server',
  connection: z.strictObject({}),
  bindings: { tests: suitesOf(Suite) },
  open(_, { machine, targets, clock, logger }) {
    const { dataDir, environment } = machine;
    const tests = createMachineTests({ connectorName: junitKind, dataDir, clock, logger, environment });
    return {
      bind: {
        tests: ({ suites }, target) =>
          bindSuites(tests, offeredSuites(suites, target), (start) => {
            const suite = lookUp(suites, start.suite);
            if (!suite) throw new ConnectorError(junitKind, 'not found', 'there is no such test suite');
            return commandOf(suite, target, start);
          }),
      },
      tests,
      check: async () => targets('tests').flatMap(({ binding, ...target }) => checkFolders(binding.suites, target)),
      close: () => tests.close(),
    };
  },
});
