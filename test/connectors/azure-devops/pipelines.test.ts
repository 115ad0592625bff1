import assert from 'node:assert/strict';
import type { PipelineStart } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { asked, sought } from '../run-requests';
import { openAzure, pipelinesOf } from './connection';
import { AzureDevops } from './double';

const { by } = asked;

describe('the pipelines of Azure DevOps', () => {
  let azure: AzureDevops;
  let connection: OpenConnection;
  let passed = 0;
  const clock = { now: () => Date.now() + passed, elapsed: () => performance.now() + passed };
  const pipelines = () => pipelinesOf(connection);
  const startOf = (values: PipelineStart['values'] = { version: '2.14.0' }, key = 'K-1'): PipelineStart => {
    return { key, pipeline: 'shop/deploy', values, by, askedAt: Date.now() };
  };
  const status = async (id: string) => (await pipelines().runStatus(id)) ?? assert.fail('there’s no such run');
  const later = async (id: string) => {
    passed += 60_000;
    return status(id);
  };
  const rerunOf = (id: string, what: 'all' | 'failed', attempt = 1) => {
    return { key: 'K-9', id, what, attempt, by, askedAt: Date.now() };
  };

  beforeEach(async () => {
    passed = 0;
    azure = await AzureDevops.start();
    azure.world.pipeline('deploy', undefined, { path: '\\shop' });
    connection = openAzure(azure, { clock });
  });
  afterEach(async () => {
    await connection.close();
    await azure.close();
  });

  it('are listed with their folder, if people can start them', async () => {
    azure.world.pipeline('nightly').queueStatus = 'disabled';
    azure.world.pipeline('build');
    assert.deepEqual(
      (await pipelines().list()).map(({ id, title }) => [id, title]),
      [
        ['shop/deploy', 'deploy'],
        ['build', 'build'],
      ],
    );
    const some = openAzure(azure, { settings: { run: ['shop/*'] } });
    assert.deepEqual((await pipelinesOf(some).list()).length, 1);
    assert.equal(await pipelinesOf(some).describe('build'), undefined);
    assert.equal(await pipelinesOf(some).describe('shop/gone'), undefined);
    await some.close();
  });

  it('ask for the parameters that their file declares, each with its type', async () => {
    const described = await pipelines().describe('shop/deploy');
    assert.deepEqual(described?.parameters, [
      { name: 'version', label: 'Version', isRequired: true, type: 'text' },
      { name: 'strategy', isRequired: false, type: 'choice', choices: ['rolling', 'blue-green'], initial: 'rolling' },
      { name: 'replicas', isRequired: false, type: 'number', initial: 2 },
      { name: 'dryRun', isRequired: false, type: 'boolean', initial: false },
    ]);
  });

  it('start once, with exactly the values, the key, and the person', async () => {
    const { id } = await pipelines().start(startOf({ version: '2.14.0', replicas: '3' }));
    const build = azure.world.latest();
    assert.equal(id, String(build.id));
    assert.deepEqual(build.templateParameters, {
      ...{ version: '2.14.0', replicas: '3' },
      ...{ gavelKey: 'K-1', gavelPerson: 'Noor Ferreira' },
    });
    assert.deepEqual(build.tags, ['gavel-K-1']);
    assert.equal(azure.countOf('start'), 1);
  });

  it('refuse what their file doesn’t allow, without a run', async () => {
    const problems = [
      [{}, /version is required/],
      [{ version: '1', color: 'red' }, /no parameter color/],
      [{ version: '1', strategy: 'fast' }, /strategy isn’t one of its values/],
      [{ version: '1', replicas: 'many' }, /replicas has to be a number/],
      [{ version: '1', dryRun: 'perhaps' }, /dryRun has to be true or false/],
      [{ version: ['1', '2'] }, /version takes one value/],
    ] as const;
    for (const [values, expected] of problems) {
      const failure = await failureOf(pipelines().start(startOf(values)));
      assert.equal(failure.failure, 'refused');
      assert.match(failure.message, expected);
    }
    assert.equal(azure.countOf('start'), 0);
  });

  it('are previewed by Azure DevOps itself, without a run', async () => {
    assert.deepEqual(await pipelines().preview?.(startOf()), []);
    const elsewhere = azure.world.pipeline('elsewhere', 'steps: []', { repositoryType: 'GitHub' });
    const start = { ...startOf(), pipeline: elsewhere.name };
    assert.deepEqual(await pipelines().preview?.(start), ['Unexpected parameter ’version’.'.replace(/’/g, "'")]);
    assert.equal(azure.countOf('preview'), 2);
    assert.equal(azure.world.builds.length, 0);
  });

  it('are found again by their key after an answer was lost, and by nothing else', async () => {
    azure.losesAnswerOf.add('start');
    assert.equal((await failureOf(pipelines().start(startOf({ version: '1' }, 'K-0')))).failure, 'unclear');
    assert.equal((await failureOf(pipelines().start(startOf()))).failure, 'unclear');
    assert.deepEqual(await pipelines().findStart(startOf()), { found: 'run', id: String(azure.world.latest().id) });
    assert.equal(azure.world.builds.length, 2);
    assert.equal((await failureOf(pipelines().findStart(startOf({}, 'K-2')))).failure, 'unreachable');
    const start = startOf({}, 'K-2');
    passed = 120_000;
    assert.deepEqual(await pipelines().findStart(start), { found: 'none' });
  });

  it('without the parameter for the key are found by their tag, and nothing proves that there’s no run', async () => {
    azure.world.pipeline('plain', 'parameters:\n  - { name: version, type: string }\n');
    const start = { ...startOf(), pipeline: 'plain' };
    const { id } = await pipelines().start(start);
    assert.deepEqual(await pipelines().findStart(start), { found: 'run', id });
    passed = 120_000;
    assert.deepEqual(await pipelines().findStart({ ...start, key: 'K-2' }), { found: 'cannot tell' });
  });

  it('start although the tag can’t be set', async () => {
    azure.losesAnswerOf.add('tagBuild');
    const { id } = await pipelines().start(startOf());
    assert.equal(id, String(azure.world.latest().id));
  });

  it('are followed by their stages, with the log of the task that failed', async () => {
    const { id } = await pipelines().start(startOf());
    assert.equal((await status(id)).state, 'queued');
    const build = azure.world.latest();
    const { task } = build.stage('Deploy to production', 'Roll out');
    const running = await later(id);
    assert.deepEqual(
      [running.state, running.steps.map(({ name, state, detail }) => [name, state, detail])],
      ['running', [['Deploy to production', 'running', 'Roll out']]],
    );
    task.log =
      '2026-12-01T10:00:00.0000000Z pulling\n2026-12-01T10:00:01.0000000Z ##[error]no image\n2026-12-01T10:00:02.0000000Z cleanup\n';
    task.error = 'no image';
    build.end('failed');
    const failed = await later(id);
    assert.deepEqual([failed.state, failed.reason], ['failed', 'Roll out failed: no image']);
    assert.deepEqual(failed.lastLines, ['pulling', 'Error: no image']);
    assert.deepEqual(await pipelines().runLog(id, 1), ['Error: no image']);
    assert.match(failed.url ?? '', /^https:/);
  });

  it('that succeeded with issues say so', async () => {
    const { id } = await pipelines().start(startOf());
    azure.world.latest().stage('Deploy');
    azure.world.latest().end('partiallySucceeded');
    const { state, hasWarnings, progress } = await status(id);
    assert.deepEqual([state, hasWarnings, progress], ['succeeded', true, 1]);
  });

  it('are asked to stop, and have stopped only once Azure DevOps says so', async () => {
    const { id } = await pipelines().start(startOf());
    const build = azure.world.latest();
    build.stage('Deploy');
    await pipelines().cancelRun(id);
    assert.equal((await later(id)).state, 'stopping');
    build.end('canceled');
    assert.equal((await later(id)).state, 'canceled');
    await pipelines().cancelRun(id);
    assert.equal(build.cancels, 1);
  });

  it('run again what failed in the same run, as its next attempt', async () => {
    const { id } = await pipelines().start(startOf());
    azure.world.latest().stage('Deploy');
    azure.world.latest().end('failed');
    assert.equal(
      (await failureOf(pipelines().findRerun?.(rerunOf(id, 'failed')) ?? assert.fail())).failure,
      'unreachable',
    );
    const again = (await pipelines().rerun?.(rerunOf(id, 'failed'))) ?? assert.fail();
    assert.deepEqual(again, { id: `${id}#2` });
    assert.deepEqual([azure.countOf('updateStage'), azure.countOf('updateBuild')], [1, 0]);
    const { state, attempt } = await status(again.id);
    assert.deepEqual([state, attempt], ['running', 2]);
    assert.deepEqual(await pipelines().findRerun?.(rerunOf(id, 'failed')), { found: 'run', id: `${id}#2` });
    assert.equal((await failureOf(pipelines().rerun?.(rerunOf(id, 'failed')) ?? assert.fail())).failure, 'refused');
  });

  it('run again several stages that failed with one call', async () => {
    const { id } = await pipelines().start(startOf());
    azure.world.latest().stage('Europe');
    azure.world.latest().stage('America');
    azure.world.latest().end('failed');
    await pipelines().rerun?.(rerunOf(id, 'failed'));
    assert.deepEqual([azure.countOf('updateStage'), azure.countOf('updateBuild')], [0, 1]);
  });

  it('run again as a whole with the same values and commit, as a new run', async () => {
    const { id } = await pipelines().start(startOf());
    azure.world.latest().stage('Deploy');
    azure.world.latest().end('succeeded');
    const again = await pipelines().rerun?.(rerunOf(id, 'all'));
    const build = azure.world.latest();
    assert.deepEqual(again, { id: String(build.id) });
    assert.deepEqual(build.templateParameters, { version: '2.14.0', gavelKey: 'K-9', gavelPerson: 'Noor Ferreira' });
    assert.deepEqual(await pipelines().findRerun?.(rerunOf(id, 'all')), { found: 'run', id: String(build.id) });
  });

  it('deploy what the binding says', async () => {
    const deploy = { pipeline: '{service}/deploy', parameters: { version: '{version}', dryRun: false } };
    const runner = bind(connection, 'pipelines', { deploy }, { service: 'shop', environment: 'production' });
    const { id } = await runner.startRun(sought('K-5'));
    const { version, dryRun, gavelKey } = azure.world.latest().templateParameters;
    assert.deepEqual([version, dryRun, gavelKey], ['2.14.0', 'false', 'K-5']);
    assert.deepEqual(await runner.findRun(sought('K-5')), { found: 'run', id });
  });

  for (const signInStatus of [203, 302] as const)
    it(`tell that a token isn’t accepted when it’s answered with a page to sign in and ${signInStatus}`, async () => {
      azure.signInStatus = signInStatus;
      const wrong = openAzure(azure, { secret: 'expired-token-of-somebody' });
      assert.equal((await failureOf(pipelinesOf(wrong).list())).failure, 'unauthorized');
      assert.equal((await failureOf(pipelinesOf(wrong).start(startOf()))).failure, 'unauthorized');
      assert.match((await wrong.check())[0]?.problem ?? '', /rejected the credential/);
      await wrong.close();
    });

  it('are read as an application of Entra, with one token for many calls', async () => {
    const entra = { tenant: 'acme.example', client: 'b0000000-1111', authority: azure.authority };
    const application = openAzure(azure, { settings: { entra } });
    await Promise.all([pipelinesOf(application).list(), pipelinesOf(application).list()]);
    await pipelinesOf(application).list();
    assert.equal(azure.server.received.filter(({ path }) => path.endsWith('/token')).length, 1);
    await application.close();
    const wrong = openAzure(azure, { settings: { entra }, secret: 'expired-secret-of-somebody' });
    assert.equal((await failureOf(pipelinesOf(wrong).list())).failure, 'unauthorized');
    await wrong.close();
  });

  it('aren’t started while Azure DevOps limits requests', async () => {
    azure.throttlesForSeconds = 60;
    const failure = await failureOf(pipelines().start(startOf()));
    assert.deepEqual([failure.failure, failure.retryAfterMs], ['rate limited', 60_000]);
    assert.equal(azure.world.builds.length, 0);
  });

  it('say so when the account may not start or stop', async () => {
    const { id } = await pipelines().start(startOf());
    azure.world.latest().stage('Deploy');
    azure.forbidden.add('queue builds').add('stop builds');
    assert.equal((await failureOf(pipelines().start(startOf({ version: '1' }, 'K-3')))).failure, 'refused');
    assert.equal((await failureOf(pipelines().cancelRun(id))).failure, 'refused');
  });
});
