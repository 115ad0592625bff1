import assert from 'node:assert/strict';
import type { PipelineStart } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { asked } from '../run-requests';
import { openJenkins, pipelinesOf } from './connection';
import { Jenkins } from './double';
import { keyed } from './world';

const { by } = asked;
const version = { name: 'VERSION', initial: '1.0' };
const choice = { name: 'STRATEGY', type: 'ChoiceParameterDefinition', choices: ['rolling', 'blue-green'] };

describe('Jenkins', () => {
  let jenkins: Jenkins;
  let connection: OpenConnection;
  let passed = 0;
  const clock = { now: () => Date.now() + passed, elapsed: () => performance.now() + passed };
  const pipelines = () => pipelinesOf(connection);
  const startOf = (pipeline: string, values: PipelineStart['values'] = {}, key = 'K-1'): PipelineStart => {
    return { key, pipeline, values, by, askedAt: Date.now() };
  };
  const status = async (id: string) => (await pipelines().runStatus(id)) ?? assert.fail('there’s no such run');

  beforeEach(async () => {
    passed = 0;
    jenkins = await Jenkins.start();
    jenkins.job('shop/deploy', [version, choice, ...keyed]);
    jenkins.job('shop/app/feat%2Fcart', [version, ...keyed]);
    jenkins.job('Online Banking', [version, ...keyed], false);
    connection = openJenkins(jenkins, { clock });
  });
  afterEach(async () => {
    await connection.close();
    await jenkins.close();
  });

  it('lists jobs in folders and the branches of multibranch jobs, if people can start them', async () => {
    jenkins.job('old', []).isBuildable = false;
    assert.deepEqual(
      (await pipelines().list()).map(({ id, title }) => [id, title]),
      [
        ['shop/deploy', 'deploy'],
        ['shop/app/feat%2Fcart', 'feat/cart'],
        ['Online%20Banking', 'Online Banking'],
      ],
    );
    assert.equal(await pipelines().describe('old'), undefined);
    assert.equal(await pipelines().describe('gone'), undefined);
    const some = openJenkins(jenkins, { settings: { run: ['shop/app/*'] } });
    assert.deepEqual(
      (await pipelinesOf(some).list()).map(({ id }) => id),
      ['shop/app/feat%2Fcart'],
    );
    assert.equal(await pipelinesOf(some).describe('shop/deploy'), undefined);
    await some.close();
  });

  for (const job of ['shop/deploy', 'shop/app/feat%2Fcart', 'Online%20Banking']) {
    it(`starts ${job} once, with exactly the values, the key, and the person`, async () => {
      const { id } = await pipelines().start(startOf(job, { VERSION: '2.14.0' }));
      const [item] = jenkins.items;
      const { VERSION, GAVEL_KEY, GAVEL_PERSON } = item?.values ?? {};
      assert.deepEqual([VERSION, GAVEL_KEY, GAVEL_PERSON], ['2.14.0', 'K-1', 'Noor Ferreira']);
      const queued = await status(id);
      assert.deepEqual([queued.state, queued.reason], ['queued', 'In the quiet period. Expires in 3 sec']);
      jenkins.begin();
      assert.equal((await status(id)).state, 'running');
      assert.equal(jenkins.items.length, 1);
    });

    it(`finds the start of ${job} again, by its key alone, while it waits and once it runs`, async () => {
      jenkins.losesAnswerOf.add('buildWithParameters');
      const start = startOf(job, { VERSION: '2.14.0' });
      assert.equal((await failureOf(pipelines().start(startOf(job, { VERSION: '2.14.0' }, 'K-0')))).failure, 'unclear');
      assert.equal((await failureOf(pipelines().start(start))).failure, 'unclear');
      assert.equal(jenkins.items.length, 2);
      const found = await pipelines().findStart(start);
      assert.deepEqual(found, { found: 'run', id: `${jenkins.items[1]?.id}/${job}` });
      jenkins.begin();
      jenkins.begin();
      assert.deepEqual(await pipelines().findStart(start), found);
    });
  }

  it('says that nothing was started only once nothing can still be on its way', async () => {
    const start = startOf('shop/deploy');
    await pipelines().start(startOf('shop/deploy', {}, 'K-2'));
    assert.equal((await failureOf(pipelines().findStart(start))).failure, 'unreachable');
    passed = 60_000;
    assert.deepEqual(await pipelines().findStart(start), { found: 'none' });
  });

  it('can’t tell whether a job was started whose builds don’t reach back, or that doesn’t keep the key', async () => {
    const plain = jenkins.job('plain', [version]);
    await pipelines().start(startOf('plain'));
    assert.deepEqual(await pipelines().findStart(startOf('plain')), { found: 'cannot tell' });
    assert.equal(plain.builds.length, 0);
    const busy = jenkins.jobs.get('shop/deploy');
    for (let count = 0; count < 100; count++) busy?.build();
    passed = 60_000;
    assert.deepEqual(await pipelines().findStart(startOf('shop/deploy')), { found: 'cannot tell' });
  });

  it('tells apart what Jenkins would fold into one: the same key is the same start, another key another one', async () => {
    const one = await pipelines().start(startOf('shop/deploy', {}, 'K-1'));
    assert.deepEqual(await pipelines().start(startOf('shop/deploy', {}, 'K-1')), one);
    const other = await pipelines().start(startOf('shop/deploy', {}, 'K-2'));
    assert.notDeepEqual(other, one);
    assert.equal(jenkins.items.length, 2);
  });

  it('starts a job without parameters, and says so when Jenkins folds that into one that waits', async () => {
    jenkins.job('nightly', []);
    const { id } = await pipelines().start(startOf('nightly'));
    assert.equal(jenkins.countOf('build'), 1);
    assert.equal((await failureOf(pipelines().start(startOf('nightly', {}, 'K-2')))).failure, 'conflict');
    assert.equal(jenkins.items.length, 1);
    assert.equal((await status(id)).state, 'queued');
  });

  it('refuses before it sends anything what Jenkins would drop or couldn’t know', async () => {
    jenkins.job('secret', [{ name: 'LOGIN', type: 'PasswordParameterDefinition' }, ...keyed]);
    const wrong = [
      [startOf('shop/deploy', { COLOUR: 'red' }), /no parameter COLOUR/],
      [startOf('shop/deploy', { STRATEGY: 'canary' }), /STRATEGY isn’t one of its choices/],
      [startOf('gone'), /There’s no job gone/],
      [startOf('secret'), /LOGIN is a password/],
      [{ ...startOf('shop/deploy'), ref: 'main' }, /a branch is a job of its own/],
    ] as const;
    for (const [start, problem] of wrong) {
      assert.match((await pipelines().preview?.(start))?.join() ?? '', problem);
      assert.equal((await failureOf(pipelines().start(start))).failure, 'refused');
    }
    assert.deepEqual(jenkins.items, []);
    assert.deepEqual(await pipelines().preview?.(startOf('shop/deploy', { VERSION: '2' })), []);
  });

  it('says no if the account may only read, and who nobody is', async () => {
    jenkins.readers.add('gavel');
    assert.equal((await failureOf(pipelines().start(startOf('shop/deploy')))).failure, 'refused');
    assert.equal(await pipelines().runStatus('999/shop/deploy'), undefined);
    jenkins.token = 'another';
    assert.equal((await failureOf(pipelines().list())).failure, 'unauthorized');
  });

  it('works below a path, whatever Jenkins calls itself', async () => {
    Object.assign(jenkins, { context: '/jenkins', ownUrl: 'https://ci.internal.example/other' });
    await connection.close();
    connection = openJenkins(jenkins, { clock });
    const { id } = await pipelines().start(startOf('shop/app/feat%2Fcart'));
    jenkins.begin().wait({ id: 'Go', message: 'Go?', parameters: [] });
    assert.equal((await status(id)).state, 'waiting');
    assert.equal((await connection.approvals?.waiting())?.[0]?.id, id);
  });

  it('finds the build of a queue item that Jenkins has forgotten, however many are newer', async () => {
    const { id } = await pipelines().start(startOf('shop/deploy'));
    jenkins.begin().end('SUCCESS');
    Object.assign(jenkins.items[0] ?? {}, { isForgotten: true });
    for (let count = 0; count < 120; count++) jenkins.jobs.get('shop/deploy')?.build();
    assert.equal((await status(id)).state, 'succeeded');
  });

  for (const [result, state, hasWarnings] of [
    ['SUCCESS', 'succeeded', undefined],
    ['UNSTABLE', 'succeeded', true],
    ['FAILURE', 'failed', undefined],
    ['ABORTED', 'canceled', undefined],
    ['NOT_BUILT', 'superseded', undefined],
  ] as const)
    it(`calls ${result} ${state}${hasWarnings ? ' with warnings' : ''}`, async () => {
      const { id } = await pipelines().start(startOf('shop/deploy'));
      jenkins.begin().end(result);
      const ended = await status(id);
      assert.deepEqual([ended.state, ended.hasWarnings], [state, hasWarnings]);
      assert.ok(ended.endedAt !== undefined);
    });

  it('shows stages, why one failed, and the end of the log of the step that did', async () => {
    const { id } = await pipelines().start(startOf('shop/deploy'));
    const build = jenkins.begin();
    build.stage('3', 'Build', 'SUCCESS');
    const failing = build.stage('8', 'Test');
    build.log = 'one\ntwo\nthr';
    const running = await status(id);
    assert.deepEqual(
      running.steps.map(({ name, state }) => [name, state]),
      [
        ['Build', 'done'],
        ['Test', 'running'],
      ],
    );
    assert.deepEqual(running.lastLines, ['one', 'two', 'thr']);
    build.log += 'ee\nfour\n';
    assert.deepEqual((await status(id)).lastLines, ['one', 'two', 'three', 'four'], 'only what is new is read');
    Object.assign(failing, { status: 'FAILED', error: 'script returned exit code 1' });
    Object.assign(failing, { log: 'a &lt;b&gt;\n<a href="x">no</a> such symbol\n' });
    build.end('FAILURE');
    const failed = await status(id);
    assert.equal(failed.reason, 'Test: script returned exit code 1');
    assert.deepEqual(await pipelines().runLog(id, 1), ['no such symbol']);
    assert.deepEqual(failed.lastLines, ['a <b>', 'no such symbol']);
  });

  it('has no stages without the plugin, and the log of the whole build', async () => {
    jenkins.hasStages = false;
    const { id } = await pipelines().start(startOf('shop/deploy'));
    const build = jenkins.begin();
    build.stage('3', 'Build');
    build.log = 'all of it\n';
    assert.deepEqual((await status(id)).steps, []);
    assert.deepEqual(await pipelines().runLog(id, 10), ['all of it']);
  });

  it('takes what waits out of the queue', async () => {
    const { id } = await pipelines().start(startOf('shop/deploy'));
    await pipelines().cancelRun(id, by);
    assert.equal((await status(id)).state, 'canceled');
    await pipelines().cancelRun(id, by);
    assert.equal(jenkins.countOf('cancelItem'), 1);
  });

  it('stops a pipeline, less gently each minute if it goes on', async () => {
    const { id } = await pipelines().start(startOf('shop/deploy'));
    const build = jenkins.begin();
    build.endsBy = 'kill';
    await pipelines().cancelRun(id, by);
    assert.equal((await status(id)).state, 'stopping');
    passed = 61_000;
    await pipelines().cancelRun(id, by);
    passed = 121_000;
    await pipelines().cancelRun(id, by);
    assert.deepEqual(build.stops, ['stop', 'term', 'kill']);
    const stopped = await status(id);
    assert.deepEqual([stopped.state, stopped.reason], ['canceled', 'Aborted by gavel']);
    await pipelines().cancelRun(id, by);
    assert.equal(build.stops.length, 3, 'what has ended is left alone');
  });

  it('only ever stops what isn’t a pipeline', async () => {
    const { id } = await pipelines().start(startOf('Online%20Banking'));
    const build = jenkins.begin();
    build.endsBy = 'never';
    await pipelines().cancelRun(id, by);
    passed = 200_000;
    await pipelines().cancelRun(id, by);
    assert.deepEqual(build.stops, ['stop', 'stop']);
  });
});
