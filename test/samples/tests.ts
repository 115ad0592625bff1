import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestReport } from '../../src/connectors/contract';
import { people } from '../features/fakes';
import { failedReport, passedReport } from '../features/tests/memory-tests';
import { hostileName, hostileText, longText } from './contract';
import { scene } from './stage';
import type { Stage } from './stage';

/** Test runs: the card in every state, lists, and the form. */

const { dana } = people;
const line = 'tests smoke on shop in staging';

/** Runs the suite; gives the id of the run. */
async function begin({ type, world }: Stage): Promise<string> {
  await type(dana, line, 'channel');
  await world.pass(1_000);
  const ids = [...world.outbox.messages.keys()].flatMap((key) => /^tests:([0-9a-f]{32}):card$/.exec(key)?.[1] ?? []);
  return ids.at(-1) ?? '';
}

async function end({ world }: Stage, state: 'succeeded' | 'failed', report?: TestReport, reason = ''): Promise<void> {
  world.tests.tell({ state, reason }, report);
  await world.pass(2_000);
}

const cases = Array.from({ length: 7 }, (_, index) => ({
  ...{ id: `shop.checkout ${index}`, name: `adds product ${index + 1} to the cart`, attempts: 1, durationMs: 80 },
  ...{ outcome: 'failed', message: 'expected 1 product in the cart, got 2', detail: [], picture: 'cart.png' },
})) satisfies TestReport['cases'];
const screenshot = (): Uint8Array => readFileSync(join(__dirname, 'screenshot.png'));

const life = scene(async (stage) => {
  const { show, keep, click, ask, world } = stage;
  await show('tests-none', dana, 'tests');
  await show('tests-history-none', dana, 'tests history smoke on shop');
  await show('tests-flaky-none', dana, 'flaky');
  await show('tests', dana, 'tests shop');
  const id = await begin(stage);
  keep('running', await click(dana, 'tests.view', { id }, 'channel'));
  keep('tests-cancel', await ask(dana, 'tests.cancel', id));
  world.tests.picture = screenshot();
  await end(stage, 'failed', { ...failedReport, total: 12, passed: 5, failed: 7, skipped: 0, cases });
  keep('', await click(dana, 'tests.view', { id }, 'channel'));
  keep('log', await click(dana, 'tests.log', { id }, 'channel'));
  await click(dana, 'tests.rerun', { id }, 'channel');
  await world.pass(1_000);
  await end(stage, 'succeeded', { ...passedReport, total: 7, passed: 7 });
  keep('rerun', stage.sent('tests/run'));
  await begin(stage);
  await end(stage, 'succeeded', passedReport);
  keep('passed', stage.sent('tests/run'));
  await begin(stage);
  const flaky = [{ ...failedReport.cases[0], outcome: 'flaky', attempts: 2 }] as TestReport['cases'];
  await end(stage, 'succeeded', { ...passedReport, passed: 4, flaky: 1, cases: flaky });
  keep('flaky', stage.sent('tests/run'));
  await begin(stage);
  await end(stage, 'failed', undefined, 'no tests ran');
  keep('nothing', stage.sent('tests/run'));
  await show('tests-list', dana, 'tests', 'channel');
  await show('tests-history', dana, 'tests history smoke on shop', 'channel');
  await show('tests-flaky', dana, 'flaky', 'channel');
});

const troubled = scene(async (stage) => {
  stage.world.tests.faults.push({ method: 'start', failure: 'unclear' });
  stage.world.tests.findAnswer = { found: 'cannot tell' };
  const id = await begin(stage);
  await stage.world.pass(5_000);
  stage.keep('unclear', await stage.click(dana, 'tests.view', { id }, 'channel'));
  stage.keep('tests-settle-again', await stage.ask(dana, 'tests.settle-again', id));
  stage.keep('tests-settle-not', await stage.ask(dana, 'tests.settle-not', id));
  await stage.click(dana, 'tests.settle-not', { id }, 'channel');
  await stage.world.pass(1_000);
  stage.keep('canceled', await stage.click(dana, 'tests.view', { id }, 'channel'));
});

const odd = scene(async (stage) => {
  const tested = (name: string, message: string) =>
    ({ ...failedReport, cases: [{ ...cases[0], name, message }] }) as TestReport;
  let id = await begin(stage);
  await end(stage, 'failed', tested(hostileName, hostileText), hostileText);
  stage.keep('hostile', await stage.click(dana, 'tests.view', { id }, 'channel'));
  id = await begin(stage);
  await end(stage, 'failed', tested(longText, longText), longText);
  stage.keep('long', await stage.click(dana, 'tests.view', { id }, 'channel'));
});

export const testScenes = [life, troubled, odd];
