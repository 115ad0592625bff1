import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bound, MeasurementSink, PathMeasurement, RunStatus, Systems } from '../../../src/connectors/contract';
import { measurementLines } from '../../../src/connectors/statsd/measurements';
import { ConnectorError } from '../../../src/core/errors';
import { createFigures } from '../../../src/features/figures';
import { measureRun, measureSource, measureTests } from '../../../src/features/figures/facts';
import { sendEveryMs } from '../../../src/features/figures/workflow';
import type { PipelineRun } from '../../../src/features/runs';
import type { SourceReport } from '../../../src/features/scm';
import type { TestRun } from '../../../src/features/tests';
import { crashingStore } from '../../workflows/crashing-store';
import { stock } from '../../samples/releases';
import { createFakeWorld } from '../fakes';

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 20, 13);

const seen = (state: RunStatus['state'], more: Partial<RunStatus> = {}): RunStatus => ({
  ...{ id: 'run-1', state, steps: [], progress: 1, startedAt: 10_000, endedAt: 52_000, lastLines: [], logReadAt: 0 },
  ...more,
});
const runIn = (state: PipelineRun['state'], more: Partial<PipelineRun> = {}): PipelineRun =>
  ({ connection: 'jenkins', pipeline: 'nightly', state, stateSince: 60_000, runId: 'run-1', ...more }) as PipelineRun;

const testsIn = (state: TestRun['state'], more: Partial<TestRun> = {}): TestRun =>
  ({
    ...{ service: 'shop', environment: 'staging', suite: 'smoke', state, stateSince: 60_000, runId: 'run-1' },
    ...more,
  }) as TestRun;
const counted = { total: 9, passed: 6, failed: 2, flaky: 1, skipped: 0, durationMs: 5, cases: [] };

const report = (more: Partial<SourceReport> = {}): SourceReport => ({
  ...{ service: 'shop', readAt: now, system: 'GitHub', live: undefined, notLive: { found: 'none' }, checked: 'main' },
  ...{ requests: { found: 'none' }, newest: { found: 'none' }, main: { found: 'none' }, checks: { found: 'none' } },
  ...more,
});
const request = (openHours: number, more: object = {}) => ({
  ...{ label: '#1', title: 'Gift cards', author: 'Dana', openedAt: now - openHours * hour, isDraft: false },
  ...{ reviewers: [], review: 'waiting' as const, ...more },
});
const commit = { id: 'c', message: 'm', author: 'Dana', committedAt: 0 };
const full = report({
  requests: {
    found: 'all',
    value: { called: 'pull request', open: [request(75.9), request(30), request(90, { isDraft: true })], total: 3 },
  },
  newest: { found: 'all', value: { version: '2.14.0', commit: 'c', createdAt: 0 } },
  main: {
    found: 'all',
    value: { name: 'main', commit: 'c', ahead: { commits: [commit, commit], direction: 'forward' } },
  },
  checks: {
    found: 'all',
    value: [
      { name: 'lint', state: 'failed' },
      { name: 'types', state: 'passed' },
    ],
  },
});
const lines = (measured: readonly PathMeasurement[]): readonly string[] => measurementLines(measured, 'gavel');

describe('the numbers of a run', () => {
  const of = 'gavel.pipelines.jenkins.nightly';
  const cases: readonly (readonly [what: string, PipelineRun, readonly string[]])[] = [
    [
      'that succeeded',
      runIn('succeeded', { run: seen('succeeded') }),
      [`${of}.succeeded:1|c`, `${of}.duration:42000|ms`],
    ],
    [
      'with warnings',
      runIn('succeeded', { run: seen('succeeded', { hasWarnings: true }) }),
      [`${of}.succeeded_with_warnings:1|c`, `${of}.duration:42000|ms`],
    ],
    ['that failed', runIn('failed', { run: seen('failed') }), [`${of}.failed:1|c`, `${of}.duration:42000|ms`]],
    [
      'that was canceled',
      runIn('canceled', { run: seen('canceled') }),
      [`${of}.canceled:1|c`, `${of}.duration:42000|ms`],
    ],
    [
      'that was superseded before it began',
      runIn('superseded', { run: seen('superseded', { startedAt: 0 }) }),
      [`${of}.superseded:1|c`],
    ],
    [
      'whose tool doesn’t say when it ended',
      runIn('failed', { run: { ...seen('failed'), endedAt: undefined } as unknown as RunStatus }),
      [`${of}.failed:1|c`, `${of}.duration:50000|ms`],
    ],
    [
      'whose clock was set back',
      runIn('failed', { run: seen('failed', { endedAt: 5_000 }) }),
      [`${of}.failed:1|c`, `${of}.duration:0|ms`],
    ],
    [
      'that somebody closed, because its tool lost it',
      runIn('canceled', { run: seen('running') }),
      [`${of}.canceled:1|c`],
    ],
    ['that never ran', runIn('failed', { runId: undefined }), []],
  ];
  for (const [what, run, expected] of cases)
    it(`of a run ${what}`, () => assert.deepEqual(lines(measureRun(run)), expected));
});

