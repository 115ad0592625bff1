import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunStatus, TestRunner, TestStart } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { junitConnector } from '../../../src/connectors/junit';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { eventually } from '../local/local-world';
import { bind } from '../open-connection';

const target = { service: 'shop', environment: 'staging' };
const mocha = join(__dirname, '../../../node_modules/mocha/bin/mocha.js');

/** A team’s tests: what they do is up to the files that a test of ours writes beside them. */
const teamTests = `
const assert = require('node:assert/strict');
const { appendFileSync, existsSync, watch } = require('node:fs');
appendFileSync('starts.txt', process.env.SHOP + ' ' + Object.keys(process.env).sort().join(',') + '\\n');
describe('cart', () => {
  it('adds [up]', () => assert.equal(existsSync('broken'), false, 'the total is wrong'));
  it('ships (fast)', () => {});
  it.skip('pays by invoice', () => {});
  it('holds on', async function () {
    this.timeout(0);
    await new Promise((resolve) => {
      const watcher = watch('.', look);
      function look() {
        if (existsSync('hold')) return;
        watcher.close();
        resolve();
      }
      look();
    });
  });
});`;

describe('test suites that connector junit runs', () => {
  let folder = '';
  const opened: OpenConnection[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-junit-'));
    writeFileSync(join(folder, 'cart.test.js'), teamTests);
  });
  afterEach(async () => {
    rmSync(join(folder, 'hold'), { force: true });
    await Promise.all(opened.splice(0).map((each) => each.close()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  const options = () => ({ dataDir: join(folder, 'data'), pace: 1, environment: { PATH: process.env['PATH'] ?? '' } });
  const bindingOf = (suite: object = {}) => ({
    suites: {
      smoke: {
        title: 'Smoke tests of {service}',
        command: [
          process.execPath,
          mocha,
          'cart.test.js',
          '--reporter',
          'xunit',
          '--reporter-option',
          'output=out/mocha.xml',
        ],
        folder,
        results: 'out/*.xml',
        environment: { SHOP: 'https://{service}.{environment}.example/?$(id)' },
        rerunFailed: { argument: '--grep', as: 'pattern' },
        ...suite,
      },
    },
  });

  /** `rerunFailed: 'none'`: the suite always runs all tests. */
  function connect(suite: object = {}): TestRunner {
    const connection = junitConnector.open(
      {},
      {
        ...{ name: 'tests', clock: systemClock, logger: silentLogger, machine: options() },
        ...{ targets: () => [], secret: () => '' },
      },
    );
    opened.push(connection);
    const { rerunFailed, ...rest } = bindingOf(suite).suites.smoke;
    const smoke = rerunFailed === ('none' as unknown) ? rest : { ...rest, rerunFailed };
    return bind(connection, 'tests', { suites: { smoke } }, target);
  }
  const startOf = (key: string, more: Partial<TestStart> = {}): TestStart => ({
    ...{ key, suite: 'smoke', by: { id: 'entra:dana', name: 'Dana' }, askedAt: Date.now() },
    ...more,
  });
  const endOf = (runner: TestRunner, id: string): Promise<RunStatus> =>
    eventually(async () => {
      const status = await runner.runStatus(id);
      return status?.endedAt !== undefined && status;
    });
  const starts = (): string[] => {
    const file = join(folder, 'starts.txt');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };

  it('really run: mocha’s tests pass, with only the declared environment and without a shell', async () => {
    const runner = connect();
    assert.deepEqual(await runner.suites(), [{ name: 'smoke', title: 'Smoke tests of shop', canRerunFailed: true }]);
    const { id } = await runner.start(startOf('passes'));
    const status = await endOf(runner, id);
    assert.equal(status.state, 'succeeded', status.reason);
    const { durationMs: _, ...report } = (await runner.report(id)) ?? assert.fail();
    assert.deepEqual(report, { total: 4, passed: 3, failed: 0, flaky: 0, skipped: 1, cases: [] });
    const [[address, names] = []] = starts().map((line) => line.split(' '));
    assert.equal(address, 'https://shop.staging.example/?$(id)');
    assert.deepEqual(
      names?.split(',').filter((name) => !/^(?:PATH|SHOP|PWD|SHLVL|_)$/.test(name)),
      [],
    );
  });

  it('fail with the cases that failed, of which only those run again', async () => {
    writeFileSync(join(folder, 'broken'), '');
    const runner = connect();
    const { id } = await runner.start(startOf('fails'));
    const status = await endOf(runner, id);
    assert.deepEqual([status.state, status.reason], ['failed', '1 of 4 tests failed']);
    const [failed] = (await runner.report(id))?.cases ?? [];
    assert.deepEqual([failed?.id, failed?.message], ['cart › adds [up]', 'the total is wrong']);
    rmSync(join(folder, 'broken'));
    const again = await runner.start(startOf('fails again', { only: [failed?.name ?? ''] }));
    assert.equal((await endOf(runner, again.id)).state, 'succeeded');
    assert.equal((await runner.report(again.id))?.total, 1);
    assert.equal((await runner.report(id))?.failed, 1);
  });

  for (const { title, suite, reason } of [
    { title: 'no test at all', suite: { command: ['mocha', '--grep', 'nothing'] }, reason: /no tests ran/ },
    { title: 'no results', suite: { results: 'elsewhere/*.xml' }, reason: /wrote no elsewhere/ },
    { title: 'no such program', suite: { command: ['no-such-program'] }, reason: /can’t be started: ENOENT/ },
    {
      title: 'results of an earlier run only',
      suite: { command: [process.execPath, '-e', ''], results: 'old.xml' },
      reason: /wrote no old\.xml/,
    },
  ])
    it(`fail with ${title}`, async () => {
      writeFileSync(join(folder, 'old.xml'), '<testsuite><testcase name="a"/></testsuite>');
      const [program, ...words] = suite.command ?? [];
      const command = program === 'mocha' ? [...bindingOf().suites.smoke.command, ...words] : suite.command;
      const runner = connect({ ...suite, ...(command && { command }) });
      const { id } = await runner.start(startOf(title));
      const status = await endOf(runner, id);
      assert.equal(status.state, 'failed');
      assert.match(status.reason ?? '', reason);
      assert.equal(await runner.report(id), undefined);
    });

  it('stop when somebody cancels them, and at their time limit', async () => {
    writeFileSync(join(folder, 'hold'), '');
    const runner = connect();
    const { id } = await runner.start(startOf('canceled'));
    await eventually(() => starts().length === 1);
    await runner.cancelRun(id);
    assert.equal((await endOf(runner, id)).state, 'canceled');
    const short = connect({ timeLimitMinutes: 0.02 });
    const late = await short.start(startOf('late'));
    const status = await endOf(short, late.id);
    assert.deepEqual([status.state, status.reason], ['failed', 'it took longer than its time limit']);
  });

  it('run once for a key, although the process that started them was killed, and the next one follows them', async () => {
    writeFileSync(join(folder, 'hold'), '');
    const start = startOf('killed');
    const program = `
      const { junitConnector } = require(${JSON.stringify(join(__dirname, '../../../src/connectors/junit'))});
      const { readTemplates } = require(${JSON.stringify(join(__dirname, '../../../src/core/catalog/templates'))});
      const logger = { info() {}, warn() {}, error() {}, debug() {} };
      const clock = { now: () => Date.now(), elapsed: () => performance.now() };
      const machine = ${JSON.stringify(options())};
      const connection = junitConnector.open({}, { name: 'tests', clock, logger, machine, targets: () => [], secret: () => '' });
      const { value } = readTemplates(${JSON.stringify(bindingOf())});
      connection.bind('tests', value, ${JSON.stringify(target)}).start(${JSON.stringify(start)}).then(() => console.log('started'));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', program], { cwd: join(__dirname, '../../..') });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await eventually(() => starts().length === 1);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    const runner = connect();
    const found = await runner.findStart(start);
    assert.ok(found.found === 'run');
    assert.deepEqual(await runner.start(start), { id: found.id });
    const other = await runner.start(startOf('meanwhile'));
    assert.match((await endOf(runner, other.id)).reason ?? '', /another test run is using the same folder/);
    rmSync(join(folder, 'hold'));
    assert.equal((await endOf(runner, found.id)).state, 'succeeded');
    assert.equal(starts().length, 1);
    assert.deepEqual(await runner.findStart(startOf('never')), { found: 'none' });
  });

  it('are those of the catalog, and keys belong to one', async () => {
    const runner = connect();
    await assert.rejects(runner.start(startOf('x', { suite: 'other' })), /no such test suite/);
    await assert.rejects(runner.start(startOf('x', { suite: '__proto__' })), /no such test suite/);
    const all = connect({ rerunFailed: 'none' });
    await assert.rejects(all.start(startOf('x', { only: ['a'] })), /only some/);
    assert.equal(await runner.runStatus('../../x'), undefined);
    assert.equal(await runner.report('x'), undefined);
  });
});
