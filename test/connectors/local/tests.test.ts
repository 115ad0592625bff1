import assert from 'node:assert/strict';
import type { TestReport, TestRunner } from '../../../src/connectors/contract';
import { createLocalTests } from '../../../src/connectors/local/tests';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { asked } from '../run-requests';
import { ended, eventually, LocalWorld } from './local-world';

describe('test suites of connector local', () => {
  const world = new LocalWorld();
  const opened: { close(): Promise<void> }[] = [];
  before(() => world.start());
  after(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await world.end();
  });

  function runnerOf(service: string): TestRunner {
    const { dataDir, environment, targets } = world;
    const parts = { dataDir, environment, pace: 0.01, targets: () => targets };
    const tests = createLocalTests({ ...parts, clock: systemClock, logger: silentLogger });
    opened.push(tests.runs);
    return tests.runnerOf({ service, environment: 'staging' });
  }

  async function reportOf(runner: TestRunner, key: string, suite: string, only?: string[]): Promise<TestReport> {
    const { id } = await runner.start({ key, suite, ...(only && { only }), ...asked });
    await eventually(async () => (await runner.runStatus(id))?.endedAt !== undefined);
    return (await runner.report(id)) ?? assert.fail((await runner.runLog(id, 50)).join('\n'));
  }

  it('send real requests to a service: a good release passes both suites', async () => {
    const runner = runnerOf('shop');
    assert.deepEqual(
      (await runner.suites()).map(({ name }) => name),
      ['smoke', 'checkout'],
    );
    const smoke = await reportOf(runner, 'good smoke', 'smoke');
    assert.deepEqual([smoke.total, smoke.passed], [5, 5]);
    const checkout = await reportOf(runner, 'good checkout', 'checkout');
    assert.deepEqual([checkout.total, checkout.passed, checkout.skipped], [4, 4, 0]);
  });

  it('find what is wrong with a broken release: one test fails, one is flaky, and only the failed one runs again', async () => {
    const { pipelines } = world.connect();
    const { id } = await pipelines.startRun(await world.request('broken', 'shop', 'staging', '2.15.0'));
    await ended({ pipelines }, id);
    const runner = runnerOf('shop');
    const { cases, ...counts } = await reportOf(runner, 'broken checkout', 'checkout');
    assert.deepEqual([counts.failed, counts.flaky, counts.passed, counts.skipped], [1, 1, 2, 0]);
    assert.deepEqual(
      cases.map(({ name, outcome, attempts }) => [name, outcome, attempts]),
      [
        ['reaches the price cache', 'failed', 2],
        ['shows the cart', 'flaky', 2],
      ],
    );
    assert.match(cases[0]?.message ?? '', /GET \/healthz answered 503: price cache: connect ECONNREFUSED/);
    const again = await reportOf(runner, 'broken again', 'checkout', ['reaches the price cache']);
    assert.deepEqual([again.total, again.failed], [1, 1]);
  });
});
