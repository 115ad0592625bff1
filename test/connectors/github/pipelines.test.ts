import assert from 'node:assert/strict';
import type { PipelineSource, PipelineStart } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { asked } from '../run-requests';
import { createTestClock, openAsApp, openWithToken, pipelinesOf, unpaced } from './connection';
import { GitHub } from './double';
import type { Face } from './openapi/operations';
import type { Repository, RunState } from './world';
import { deployFile, endJob, nightlyFile } from './world';

const by = asked.by;
const values = { version: '2.14.0', environment: 'staging' };
const startOf = (key: string, more: Partial<PipelineStart> = {}): PipelineStart => ({
  ...{ key, pipeline: 'acme/shop/deploy.yml', values, by, askedAt: Date.now() },
  ...more,
});
const minutes = (count: number): number => count * 60_000;

const openings = { 'a token': openWithToken, 'an App': openAsApp };

for (const face of ['github.com', 'ghes-3.19'] satisfies Face[])
  for (const [how, open] of Object.entries(openings))
    describe(`workflows of ${face} with ${how}`, () => {
      let github: GitHub;
      let shop: Repository;
      let connection: OpenConnection;
      let source: PipelineSource;
      let time: ReturnType<typeof createTestClock>;
      const newest = (): RunState => shop.runs[0] ?? assert.fail('no run');

      beforeEach(async () => {
        github = await GitHub.start(face);
        shop = github.repository('acme/shop', {
          'deploy.yml': deployFile,
          'nightly.yml': nightlyFile,
          'ci.yml': 'on: push',
        });
        shop.environment('staging');
        shop.environment('production');
        time = createTestClock();
        connection = open(github, { clock: time.clock });
        source = unpaced(pipelinesOf(connection), time);
      });
      afterEach(async () => {
        await connection.close();
        await github.close();
      });

      it('are those that can be started by hand', async () => {
        assert.deepEqual(
          (await source.list()).map(({ id, title }) => [id, title]),
          [
            ['acme/shop/deploy.yml', 'Deploy'],
            ['acme/shop/nightly.yml', 'Nightly'],
          ],
        );
        shop.states.set('nightly.yml', 'disabled_manually');
        assert.equal((await source.list()).length, 1);
        assert.equal(await source.describe('acme/shop/nightly.yml'), undefined);
        assert.equal(await source.describe('acme/shop/ci.yml'), undefined);
        assert.equal(await source.describe('acme/shop/none.yml'), undefined);
      });

      it('ask for typed inputs, and not for the key', async () => {
        assert.deepEqual((await source.describe('acme/shop/deploy.yml'))?.parameters, [
          { name: 'version', isRequired: true, description: 'The release', type: 'text' },
          { name: 'environment', isRequired: true, type: 'choice', choices: ['staging', 'production'] },
          { name: 'dry_run', isRequired: false, type: 'boolean', initial: false },
          { name: 'workers', isRequired: false, type: 'number', initial: 2 },
          {
            name: 'strategy',
            isRequired: false,
            type: 'choice',
            choices: ['rolling', 'blue-green'],
            initial: 'rolling',
          },
        ]);
      });

      it('are started once, with the key, and followed to the end', async () => {
        const { id } = await source.start(startOf('K-1'));
        assert.equal(shop.runs.length, 1);
        assert.equal(newest().title, 'Deploy 2.14.0 · K-1');
        assert.deepEqual([newest().ref, newest().inputs['workers']], ['main', '2']);
        assert.equal((await source.runStatus(id))?.state, 'queued');
        const [build] = newest().begin(['build', 'deploy']);
        assert.equal((await source.runStatus(id))?.state, 'running');
        endJob(build ?? assert.fail('a job'), 'success');
        const running = await source.runStatus(id);
        assert.deepEqual(
          running?.steps.map(({ name, state }) => `${name} ${state}`),
          ['build done', 'deploy running'],
        );
        assert.equal(running.progress, 0.5);
        newest().end('success');
        const ended = await source.runStatus(id);
        assert.deepEqual([ended?.state, ended?.progress, ended?.attempt], ['succeeded', 1, 1]);
        assert.equal(ended?.url, `https://github.example/acme/shop/actions/runs/${newest().id}`);
        assert.equal(await source.runStatus('acme/shop/1'), undefined);
      });

      it('are found by the key, and never started a second time', async () => {
        const given = startOf('K-1');
        const { id } = await source.start(given);
        await source.start(startOf('K-10'));
        assert.deepEqual(await source.findStart(given), { found: 'run', id });
      });

      it('are found when the answer to the start was lost', async () => {
        github.losesAnswerOf.add('actions/create-workflow-dispatch');
        const given = startOf('K-1');
        assert.equal((await failureOf(source.start(given))).failure, 'unclear');
        assert.equal(shop.runs.length, 1);
        assert.deepEqual(await source.findStart(given), { found: 'run', id: `acme/shop/${newest().id}` });
      });

      it('are looked for three times over two minutes before there’s none', async () => {
        const given = startOf('K-1');
        const look = async () => (await failureOf(source.findStart(given))).failure;
        assert.equal(await look(), 'unreachable');
        time.pass(minutes(1));
        assert.equal(await look(), 'unreachable');
        time.pass(minutes(1));
        assert.deepEqual(await source.findStart(given), { found: 'none' });
      });

      it('are found in a list that shows them late', async () => {
        const given = startOf('K-1');
        await source.start(given);
        shop.lateLists = 2;
        assert.equal((await failureOf(source.findStart(given))).failure, 'unreachable');
        time.pass(minutes(2));
        assert.equal((await failureOf(source.findStart(given))).failure, 'unreachable');
        assert.equal((await source.findStart(given)).found, 'run');
      });

      it('that don’t keep the key can’t be told apart', async () => {
        assert.deepEqual(await source.findStart(startOf('K-1', { pipeline: 'acme/shop/nightly.yml', values: {} })), {
          found: 'cannot tell',
        });
      });

      it('that don’t keep the key are started only where GitHub names the run', async () => {
        const started = source.start(startOf('K-1', { pipeline: 'acme/shop/nightly.yml', values: { suite: 'smoke' } }));
        if (face === 'github.com') assert.equal((await started).id, `acme/shop/${newest().id}`);
        else assert.equal((await failureOf(started)).failure, 'refused');
        assert.equal(shop.runs.length, face === 'github.com' ? 1 : 0);
      });

      const refused: [what: string, more: Partial<PipelineStart>, why: RegExp][] = [
        ['an unknown input', { values: { ...values, colour: 'red' } }, /no input colour/],
        ['a missing input', { values: { environment: 'staging' } }, /version is required/],
        ['a number that is none', { values: { ...values, workers: 'many' } }, /workers has to be a number/],
        ['a choice that is none', { values: { ...values, strategy: 'hope' } }, /strategy isn’t one of its choices/],
        ['an environment that is none', { values: { ...values, environment: 'moon' } }, /isn’t an environment/],
        ['a boolean that is none', { values: { ...values, dry_run: 'maybe' } }, /true or false/],
        ['several values', { values: { ...values, version: ['1', '2'] } }, /takes one value/],
        ['a workflow without a trigger', { pipeline: 'acme/shop/ci.yml' }, /no workflow_dispatch/],
        ['no workflow', { pipeline: 'deploy' }, /isn’t a workflow/],
      ];
      for (const [what, more, why] of refused)
        it(`aren’t started with ${what}`, async () => {
          const failure = await failureOf(source.start(startOf('K-1', more)));
          assert.equal(failure.failure, 'refused');
          assert.match(failure.message, why);
          assert.match((await source.preview?.(startOf('K-1', more)))?.[0] ?? '', why);
          assert.equal(shop.runs.length, 0);
        });

      it('show the log of the job that failed, up to its error', async () => {
        const { id } = await source.start(startOf('K-1'));
        const [build, test] = newest().begin(['build', 'test']);
        assert.ok(build && test);
        build.log = ['built'];
        test.steps = [
          { name: 'Set up job', status: 'completed', conclusion: 'success' },
          { name: 'Run tests', status: 'completed', conclusion: 'failure' },
        ];
        test.log = [
          '##[group]Run npm test',
          'npm test',
          '##[endgroup]',
          '1 of 3 failed',
          '##[error]exit code 1',
          'Post job cleanup.',
        ];
        endJob(build, 'success');
        assert.deepEqual((await source.runStatus(id))?.lastLines, ['built']);
        newest().end('failure');
        const status = await source.runStatus(id);
        assert.deepEqual([status?.state, status?.reason], ['failed', 'test: Run tests failed']);
        assert.deepEqual(status?.lastLines, ['Run npm test', 'npm test', '1 of 3 failed', 'Error: exit code 1']);
        assert.deepEqual(await source.runLog(id, 3), ['npm test', '1 of 3 failed', 'Error: exit code 1']);
        assert.deepEqual((await source.runLog(id, 50))[0], 'built');
      });

      it('are canceled, and by force if they still go on a minute later', async () => {
        const { id } = await source.start(startOf('K-1'));
        newest().begin();
        newest().isStubborn = true;
        await source.cancelRun(id, by);
        assert.equal((await source.runStatus(id))?.state, 'stopping');
        time.pass(30_000);
        await source.cancelRun(id, by);
        assert.deepEqual([newest().cancels, newest().forced], [2, 0]);
        time.pass(30_000);
        await source.cancelRun(id, by);
        assert.deepEqual([newest().cancels, newest().forced], [2, 1]);
        assert.equal((await source.runStatus(id))?.state, 'canceled');
        await source.cancelRun(id, by);
      });

      it('that a newer one replaced were canceled by nobody', async () => {
        const { id } = await source.start(startOf('K-1'));
        const [job] = newest().begin();
        job?.steps.push({ name: 'Set up job', status: 'completed', conclusion: 'success' });
        job?.annotations.push('Canceling since a higher priority waiting request for ‘deploy’ exists');
        newest().end('cancelled');
        const status = await source.runStatus(id);
        assert.deepEqual([status?.state, status?.reason], ['superseded', 'a newer run replaced it']);
      });

      it('that never left the queue while a newer one was there were replaced by it', async () => {
        const { id } = await source.start(startOf('K-1'));
        const first = newest();
        first.status = 'pending';
        assert.match((await source.runStatus(id))?.reason ?? '', /concurrency group/);
        await source.start(startOf('K-2'));
        first.end('cancelled');
        assert.equal((await source.runStatus(id))?.state, 'superseded');
      });

      it('that somebody canceled in GitHub say who', async () => {
        const { id } = await source.start(startOf('K-1'));
        newest().begin()[0]?.annotations.push('The run was canceled by @octocat.');
        newest().end('cancelled');
        const status = await source.runStatus(id);
        assert.deepEqual([status?.state, status?.reason], ['canceled', 'canceled by octocat in GitHub']);
      });

      for (const what of ['all', 'failed'] as const)
        it(`are run again (${what}) as the next attempt of the same run`, async () => {
          const { id } = await source.start(startOf('K-1'));
          newest().begin();
          newest().end('failure');
          const rerun = { key: 'K-2', id, attempt: 1, what, by, askedAt: Date.now() };
          const again = (await source.rerun?.(rerun)) ?? assert.fail('it can');
          assert.equal(again.id, `${id}#2`);
          const status = await source.runStatus(again.id);
          assert.deepEqual([status?.state, status?.attempt, status?.id], ['queued', 2, again.id]);
          assert.deepEqual(await source.findRerun?.(rerun), { found: 'run', id: again.id });
          assert.equal((await failureOf(source.rerun?.(rerun) ?? Promise.resolve())).failure, 'refused');
          assert.equal(newest().attempt, 2);
        });

      it('that were to be run again are found by their attempt', async () => {
        const { id } = await source.start(startOf('K-1'));
        newest().begin();
        newest().end('failure');
        const rerun = { key: 'K-2', id, attempt: 1, what: 'failed', by, askedAt: Date.now() } as const;
        assert.equal((await failureOf(source.findRerun?.(rerun) ?? Promise.resolve())).failure, 'unreachable');
        github.losesAnswerOf.add('actions/re-run-workflow-failed-jobs');
        assert.equal((await failureOf(source.rerun?.(rerun) ?? Promise.resolve())).failure, 'unclear');
        assert.deepEqual(await source.findRerun?.(rerun), { found: 'run', id: `${id}#2` });
      });

      it('are read again only after a while, which grows, or once something was done to them', async () => {
        const { id } = await source.start(startOf('K-1'));
        const paced = pipelinesOf(connection);
        const reads = () => github.called.filter((each) => each === 'actions/get-workflow-run').length;
        await paced.runStatus(id);
        await paced.runStatus(id);
        assert.equal(reads(), 1);
        time.pass(2_000);
        await paced.runStatus(id);
        assert.equal(reads(), 2);
        time.pass(minutes(6));
        await paced.runStatus(id);
        time.pass(14_000);
        await paced.runStatus(id);
        assert.equal(reads(), 3);
        await paced.cancelRun(id);
        assert.equal((await paced.runStatus(id))?.state, 'canceled');
      });

      it('that GitHub refuses for a time are refused before they start', async () => {
        github.limitedForSeconds = 30;
        const failure = await failureOf(source.start(startOf('K-1')));
        assert.deepEqual([failure.failure, failure.retryAfterMs], ['rate limited', 30_000]);
        assert.equal(shop.runs.length, 0);
      });
    });
