import assert from 'node:assert/strict';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import { readTemplates } from '../../../src/core/catalog/templates';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { asked } from '../run-requests';
import { openJenkins } from './connection';
import { Jenkins } from './double';
import { keyed } from './world';

const suites = { smoke: { title: 'Smoke tests', pipeline: '{service}/smoke', parameters: { WHERE: '{environment}' } } };
const bindings = new Map<string, object>([
  ['pipelines', { deploy: { pipeline: 'shop/deploy', parameters: {} } }],
  ['tests', { suites }],
]);
const targets: OpenParts['targets'] = (capability) => {
  const binding = bindings.get(capability);
  return binding ? [{ ...target, values: readTemplates(binding).value }] : [];
};

describe('a connection to Jenkins', () => {
  let jenkins: Jenkins;
  let connection: OpenConnection;

  beforeEach(async () => {
    jenkins = await Jenkins.start();
    jenkins.job('shop/deploy', keyed);
    jenkins.job('shop/smoke', [{ name: 'WHERE' }, ...keyed]);
    connection = openJenkins(jenkins, { settings: { run: [] }, targets });
  });
  afterEach(async () => {
    await connection.close();
    await jenkins.close();
  });

  const linesOf = async () => new Map((await connection.check()).map(({ about, problem }) => [about, problem]));
  const problemsOf = async () => new Map([...(await linesOf())].filter(([, problem]) => problem !== undefined));

  it('has a line for each right and each place of keys', async () => {
    const lines = await linesOf();
    assert.deepEqual(
      [...lines.keys()],
      [
        'signing in',
        'the address that Jenkins calls its own',
        'reading jobs',
        'reading the queue',
        'reading what waits for approval',
        'reading runs of shop/deploy',
        'keeping the key in shop/deploy',
        'reading runs of shop/smoke',
        'keeping the key in shop/smoke',
      ],
    );
    assert.deepEqual([...lines.values()].filter(Boolean), []);
    assert.deepEqual(jenkins.items, []);
  });

  it('says if Jenkins calls itself something else, but not for a slash or uppercase letters', async () => {
    const about = 'the address that Jenkins calls its own';
    jenkins.ownUrl = `${jenkins.url.replace('http:', 'HTTP:')}/`;
    assert.equal((await linesOf()).get(about), undefined);
    jenkins.ownUrl = 'https://ci.example/jenkins/';
    const problem = (await linesOf()).get(about) ?? '';
    assert.match(problem, /^Jenkins calls itself https:\/\/ci\.example\/jenkins\/, and this connection uses http:/);
    assert.ok(problem.includes(jenkins.url));
  });

  it('says what the account may not do with a job, if Blue Ocean tells', async () => {
    jenkins.hasBlueOcean = true;
    const all = await linesOf();
    for (const about of ['starting shop/deploy', 'canceling shop/deploy', 'starting shop/smoke'])
      assert.ok(all.has(about) && all.get(about) === undefined, about);
    jenkins.readers.add('gavel');
    const problems = await problemsOf();
    assert.match(problems.get('starting shop/deploy') ?? '', /Job\/Build on shop\/deploy\.$/);
    assert.match(problems.get('canceling shop/deploy') ?? '', /Job\/Cancel on shop\/deploy\.$/);
    assert.deepEqual(jenkins.items, []);
  });

  it('finds what loses the key, what is gone, and what is disabled', async () => {
    jenkins.job('shop/deploy', []);
    jenkins.hidden.add('shop/smoke');
    const problems = await problemsOf();
    assert.match(problems.get('keeping the key in shop/deploy') ?? '', /^Add a string parameter GAVEL_KEY/);
    assert.match(problems.get('keeping the key in shop/smoke') ?? '', /^There’s no such job/);
    jenkins.job('shop/deploy', keyed).isBuildable = false;
    assert.match((await problemsOf()).get('keeping the key in shop/deploy') ?? '', /^This job is disabled/);
  });

  it('finds a token that is wrong, and one that Jenkins doesn’t ask for', async () => {
    jenkins.token = 'another';
    assert.match((await problemsOf()).get('signing in') ?? '', /rejected the credential/);
    jenkins.isOpen = true;
    const anonymous = openJenkins(jenkins, { settings: { user: undefined, credential: undefined } });
    const lines = new Map((await anonymous.check()).map(({ about, problem }) => [about, problem]));
    await anonymous.close();
    assert.match(lines.get('signing in') ?? '', /rejected the credential/);
  });

  const testsOf = () => bind(connection, 'tests', { suites }, target);
  const start = { key: 'K-1', suite: 'smoke', ...asked };

  it('runs a test suite with its values, and says what it found', async () => {
    const tests = testsOf();
    assert.deepEqual(await tests.suites(), [{ name: 'smoke', title: 'Smoke tests', canRerunFailed: false }]);
    const { id } = await tests.start(start);
    assert.equal(jenkins.items[0]?.values['WHERE'], 'production');
    assert.deepEqual(await tests.findStart(start), { found: 'run', id });
    const build = jenkins.begin();
    assert.equal(await tests.report(id), undefined);
    build.cases = [
      { name: 'adds', status: 'PASSED' },
      { name: 'removes', status: 'FIXED' },
      { name: 'pays', status: 'REGRESSION', message: 'expected 3\n  at cart.ts' },
      { name: 'waits', status: 'PASSED', flaky: ['timed out'] },
      { name: 'prints', status: 'SKIPPED' },
    ];
    build.end('UNSTABLE');
    const report = await connection.tests?.report(id);
    const { total, passed, failed, flaky, skipped, durationMs } = report ?? assert.fail('a report');
    assert.deepEqual([total, passed, failed, flaky, skipped, durationMs], [5, 2, 1, 1, 1, 1_250]);
    assert.deepEqual(
      report?.cases.map(({ id: test, outcome, message, attempts }) => [test, outcome, message, attempts]),
      [
        ['shop.Cart.pays', 'failed', 'expected 3', 1],
        ['shop.Cart.waits', 'flaky', 'timed out', 2],
      ],
    );
    const status = await tests.runStatus(id);
    assert.deepEqual(
      [status?.state, status?.reason, status?.hasWarnings],
      ['failed', '1 of 5 tests failed', undefined],
    );
  });

  it('doesn’t take a run without results for one that passed', async () => {
    const tests = testsOf();
    const { id } = await tests.start(start);
    const build = jenkins.begin();
    build.end('SUCCESS');
    const status = await tests.runStatus(id);
    assert.deepEqual([status?.state, status?.reason], ['failed', 'it left no test results in Jenkins']);
    build.cases = [];
    assert.equal((await tests.runStatus(id))?.state, 'failed');
    build.cases = [{ name: 'adds', status: 'PASSED' }];
    assert.equal((await tests.runStatus(id))?.state, 'succeeded');
  });

  it('can’t run only some tests, or a suite that there isn’t', async () => {
    const tests = testsOf();
    assert.equal((await failureOf(tests.start({ ...start, only: ['pays'] }))).failure, 'refused');
    assert.equal((await failureOf(tests.start({ ...start, suite: 'gone' }))).failure, 'not found');
    assert.deepEqual(jenkins.items, []);
  });
});