describe('the numbers of a test suite', () => {
  const of = 'gavel.tests.shop.staging.smoke';
  const took = `${of}.duration:42000|ms`;
  const cases: readonly (readonly [what: string, TestRun, readonly string[]])[] = [
    [
      'that failed',
      testsIn('failed', { run: seen('failed'), report: counted }),
      [`${of}.failed:1|c`, took, `${of}.failed_tests:2|g`, `${of}.flaky_tests:1|g`],
    ],
    [
      'that passed',
      testsIn('passed', { run: seen('succeeded'), report: { ...counted, failed: 0, flaky: 0 } }),
      [`${of}.passed:1|c`, took, `${of}.failed_tests:0|g`, `${of}.flaky_tests:0|g`],
    ],
    ['that left no results', testsIn('failed', { run: seen('failed') }), [`${of}.failed:1|c`, took]],
    ['that was canceled', testsIn('canceled', { run: seen('canceled') }), [`${of}.canceled:1|c`, took]],
    [
      'that somebody closed, because its tool lost it',
      testsIn('canceled', { run: seen('running') }),
      [`${of}.canceled:1|c`],
    ],
    ['that never ran', testsIn('failed', { runId: undefined }), []],
  ];
  for (const [what, run, expected] of cases)
    it(`of a run ${what}`, () => assert.deepEqual(lines(measureTests(run)), expected));
});

describe('the numbers of source control', () => {
  it('are those of its card', () =>
    assert.deepEqual(lines(measureSource(full)), [
      ...['gavel.source.shop.open:3|g', 'gavel.source.shop.oldest_hours:75|g'],
      ...['gavel.source.shop.waiting_reviews:1|g', 'gavel.source.shop.failing_checks:1|g'],
      'gavel.source.shop.unreleased_commits:2|g',
    ]));

  it('are left out where something couldn’t be read', () => {
    const { checks } = full;
    assert.deepEqual(lines(measureSource(report({ requests: { found: 'cannot tell' }, checks }))), [
      'gavel.source.shop.failing_checks:1|g',
    ]);
    assert.deepEqual(measureSource(report()), []);
  });

  it('are 0 where nothing is open', () => {
    const requests = { found: 'all', value: { called: 'pull request', open: [], total: 0 } } as const;
    assert.deepEqual(
      measureSource(report({ requests })).map(({ value }) => value),
      [0, 0, 0],
    );
  });
});

