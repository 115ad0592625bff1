import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { PipelineSource, PipelineStart, RunStatus } from '../../../src/connectors/contract';
import { createLocalPipelines } from '../../../src/connectors/local/pipelines';
import { ConnectorError } from '../../../src/core/errors';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { eventually, LocalWorld } from './local-world';

describe('pipelines of connector local that people start', () => {
  const world = new LocalWorld();
  const opened: { close(): Promise<void> }[] = [];
  before(() => world.start());
  after(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await world.end();
  });

  const connect = (pace = 0.02, runnable = ['*']): PipelineSource => {
    const { dataDir, environment } = world;
    const options = { dataDir, environment, pace, runnable, targets: () => world.targets };
    const source = createLocalPipelines({ ...options, clock: systemClock, logger: silentLogger });
    opened.push(source);
    return source;
  };
  const startOf = (key: string, pipeline: string, values: PipelineStart['values']): PipelineStart => ({
    ...{ key, pipeline, values, askedAt: Date.now() },
    by: { id: 'entra:somebody', name: 'Dana Developer' },
  });
  const ended = (source: PipelineSource, id: string): Promise<RunStatus> =>
    eventually(async () => {
      const status = await source.runStatus(id);
      return status?.endedAt !== undefined && status;
    });
  const stepsOf = ({ steps }: RunStatus): string[] => steps.map(({ name, state }) => `${name} ${state}`);

  it('are listed as the catalog allows, each with its typed parameters', async () => {
    const ids = async (runnable: string[]) => (await connect(1, runnable).list()).map(({ id }) => id);
    assert.deepEqual(await ids(['*']), ['load-test', 'nightly-report', 'reindex-search', 'pay-refunds']);
    assert.deepEqual(await ids(['re*', 'nightly-report']), ['nightly-report', 'reindex-search']);
    assert.deepEqual(await ids([]), []);
    const described = await connect().describe('load-test');
    assert.deepEqual(
      described?.parameters.map(({ name, type, isRequired }) => [name, type, isRequired]),
      [
        ['service', 'choice', true],
        ['environment', 'choice', true],
        ['requests', 'number', true],
        ['p95-limit', 'number', false],
      ],
    );
    assert.equal(await connect(1, []).describe('load-test'), undefined);
  });

  it('send real requests to a service and judge its answers', async () => {
    const source = connect();
    const values = { service: 'shop', environment: 'staging', requests: '40' };
    const { id } = await source.start(startOf('load', 'load-test', values));
    const status = await ended(source, id);
    assert.equal(status.state, 'succeeded', status.reason);
    assert.deepEqual(stepsOf(status), ['warm up done', 'send requests done', 'judge done']);
    assert.match(status.steps[1]?.detail ?? '', /40 sent, 0 failed/);
    assert.match((await source.runLog(id, 50)).join('\n'), /started by Dana Developer/);
  });

  it('fail at the step that says why', async () => {
    const source = connect();
    const { id } = await source.start(startOf('archived', 'reindex-search', { archived: 'true' }));
    const status = await ended(source, id);
    assert.equal(status.state, 'failed');
    assert.match(status.reason ?? '', /nobody could find 1 of 23 products: 4711/);
    assert.deepEqual(stepsOf(status), ['read products done', 'build index done', 'check failed', 'switch skipped']);
    const good = await source.start(startOf('current', 'reindex-search', { archived: 'false' }));
    assert.equal((await ended(source, good.id)).state, 'succeeded');
    assert.deepEqual(world.json('sandbox/search-index.json')['teapot'], [4001]);
  });

  it('write a report with the sections that somebody chose', async () => {
    const source = connect();
    const values = { days: '7', sections: ['releases', 'errors'], note: 'for Monday' };
    const { id } = await source.start(startOf('report', 'nightly-report', values));
    const status = await ended(source, id);
    assert.equal(status.state, 'succeeded', status.reason);
    assert.ok(world.has(`pipeline-runs/${id}/report.md`));
    assert.match(status.steps[1]?.detail ?? '', /2 sections/);
  });

  it('stop when somebody cancels them', async () => {
    const source = connect(1);
    const { id } = await source.start(
      startOf('cancel', 'load-test', { service: 'shop', environment: 'staging', requests: '500' }),
    );
    await eventually(async () => (await source.runStatus(id))?.steps[0]?.state === 'running');
    await source.cancelRun(id);
    assert.equal((await ended(source, id)).state, 'canceled');
    await source.cancelRun(id);
  });

  it('give one run for one key, however often it is sent, and tell that there is none', async () => {
    const [one, other] = [connect(), connect()];
    const start = startOf('twice', 'reindex-search', { archived: 'false' });
    assert.deepEqual(await one.findStart(start), { found: 'none' });
    const ids = await Promise.all([one.start(start), other.start(start), one.start(start)]);
    assert.equal(new Set(ids.map(({ id }) => id)).size, 1);
    const [first] = ids;
    assert.deepEqual(await other.findStart(start), { found: 'run', id: first?.id });
    await ended(one, first?.id ?? '');
    const log = await one.runLog(first?.id ?? '', 100);
    assert.equal(log.filter((line) => line.endsWith('read products:')).length, 1, log.join('\n'));
  });

  it('go on after the process that started them was killed, and the next one follows them', async () => {
    const start = startOf('killed', 'load-test', { service: 'shop', environment: 'staging', requests: '60' });
    const program = `
      const { createLocalPipelines } = require(${JSON.stringify(join(__dirname, '../../../src/connectors/local/pipelines'))});
      const logger = { info() {}, warn() {}, error() {}, debug() {} };
      const clock = { now: () => Date.now(), elapsed: () => performance.now() };
      const options = ${JSON.stringify({ dataDir: world.dataDir, environment: world.environment, pace: 0.3, runnable: ['*'] })};
      createLocalPipelines({ ...options, targets: () => [], clock, logger }).start(${JSON.stringify(start)}).then(() => console.log('started'));
      setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--import', 'tsx', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => starter.stdout.once('data', resolve));
    starter.kill('SIGKILL');
    const source = connect();
    const found = await source.findStart(start);
    assert.ok(found.found === 'run', JSON.stringify(found));
    const status = await ended(source, found.id);
    assert.equal(status.state, 'succeeded', status.reason);
    assert.deepEqual(await source.start(start), { id: found.id });
  });

  it('refuse what the catalog doesn’t allow, and another pipeline under a known key', async () => {
    const refused = (error: unknown) => error instanceof ConnectorError && error.failure === 'refused';
    await assert.rejects(connect(1, ['nightly-*']).start(startOf('other', 'load-test', {})), refused);
    await assert.rejects(connect().start(startOf('twice', 'nightly-report', {})), refused);
  });
});
