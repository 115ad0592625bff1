import assert from 'node:assert/strict';
import type { PipelineStart } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { asked } from '../run-requests';
import { openCloudBees, pipelinesOf } from './connection';
import { CloudBees } from './double';
import { keyed } from './world';
import type { Project } from './world';

const by = { ...asked.by };
const version = { name: 'version', required: true };
const stages = [
  { name: 'build', tasks: [{ name: 'compile' }, { name: 'unit tests' }] },
  { name: 'production', tasks: [{ name: 'deploy' }] },
];

describe('CloudBees CD', () => {
  let cloudbees: CloudBees;
  let acme: Project;
  let connection: OpenConnection;
  let passed = 0;
  const clock = { now: () => Date.now() + passed, elapsed: () => performance.now() + passed };
  const pipelines = () => pipelinesOf(connection);
  const startOf = (pipeline: string, values: PipelineStart['values'], key = 'K-1'): PipelineStart => {
    return { key, pipeline, values, by, askedAt: Date.now() };
  };

  beforeEach(async () => {
    passed = 0;
    cloudbees = await CloudBees.start();
    acme = cloudbees.project('acme');
    acme.pipeline('deploy', [version, ...keyed], stages);
    acme.release('2026 Q4', [version, ...keyed], stages);
    acme.procedures.set('nightly', [{ name: 'suite' }, ...keyed]);
    connection = openCloudBees(cloudbees, { clock });
  });
  afterEach(async () => {
    await connection.close();
    await cloudbees.close();
  });

  const kinds = [
    ['a pipeline', 'acme/pipeline/deploy', { version: '2.14.0' }],
    ['a release', 'acme/release/2026%20Q4', { version: '2.14.0' }],
    ['a procedure', 'acme/procedure/nightly', { suite: 'all' }],
  ] as const;
  const values = (): Readonly<Record<string, string>>[] =>
    [...cloudbees.runtimes, ...cloudbees.jobs].map((run) => run.values);

  it('lists what people can start, and nothing twice', async () => {
    const listed = await pipelines().list();
    assert.deepEqual(
      listed.map(({ id, title }) => [id, title]),
      [
        ['acme/procedure/nightly', 'nightly'],
        ['acme/pipeline/deploy', 'deploy'],
        ['acme/release/2026%20Q4', '2026 Q4'],
      ],
    );
    const some = openCloudBees(cloudbees, { settings: { projects: [], run: ['acme/pipeline/*'] } });
    assert.deepEqual(
      (await pipelinesOf(some).list()).map(({ id }) => id),
      ['acme/pipeline/deploy'],
    );
    assert.equal(await pipelinesOf(some).describe('acme/procedure/nightly'), undefined);
    await some.close();
  });

  it('has nothing in a project that is empty', async () => {
    cloudbees.project('empty');
    const empty = openCloudBees(cloudbees, { settings: { projects: ['empty'] } });
    assert.deepEqual(await pipelinesOf(empty).list(), []);
    await empty.close();
  });

  for (const [what, pipeline, given] of kinds) {
    it(`starts ${what} once, with exactly the values, the key, and the person`, async () => {
      const { id } = await pipelines().start(startOf(pipeline, given));
      assert.deepEqual(values(), [{ ...given, gavel_key: 'K-1', gavel_person: 'Noor Ferreira' }]);
      const status = await pipelines().runStatus(id);
      assert.equal(status?.state, 'queued');
    });

    it(`finds the start of ${what} again, by its key alone, if the answer is lost`, async () => {
      cloudbees.losesAnswerOf.add('runPipeline').add('startRelease').add('runProcedure');
      await pipelines()
        .start(startOf(pipeline, given, 'K-0'))
        .catch(() => undefined);
      const start = startOf(pipeline, given);
      assert.equal((await failureOf(pipelines().start(start))).failure, 'unclear');
      assert.equal(values().length, 2);
      const found = await pipelines().findStart(start);
      const [newest] = [...cloudbees.runtimes, ...cloudbees.jobs];
      assert.equal(found.found === 'run' && found.id.split('/')[1], newest?.id);
    });

    it(`says that ${what} wasn’t started only once nothing can still be on its way`, async () => {
      const start = startOf(pipeline, given);
      await pipelines().start(startOf(pipeline, given, 'K-2'));
      assert.equal((await failureOf(pipelines().findStart(start))).failure, 'unreachable');
      passed = 60_000;
      assert.deepEqual(await pipelines().findStart(start), { found: 'none' });
    });
  }

  it('can’t tell whether something was started that doesn’t keep the key', async () => {
    acme.pipeline('plain', [version], stages);
    const start = startOf('acme/pipeline/plain', { version: '1' });
    await pipelines().start(start);
    assert.deepEqual(values(), [{ version: '1' }]);
    assert.deepEqual(await pipelines().findStart(start), { found: 'cannot tell' });
  });

  it('refuses before it sends anything what CloudBees CD would refuse', async () => {
    acme.pipeline('secret', [{ name: 'login', type: 'credential', required: true }, ...keyed], stages);
    const wrong = [
      [startOf('acme/pipeline/deploy', { version: '1', colour: 'red' }), /no parameter colour/],
      [startOf('acme/pipeline/deploy', {}), /version is required/],
      [startOf('acme/pipeline/gone', {}), /There’s no acme\/pipeline\/gone/],
      [startOf('acme/pipeline/secret', {}), /login is a credential/],
      [{ ...startOf('acme/pipeline/deploy', { version: '1' }), ref: 'main' }, /no branches/],
    ] as const;
    for (const [start, problem] of wrong) {
      assert.match((await pipelines().preview?.(start))?.join() ?? '', problem);
      assert.equal((await failureOf(pipelines().start(start))).failure, 'refused');
    }
    assert.deepEqual(values(), []);
  });

  for (const hidden of [false, true])
    it(`says no if the account may only read${hidden ? ', also if the error comes with the status 200' : ''}`, async () => {
      cloudbees.readers.add('gavel');
      cloudbees.hidesErrors = hidden;
      const failure = await failureOf(pipelines().start(startOf('acme/pipeline/deploy', { version: '1' })));
      assert.equal(failure.failure, 'refused');
      assert.equal(await pipelines().describe('acme/procedure/gone'), undefined);
      assert.equal(await pipelines().runStatus('runtime/gone'), undefined);
      assert.equal(await pipelines().runStatus('job/gone'), undefined);
    });

  it('follows a pipeline with its stages and tasks, to a success with warnings', async () => {
    const { id } = await pipelines().start(startOf('acme/pipeline/deploy', { version: '1' }));
    const [run] = cloudbees.runtimes;
    run?.next();
    const running = await pipelines().runStatus(id);
    assert.equal(running?.state, 'running');
    assert.deepEqual(
      running.steps.map(({ name, state }) => [name, state]),
      [
        ['build: compile', 'running'],
        ['build: unit tests', 'waiting'],
        ['production', 'waiting'],
      ],
    );
    run?.next();
    run?.next('warning');
    run?.next();
    // The last status can come before the run has ended.
    Object.assign(run ?? {}, { status: 'warning', isCompleted: false });
    assert.equal((await pipelines().runStatus(id))?.state, 'running');
    run?.end('warning');
    const ended = await pipelines().runStatus(id);
    assert.deepEqual([ended?.state, ended?.hasWarnings, ended?.progress], ['succeeded', true, 1]);
    assert.ok(ended?.endedAt !== undefined);
  });

  it('shows why a pipeline failed, with the end of the log of the step', async () => {
    const { id } = await pipelines().start(startOf('acme/pipeline/deploy', { version: '1' }));
    const [run] = cloudbees.runtimes;
    await pipelines().start(startOf('acme/procedure/nightly', {}));
    const [job] = cloudbees.jobs;
    const task = run?.next();
    if (task && job) task.job = job;
    const [step] = job?.begin('compile') ?? [];
    Object.assign(step ?? {}, { log: ['compiling', 'no such symbol'], errorMessage: 'exit code 2' });
    job?.end('error');
    run?.next('error');
    const failed = await pipelines().runStatus(id);
    assert.deepEqual([failed?.state, failed?.reason], ['failed', 'build: compile failed']);
    assert.deepEqual(failed?.lastLines, ['compiling', 'no such symbol']);
    assert.deepEqual(await pipelines().runLog(id, 1), ['no such symbol']);
    cloudbees.showsPages = true;
    assert.deepEqual(await pipelines().runLog(id, 10), ['exit code 2'], 'what it says where there’s no log');
  });

  it('follows a job with its steps to its failure', async () => {
    const { id } = await pipelines().start(startOf('acme/procedure/nightly', {}));
    const [job] = cloudbees.jobs;
    const [first] = job?.begin('checkout', 'test') ?? [];
    Object.assign(first ?? {}, { status: 'completed', outcome: 'success' });
    assert.deepEqual(
      (await pipelines().runStatus(id))?.steps.map(({ state }) => state),
      ['done', 'running'],
    );
    job?.end('error');
    const failed = await pipelines().runStatus(id);
    assert.deepEqual([failed?.state, failed?.reason], ['failed', 'test failed']);
  });

  it('aborts a job with the person in the reason; steps that always run go on until it’s forced', async () => {
    const { id } = await pipelines().start(startOf('acme/procedure/nightly', {}));
    const [job] = cloudbees.jobs;
    job?.begin('test', 'clean up');
    Object.assign(job ?? {}, { isStubborn: true });
    await pipelines().cancelRun(id, by);
    assert.deepEqual(job?.reasons, ['canceled by Noor Ferreira in Gavel']);
    assert.equal((await pipelines().runStatus(id))?.state, 'stopping');
    passed = 61_000;
    await pipelines().cancelRun(id, by);
    assert.equal(job.abortStatus, 'FORCE_ABORT');
    const stopped = await pipelines().runStatus(id);
    assert.deepEqual([stopped?.state, stopped?.reason], ['canceled', 'canceled by Noor Ferreira in Gavel']);
    await pipelines().cancelRun(id, by);
    assert.equal(job.reasons.length, 2, 'what has ended is left alone');
  });

  it('aborts a run of a pipeline', async () => {
    const { id } = await pipelines().start(startOf('acme/pipeline/deploy', { version: '1' }));
    const [run] = cloudbees.runtimes;
    run?.next();
    await pipelines().cancelRun(id, by);
    assert.deepEqual(run?.aborts, [false]);
    assert.equal((await pipelines().runStatus(id))?.state, 'stopping');
    run.end('ABORT');
    assert.equal((await pipelines().runStatus(id))?.state, 'canceled');
  });
});