describe('the names in the readme of statsd', () => {
  it('are those that Gavel sends', () => {
    const readme = readFileSync(join(__dirname, '../../../src/connectors/statsd/readme.md'), 'utf8');
    const table = readme.split('## Pipeline, test, and source metrics')[1]?.split('## Required permissions')[0] ?? '';
    const rows = [...table.matchAll(/^\| (`.*?) *\| (counter|timer|gauge) /gm)];
    const documented = rows.flatMap(([, names = '', type = '']) =>
      [...names.matchAll(/`[^`]*\.([a-z_]+)`/g)].map(([, name = '']) => `${name} ${type}`),
    );
    const types = { count: 'counter', ms: 'timer', gauge: 'gauge' } as const;
    const states = ['succeeded', 'failed', 'canceled', 'superseded'] as const;
    const sent = [
      ...states.flatMap((state) => measureRun(runIn(state, { run: seen(state) }))),
      ...measureRun(runIn('succeeded', { run: seen('succeeded', { hasWarnings: true }) })),
      ...measureTests(testsIn('passed', { run: seen('succeeded'), report: counted })),
      ...(['failed', 'canceled'] as const).flatMap((state) => measureTests(testsIn(state))),
      ...measureSource(full),
    ].map(({ path, unit }) => `${path.at(-1)} ${types[unit]}`);
    assert.deepEqual([...new Set(documented)].sort(), [...new Set(sent)].sort());
    for (const [, names = ''] of rows)
      assert.match(
        names,
        /^`(pipelines\.<connection>\.<pipeline>|tests\.<service>\.<environment>\.<suite>|source\.<service>|…)\./,
      );
  });
});

describe('figures', () => {
  let world: ReturnType<typeof createFakeWorld>;
  let isDown: boolean;
  let got: string[];
  /** Another instance on the same store; gives what it does when a run has ended, and how it begins. */
  function open(connections: readonly string[], store = world.deps.store) {
    const sinks = connections.map((connection): Bound<MeasurementSink> => ({
      connection,
      async send(measured) {
        if (isDown && connection === 'down') throw new ConnectorError(connection, 'unreachable', 'as the test wants');
        got.push(...lines(measured).map((line) => `${connection} ${line}`));
      },
    }));
    let onEnd: (id: string, run: PipelineRun) => Promise<void> = async () => assert.fail('nobody listens');
    let onTestsEnd: (id: string, run: TestRun) => Promise<void> = async () => assert.fail('nobody listens');
    const source: Systems['source'] = (service) => {
      const found = world.deps.systems.source(service);
      const pullRequests = async () => ({ called: 'pull request' as const, open: [request(1)], total: 1 });
      return found && service === 'shop' ? { ...found, connection: 'github', pullRequests } : undefined;
    };
    const systems = { ...world.deps.systems, source, measurementSinks: () => sinks };
    const sweeper =
      store === world.deps.store ? world.deps.sweeper : { ...world.deps.sweeper, register: () => undefined };
    const { begin } = createFigures(
      { ...world.deps, store, sweeper, systems },
      {
        runs: { onEnd: (listener) => void (onEnd = listener) },
        testRuns: { onEnd: (listener) => void (onTestsEnd = listener) },
      },
    );
    return {
      begin,
      end: () => onEnd('run', runIn('failed', { run: seen('failed') })),
      endTests: () => onTestsEnd('run', testsIn('passed', { run: seen('succeeded') })),
    };
  }
  const failedIn = (connection: string): readonly string[] => [
    `${connection} gavel.pipelines.jenkins.nightly.failed:1|c`,
    `${connection} gavel.pipelines.jenkins.nightly.duration:42000|ms`,
  ];

  beforeEach(() => {
    world = createFakeWorld();
    stock(world);
    isDown = true;
    got = [];
  });
  afterEach(() => world.close());

  it('of a run reach every connection once, however often the run says that it has ended', async () => {
    const { end } = open(['statsd', 'other']);
    await Promise.all([end(), end()]);
    await end();
    assert.deepEqual(got.sort(), [...failedIn('other'), ...failedIn('statsd')].sort());
  });

  it('of a test suite are sent once, too, also if a pipeline’s run has the same ID', async () => {
    const { end, endTests } = open(['statsd']);
    await end();
    await Promise.all([endTests(), endTests()]);
    await endTests();
    const of = 'statsd gavel.tests.shop.staging.smoke';
    assert.deepEqual(got, [...failedIn('statsd'), `${of}.passed:1|c`, `${of}.duration:42000|ms`]);
  });

  it('of a run aren’t sent again where they couldn’t be sent, and hold up nothing', async () => {
    const { end } = open(['down', 'statsd']);
    await end();
    isDown = false;
    await end();
    assert.deepEqual(got, failedIn('statsd'));
  });

  for (const [when, expected] of [
    ['before', failedIn('statsd')],
    ['after', []],
  ] as const)
    it(`of a run are sent ${expected.length > 0 ? 'by the next process' : 'by nobody'} if the process dies ${when} their mark is stored`, async () => {
      const { store } = world.deps;
      const dying = crashingStore(store, {
        ...{ crash: { atWrite: 1, when }, hasEnded: () => false, onStored: () => undefined },
      });
      await assert.rejects(open(['statsd'], dying.store).end());
      assert.deepEqual(got, []);
      const { end } = open(['statsd']);
      await end();
      await end();
      assert.deepEqual(got, expected);
    });

  it('of source control are sent at a fixed pace', async () => {
    const { begin } = open(['statsd']);
    await begin();
    await begin();
    const counts = () => got.filter((line) => line === 'statsd gavel.source.shop.open:1|g').length;
    await world.pass(1_000);
    assert.equal(counts(), 1);
    await world.pass(sendEveryMs - 2_000, 60_000);
    assert.equal(counts(), 1);
    await world.pass(60_000, 10_000);
    assert.equal(counts(), 2);
  });

  it('are nothing where no connection wants them', async () => {
    const { begin, end } = open([]);
    await begin();
    await end();
    await world.pass(2 * sendEveryMs, 60_000);
    assert.deepEqual(got, []);
  });
});
