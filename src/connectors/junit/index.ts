import { statSync } from 'node:fs';
import { z } from 'zod';
import { fillTemplate } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import type { CheckLine } from '../contract/kinds';
import { defineConnector } from '../contract/kinds';
import type { TestRunner } from '../contract/tests';
import { bindSuites, createMachineTests } from '../machine/tests';
import type { MachineTests } from '../machine/tests';
import { commandOf, folderOf, testsBinding } from './bindings';

const junitKind = 'junit';

type Binding = z.output<typeof testsBinding>;

/** Test suites that run on Gavel’s own server with a team’s own runner, which writes JUnit’s XML or Playwright’s JSON. */
export const junitConnector = defineConnector({
  kind: junitKind,
  title: 'Tests on this server',
  connection: z.strictObject({}),
  bindings: { tests: testsBinding },
  open(_, { machine, targets, clock, logger }) {
    const { dataDir, environment } = machine;
    const tests = createMachineTests({ connectorName: junitKind, dataDir, clock, logger, environment });
    return {
      bind: { tests: (binding, target) => runnerOf(tests, binding, target) },
      tests,
      check: async () => targets('tests').flatMap(({ binding, ...target }) => checkTarget(binding, target)),
      close: () => tests.close(),
    };
  },
});

function runnerOf(tests: MachineTests, { suites }: Binding, target: Target): TestRunner {
  const offered = Object.entries(suites).map(([name, { title, rerunFailed }]) => ({
    name,
    title: title ? fillTemplate(title, target) : name,
    canRerunFailed: rerunFailed !== undefined,
  }));
  return bindSuites(tests, offered, (start) => {
    const suite = lookUp(suites, start.suite);
    if (!suite) throw new ConnectorError(junitKind, 'not found', 'there is no such test suite');
    return commandOf(suite, target, start);
  });
}

/** One line for each suite: whether its folder is there. */
function checkTarget({ suites }: Binding, target: Target): CheckLine[] {
  return Object.entries(suites).map(([name, suite]) => {
    const about = `${name} on ${target.service} in ${target.environment}`;
    const path = folderOf(suite, target);
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    return isThere ? { about } : { about, problem: `There is no folder ${path}. Create it, or correct \`folder\`.` };
  });
}
