import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunStatus, TestRunner } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { asFileName } from '../../../src/connectors/machine/places';
import { seleniumConnector } from '../../../src/connectors/selenium';
import { eventually } from '../../patience';
import { answer, FaultyServer } from '../http/faulty-server';
import { bind, openConnection } from '../open-connection';
import { asked } from '../run-requests';

/** A team’s runner that writes down how it was called. */
const runner = `
const { mkdirSync, writeFileSync } = require('node:fs');
writeFileSync('called.json', JSON.stringify({ words: process.argv.slice(1), environment: process.env }));
mkdirSync(process.argv[1]);
writeFileSync(process.argv[1] + '/junit.xml', '<testsuite><testcase name="a"/></testsuite>');`;

const hostile = 'a"b\'c{d}$(id)`e`;f|g&h%41 i';

describe('suites that connector selenium runs', () => {
  let folder = '';
  let grid: FaultyServer;
  let node = { status: 'UP', most: 2, slots: 2, inUse: 0 };
  const opened: OpenConnection[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-selenium-'));
    node = { status: 'UP', most: 2, slots: 2, inUse: 0 };
    // What the recorded Grid answers, without a session.
    grid = await FaultyServer.start(({ response }) =>
      answer(response, 200, {
        data: {
          grid: { version: '4.48.0 (revision 27f5213)' },
          nodesInfo: { nodes: [node] },
          sessionsInfo: { waiting: [], sessions: [] },
        },
      }),
    );
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await grid.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  function connect(service = 'shop', dataDir = join(folder, 'data')): TestRunner {
    const settings = { url: grid.url, user: 'ga@vel', credential: 'GAVEL_GRID' };
    const machine = { dataDir, environment: { PATH: process.env['PATH'] ?? '' } };
    const connection = openConnection(seleniumConnector, settings, { secrets: { GAVEL_GRID: 'p@ss/word' }, machine });
    opened.push(connection);
    const place = asFileName(service);
    mkdirSync(join(folder, `in-${place}`), { recursive: true });
    const smoke = {
      title: 'Smoke test of {service}',
      command: [process.execPath, '-e', runner, `out-${place}`, '{service}', '{key}', '{person}'],
      ...{
        folder: `${folder}/in-{service}`,
        results: 'out-{service}/*.xml',
        address: 'https://{service}.{environment}.example',
      },
      environment: { SHOP: '{service}' },
      rerunFailed: { argument: '--only={service}', as: 'names' },
    };
    return bind(connection, 'tests', { suites: { smoke } }, { service, environment: 'staging' });
  }
  const endOf = (tests: TestRunner, id: string): Promise<RunStatus> =>
    eventually('the run ends', async () => {
      const status = await tests.runStatus(id);
      return status?.endedAt === undefined ? undefined : status;
    });
  const called = (service = 'shop') =>
    JSON.parse(readFileSync(join(folder, `in-${asFileName(service)}/called.json`), 'utf8')) as {
      readonly words: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    };

  for (const service of ['shop', hostile])
    it(`get ${service === 'shop' ? 'the Grid, the service, and the name of their sessions' : 'each value as it is, without a shell'}`, async () => {
      const tests = connect(service);
      assert.equal((await tests.suites())[0]?.title, `Smoke test of ${service}`);
      const { id } = await tests.start({ key: 'K-1', suite: 'smoke', only: [hostile], ...asked });
      const status = await endOf(tests, id);
      assert.equal(status.state, 'succeeded', status.reason);
      const { words, environment } = called(service);
      assert.deepEqual(words, [
        `out-${asFileName(service)}`,
        service,
        'K-1',
        asked.by.name,
        `--only=${service}`,
        hostile,
      ]);
      const { PATH: _, PWD: _pwd, SHLVL: _level, _: _program, ...rest } = environment;
      const { SELENIUM_REMOTE_URL: remote = '', GAVEL_SESSION_NAME: name = '', ...given } = rest;
      assert.deepEqual(given, {
        ...{ SHOP: service, GAVEL_SERVICE: service, GAVEL_ENVIRONMENT: 'staging' },
        GAVEL_SERVICE_URL: `https://${service}.staging.example`,
      });
      assert.equal(remote, grid.url.replace('://', '://ga%40vel:p%40ss%2Fword@'));
      assert.match(name, /^gavel-[0-9a-f]{32}$/);
      const kept = readFileSync(join(folder, 'data/test-runs', id, 'request.json'), 'utf8');
      assert.ok(!/p(?:@|%40)ss/.test(kept), 'the password is in no file');
    });

  it('have another name in another installation, so that none ends the sessions of another', async () => {
    const names: string[] = [];
    for (const dataDir of ['one', 'two']) {
      const tests = connect('shop', join(folder, dataDir));
      await endOf(tests, (await tests.start({ key: 'K-1', suite: 'smoke', ...asked })).id);
      names.push(called().environment['GAVEL_SESSION_NAME'] ?? '');
      rmSync(join(folder, 'in-shop'), { recursive: true });
    }
    assert.notEqual(names[0], names[1]);
  });

  it('don’t start if the Grid isn’t ready, and are canceled with the reason, also if they’re started again', async () => {
    node = { ...node, status: 'DRAINING' };
    const tests = connect();
    const start = { key: 'K-1', suite: 'smoke', ...asked };
    const { id } = await tests.start(start);
    node = { ...node, status: 'UP' };
    assert.deepEqual(await tests.start(start), { id });
    assert.deepEqual(await tests.findStart(start), { found: 'run', id });
    const { state, reason } = await endOf(tests, id);
    assert.deepEqual([state, reason], ['canceled', 'the Grid isn’t ready: none of its nodes is up']);
    assert.equal(await tests.report(id), undefined);
    assert.ok(!existsSync(join(folder, 'in-shop/called.json')));
  });

  it('keep running for a key although all browsers are in use by then', async () => {
    const tests = connect();
    const start = { key: 'K-1', suite: 'smoke', ...asked };
    const { id } = await tests.start(start);
    node = { ...node, inUse: 2 };
    assert.deepEqual(await tests.start(start), { id });
    assert.equal((await endOf(tests, id)).state, 'succeeded');
  });

  it('can’t set what Gavel sets, and the connection needs a user with its credential', () => {
    const suite = { command: ['x'], folder: '/srv', results: 'r.xml', environment: { GAVEL_SERVICE: 'x' } };
    const connection = connect();
    assert.ok(connection);
    assert.throws(
      () => bind(opened[0] ?? assert.fail(), 'tests', { suites: { smoke: suite } }, { service: 'a', environment: 'b' }),
      /GAVEL_ are set by Gavel/,
    );
    assert.throws(
      () => openConnection(seleniumConnector, { url: grid.url, credential: 'GAVEL_GRID' }),
      /needs a user, too/,
    );
  });
});
