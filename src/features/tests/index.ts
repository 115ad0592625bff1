import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { testActions } from './actions';
import { testCard, testTopic } from './cards';
import { testCommands } from './commands';
import { openTests } from './effects';
import type { TestStore } from './effects';
import { describeTestAudit } from './text';

export type { TestRun } from './contract';
export { readTestEvidence } from './policy';

/** The test runs that people started from chat, for other features. */
export type TestRuns = Pick<TestStore, 'onEnd'>;

/** Test suites that people run from chat. Runs continue automatically once the sweeper of `deps` has started. */
export function createTests(deps: FeatureDependencies): {
  readonly feature: Feature;
  readonly testRuns: TestRuns;
} {
  const tests = openTests(deps);
  const parts = { deps, tests };
  deps.outbox.drawCopies(testTopic(''), async ({ about, person }) => {
    const id = about.slice(testTopic('').length);
    const found = await tests.records.get(id);
    return found && testCard(deps, id, found.value, person.id);
  });
  return {
    testRuns: tests,
    feature: {
      name: 'tests',
      commands: testCommands(parts),
      actions: testActions(parts),
      describeAudit: describeTestAudit,
    },
  };
}
