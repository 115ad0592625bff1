import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunStatus, TestRunner, TestStart } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import type { HttpTap, TappedExchange } from '../../../src/connectors/http/contract';
import { recordedFiles } from '../../../src/connectors/recording/files';
import { createMask, findLeak } from '../../../src/connectors/recording/mask';
import { seleniumConnector } from '../../../src/connectors/selenium';
import { eventually } from '../../patience';
import { startGrid, webDriverClient } from '../../servers/selenium';
import type { Grid } from '../../servers/selenium';
import { ended, LocalWorld } from '../local/local-world';
import { bind, openConnection } from '../open-connection';
import { startReplay } from '../replay';
import { asked } from '../run-requests';

const target = { service: 'shop', environment: 'staging' };
const failing = 'the checkout shows a total';

describe('the Selenium connector with a real Grid and Chromium', () => {
  const world = new LocalWorld();
  const folder = mkdtempSync(join(tmpdir(), 'gavel-selenium-'));
  const suiteFolder = join(folder, 'suite');
  const file = (name: string): string => join(suiteFolder, name);
  const opened: OpenConnection[] = [];
  let grid: Grid;

  const settings = () => ({ url: grid.url, user: grid.credentials.user, credential: 'GAVEL_GRID' });
  const machine = { dataDir: join(folder, 'data'), environment: { PATH: process.env['PATH'] ?? '' } };
  const binding = {
    suites: {
      checkout: {
        title: 'Checkout of {service}',
        command: [process.execPath, join(__dirname, 'webdriver-suite.js'), webDriverClient, world.dataDir],
        ...{ folder: suiteFolder, results: 'results/*.xml', timeLimitMinutes: 2 },
        rerunFailed: { argument: '--only', as: 'names' },
      },
    },
  };

  function open({ password = 'not-a-secret', tap }: { readonly password?: string; readonly tap?: HttpTap } = {}) {
    const connection = openConnection(seleniumConnector, settings(), {
      ...{ secrets: { GAVEL_GRID: password }, machine, tap },
    });
    opened.push(connection);
    return connection;
  }
  const connect = (): TestRunner => bind(open(), 'tests', binding, target);
  const startOf = (key: string, more: Partial<TestStart> = {}): TestStart => ({
    ...{ key, suite: 'checkout', ...asked },
    ...more,
  });
  const endOf = (runner: TestRunner, id: string): Promise<RunStatus> =>
    eventually('the run ends', async () => {
      const status = await runner.runStatus(id);
      return status?.endedAt === undefined ? undefined : status;
    });
  const isOpen = (): Promise<unknown> =>
    eventually('a browser is open', async () => (await grid.sessionNames()).some((name) => /gavel-/.test(name)));
  const noneIsLeft = (): Promise<unknown> =>
    eventually(
      'no browser of Gavel is left',
      async () => !(await grid.sessionNames()).some((name) => /gavel-/.test(name)),
    );
  const starts = (): number =>
    existsSync(file('starts.txt')) ? readFileSync(file('starts.txt'), 'utf8').split('\n').length - 1 : 0;
  const problemsOf = async (connection: OpenConnection): Promise<string[]> =>
    (await connection.check()).flatMap(({ problem }) => problem ?? []);

  async function deploy(version: string): Promise<void> {
    const local = world.connect();
    const { id } = await local.pipelines.startRun(
      await world.request(`deploys ${version}`, 'shop', 'staging', version),
    );
    assert.equal((await ended(local, id)).state, 'succeeded');
  }

  before(async function () {
    this.timeout(240_000);
    mkdirSync(suiteFolder, { recursive: true });
    [grid] = await Promise.all([startGrid(folder), world.start()]);
  });
  afterEach(async () => {
    for (const name of ['hold', 'leave', 'starts.txt']) rmSync(file(name), { force: true });
    await Promise.all(opened.splice(0).map((each) => each.close()));
  });
  after(async () => {
    await grid.stop();
    await world.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  it('says of a Grid without a node that it isn’t ready: the run is canceled and hasn’t failed', async () => {
    const runner = connect();
    const { id } = await runner.start(startOf('too early'));
    const { state, reason } = await endOf(runner, id);
    assert.deepEqual([state, reason], ['canceled', 'the Grid isn’t ready: none of its nodes is up']);
    assert.equal(await runner.report(id), undefined);
    assert.equal(starts(), 0);
    assert.match((await problemsOf(open())).join(), /^No node of the Grid is up/);
    const stranger = await problemsOf(open({ password: 'wrong-password' }));
    assert.equal(stranger.length, 3);
    for (const problem of stranger) assert.match(problem, /^The system rejected the credential\./);
  });

  it('passes its checks, and says how many browsers are free', async () => {
    await grid.addNode(2);
    const lines = await open().check();
    assert.deepEqual(
      lines.map(({ about, problem }) => problem ?? about),
      [
        'Selenium Grid 4.48.0: 1 node, 2 of 2 browsers free, no session waiting',
        'starting sessions',
        'ending sessions',
      ],
    );
    assert.deepEqual(await grid.sessionNames(), []);
  });

  it('passes on a good release', async () => {
    const runner = connect();
    const { id } = await runner.start(startOf('good'));
    const status = await endOf(runner, id);
    assert.equal(status.state, 'succeeded', `${status.reason}\n${(await runner.runLog(id, 50)).join('\n')}`);
    const report = (await runner.report(id)) ?? assert.fail();
    assert.deepEqual([report.total, report.passed], [2, 2]);
    const kept = readFileSync(join(machine.dataDir, 'test-runs', id, 'request.json'), 'utf8');
    assert.ok(!kept.includes('not-a-secret'), 'the credential is in no file');
    await noneIsLeft();
  });

  it('fails on a broken release with a screenshot, and can run only what failed again', async () => {
    await deploy('2.15.0');
    const runner = connect();
    const { id } = await runner.start(startOf('broken'));
    assert.deepEqual([(await endOf(runner, id)).reason], ['1 of 2 tests failed']);
    const [failed] = (await runner.report(id))?.cases ?? [];
    assert.equal(failed?.name, failing);
    assert.match(failed.message, /the page says .*error/);
    const picture = (await runner.picture(id, failed.picture ?? '')) ?? assert.fail('it has a screenshot');
    assert.ok(picture.byteLength > 1_000);
    const again = await runner.start(startOf('broken again', { only: [failing] }));
    await endOf(runner, again.id);
    assert.equal((await runner.report(again.id))?.total, 1);
  });

  it('closes the browser that a suite left open, and nobody else’s', async () => {
    const other = await grid.startSession('somebody else');
    writeFileSync(file('leave'), '');
    const runner = connect();
    const { id } = await runner.start(startOf('leaves'));
    await endOf(runner, id);
    await noneIsLeft();
    await eventually('it says so', async () =>
      (await runner.runLog(id, 50)).some((line) => /closed a browser/.test(line)),
    );
    assert.deepEqual(await grid.sessionNames(), ['somebody else']);
    const busy = await grid.startSession('somebody else, too');
    const refused = await runner.start(startOf('busy'));
    assert.equal((await endOf(runner, refused.id)).reason, 'the Grid isn’t ready: all of its 2 browsers are in use');
    for (const each of [other, busy])
      await fetch(`${grid.url}/session/${each}`, { method: 'DELETE', headers: { authorization: signIn() } });
  });

  const signIn = (): string =>
    `Basic ${Buffer.from(`${grid.credentials.user}:${grid.credentials.password}`).toString('base64')}`;

  it('leaves no browser behind when somebody cancels the run', async () => {
    writeFileSync(file('hold'), '');
    const runner = connect();
    const { id } = await runner.start(startOf('canceled'));
    await isOpen();
    await runner.cancelRun(id);
    assert.equal((await endOf(runner, id)).state, 'canceled');
    await noneIsLeft();
  });

  it('runs once and leaves no browser behind, although Gavel is killed in the middle, and then the suite', async () => {
    writeFileSync(file('hold'), '');
    const start = startOf('killed');
    const source = (path: string): string => JSON.stringify(join(__dirname, '../../../src', path));
    const program = `
      const { seleniumConnector } = require(${source('connectors/selenium')});
      const { readTemplates } = require(${source('core/catalog/templates')});
      const logger = { info() {}, warn() {}, error() {}, debug() {} };
      const clock = { now: () => Date.now(), elapsed: () => performance.now() };
      const machine = { pace: 1, ...${JSON.stringify(machine)} };
      const parts = { name: 'selenium', clock, logger, machine, targets: () => [], secret: () => 'not-a-secret' };
      const connection = seleniumConnector.open(${JSON.stringify(settings())}, parts);
      const { value } = readTemplates(${JSON.stringify(binding)});
      connection.bind('tests', value, ${JSON.stringify(target)}).start(${JSON.stringify(start)}).then(() => console.log('started'));
      setInterval(() => {}, 1000);`;
    const gavel = spawn(process.execPath, ['--import', 'tsx', '-e', program], { cwd: join(__dirname, '../../..') });
    await new Promise((resolve) => gavel.stdout.once('data', resolve));
    await isOpen();
    const exited = new Promise((resolve) => gavel.once('exit', resolve));
    gavel.kill('SIGKILL');
    await exited;
    const runner = connect();
    const found = await runner.findStart(start);
    assert.ok(found.found === 'run');
    assert.deepEqual(await runner.start(start), { id: found.id });
    const { processId } = JSON.parse(
      readFileSync(join(machine.dataDir, 'test-runs', found.id, 'command.json'), 'utf8'),
    ) as { readonly processId: number };
    process.kill(-processId, 'SIGKILL');
    assert.equal((await endOf(runner, found.id)).state, 'failed');
    await noneIsLeft();
    assert.equal(starts(), 1);
  });

  it('is replayed from its recorded answers, with nothing that identifies it', async () => {
    const exchanges: TappedExchange[] = [];
    const real = await open({ tap: { readsOnly: true, exchanged: (each) => void exchanges.push(each) } }).check();
    const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
    mkdirSync(to, { recursive: true });
    for (const { name, text } of recordedFiles(exchanges, createMask({ hosts: ['127.0.0.1'], people: [] }))) {
      assert.equal(findLeak(text), undefined, name);
      assert.ok(!text.includes('127.0.0.1'));
      writeFileSync(join(to, name), text);
    }
    const replay = await startReplay(to);
    const replayed = openConnection(seleniumConnector, { url: replay.url }, { machine });
    const seen = await replayed.check().finally(async () => {
      await replayed.close();
      await replay.stop();
    });
    assert.deepEqual(seen, real);
    assert.deepEqual(replay.unknown, []);
  });
});
