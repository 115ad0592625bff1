import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Running } from '../../../src/connectors/contract';
import { openRunFolder, removeOldRuns, runIdOf } from '../../../src/connectors/machine/run-folder';
import { ConnectorError } from '../../../src/core/errors';
import { ended, eventually, isAlive, LocalWorld, reached } from './local-world';
import { sought } from '../run-requests';

describe('runs of connector local', () => {
  const world = new LocalWorld();
  before(() => world.start());
  after(() => world.end());

  const versionOf = (running: Running | undefined) => running && [running.version, running.commit, running.since];
  const refused = (failure: string) => (error: unknown) => error instanceof ConnectorError && error.failure === failure;

  it('deploy a release: the process of the new release answers on the same port', async () => {
    const local = world.connect();
    const before = await local.environments.running('shop', 'production');
    const request = await world.request('good', 'shop', 'production', '2.14.0');
    const { id } = await local.pipelines.startRun(request);
    const status = await ended(local, id);
    assert.equal(status.state, 'succeeded', status.reason);
    assert.equal(status.progress, 1);
    assert.deepEqual(
      status.steps.map((step) => `${step.name} ${step.state}`),
      ['fetch done', 'build done', 'test done', 'switch done', 'check done'],
    );
    assert.match(status.steps[2]?.detail ?? '', /8 of 8 checks/);
    const after = await local.environments.running('shop', 'production');
    assert.equal(after?.version, '2.14.0');
    assert.equal(after.commit, request.commit);
    assert.equal(after.address, before?.address);
    assert.notEqual(after.processId, before?.processId);
    assert.equal(isAlive(before?.processId ?? 0), false);
    const said: unknown = await (await fetch(`${after.address}/version`)).json();
    assert.equal((said as { version: string }).version, '2.14.0');
  });

  it('give one run and one process for one key, requested twice at once and again later', async () => {
    const [one, other] = [world.connect(), world.connect()];
    const request = await world.request('twice', 'payments', 'staging', '1.10.1');
    const runs = await Promise.all([one.pipelines.startRun(request), other.pipelines.startRun(request)]);
    assert.equal(runs[0].id, runs[1].id);
    await ended(one, runs[0].id);
    assert.deepEqual(await other.pipelines.startRun(request), runs[0]);
    assert.deepEqual(await other.pipelines.findRun(sought('twice')), { found: 'run', id: runs[0].id });
    const log = await one.pipelines.runLog(runs[0].id, 500);
    assert.equal(log.filter((line) => line.includes('fetch:')).length, 2, log.join('\n'));
  });

  it('fail with the lines that say why, and change nothing, if the checks fail', async () => {
    const local = world.connect();
    const before = await local.environments.running('search', 'staging');
    const { id } = await local.pipelines.startRun(await world.request('failing', 'search', 'staging', '3.3.0'));
    const status = await ended(local, id);
    assert.equal(status.state, 'failed');
    assert.match(status.reason ?? '', /2 of 8 checks failed: ranks the best seller first/);
    assert.deepEqual(
      status.steps.map((step) => step.state),
      ['done', 'done', 'failed', 'skipped', 'skipped'],
    );
    assert.match(
      (await local.pipelines.runLog(id, 100)).join('\n'),
      /not ok 5 - ranks the best seller first\n.*Expected/,
    );
    assert.deepEqual(await local.environments.running('search', 'staging'), before);
  });

  it('succeed for an unhealthy release: its health check has to find that out', async () => {
    const local = world.connect();
    const { id } = await local.pipelines.startRun(await world.request('broken', 'shop', 'staging', '2.15.0'));
    assert.equal((await ended(local, id)).state, 'succeeded');
    const { answers, complaint } = await local.metrics.probe('shop', 'staging');
    assert.equal(answers, true);
    assert.match(complaint ?? '', /price cache: connect ECONNREFUSED/);
  });

  it('restore the previous release when they are canceled during the switch', async () => {
    const local = world.connect(0.1);
    const before = await local.environments.running('payments', 'production');
    const { id } = await local.pipelines.startRun(await world.request('cancel', 'payments', 'production', '1.10.0'));
    await reached(local, id, 'check');
    await local.pipelines.cancelRun(id);
    const status = await ended(local, id);
    assert.equal(status.state, 'canceled');
    assert.match(status.reason ?? '', /1\.9\.3 was restored/);
    const after = await local.environments.running('payments', 'production');
    assert.equal(after?.version, '1.9.3');
    assert.equal(after.since, before?.since);
    await local.pipelines.cancelRun(id);
    assert.equal((await local.pipelines.runStatus(id))?.state, 'canceled');
  });

  it('stop the whole process group when they are canceled before the switch', async () => {
    const local = world.connect(0.15);
    const before = await local.environments.running('search', 'production');
    const { id } = await local.pipelines.startRun(await world.request('early', 'search', 'production', '3.2.2'));
    await reached(local, id, 'test');
    const { processId } = world.json(`runs/${id}/started.json`);
    await local.pipelines.cancelRun(id);
    assert.equal((await ended(local, id)).state, 'canceled');
    await eventually(() => !isAlive(Number(processId)));
    assert.deepEqual(await local.environments.running('search', 'production'), before);
  });

  it('are stopped at their time limit', async () => {
    const local = world.connect(1);
    const request = await world.request('late', 'search', 'production', '3.2.2');
    const { id } = await local.pipelines.startRun({ ...request, timeLimitMs: 300 });
    const status = await ended(local, id);
    assert.equal(status.state, 'failed');
    assert.match(status.reason ?? '', /longer than its time limit/);
  });

  it('allow one deployment at a time for a service and environment', async () => {
    // The first one fetches for a minute: on a busy machine, the second script takes long to begin.
    const local = world.connect(30);
    const first = await local.pipelines.startRun(await world.request('first', 'search', 'production', '3.2.2'));
    await reached(local, first.id, 'fetch');
    const second = await local.pipelines.startRun(await world.request('second', 'search', 'production', '3.1.0'));
    assert.match((await ended(local, second.id)).reason ?? '', /another deployment is running here/);
    await local.pipelines.cancelRun(first.id);
    await ended(local, first.id);
  });

  describe('after a crash', () => {
    it('of Gavel, a run continues and the next Gavel follows it', async () => {
      const dying = world.connect(0.05);
      const request = await world.request('followed', 'payments', 'staging', '1.9.3');
      const { id } = await dying.pipelines.startRun(request);
      await reached(dying, id, 'build');
      await dying.close();
      const next = world.connect();
      assert.deepEqual(await next.pipelines.findRun(sought('followed')), { found: 'run', id });
      assert.equal((await ended(next, id)).state, 'succeeded');
      assert.equal((await next.environments.running('payments', 'staging'))?.version, '1.9.3');
    });

    it('of the script, the run has failed and the previous release runs again', async () => {
      const local = world.connect(0.15);
      const before = await local.environments.running('shop', 'production');
      const { id } = await local.pipelines.startRun(await world.request('killed', 'shop', 'production', '2.15.0'));
      await reached(local, id, 'check');
      process.kill(Number(world.json(`runs/${id}/started.json`)['processId']), 'SIGKILL');
      const status = await ended(local, id);
      assert.equal(status.state, 'failed');
      assert.match(status.reason ?? '', /ended without a result; 2\.14\.\d was restored/);
      assert.deepEqual(versionOf(await local.environments.running('shop', 'production')), versionOf(before));
    });

    it('between claim and script, there is no run, and it can be started again', async () => {
      const local = world.connect();
      const request = await world.request('claimed', 'search', 'staging', '3.2.2');
      const record = { ...request, pace: 0.01, dataFolder: world.dataDir, claimedAt: Date.now() };
      const claimed = openRunFolder(join(world.dataDir, 'runs'), runIdOf('claimed'));
      assert.equal(claimed.claim(record), true);
      assert.equal(claimed.claim(record), false, 'a key is claimed once');
      assert.deepEqual(await local.pipelines.findRun(sought('claimed')), { found: 'none' });
      assert.equal(claimed.exists(), false);
      const { id } = await local.pipelines.startRun(request);
      assert.equal((await ended(local, id)).state, 'succeeded');
    });

    it('the result is “cannot tell” if the record of the key can’t be read', async () => {
      const folder = join(world.dataDir, 'runs', runIdOf('torn'));
      mkdirSync(folder);
      writeFileSync(join(folder, 'request.json'), '{"key":');
      assert.deepEqual(await world.connect().pipelines.findRun(sought('torn')), { found: 'cannot tell' });
    });
  });

  it('include no run that they did not start', async () => {
    const { pipelines } = world.connect();
    assert.deepEqual(await pipelines.findRun(sought('never')), { found: 'none' });
    assert.equal(await pipelines.runStatus('../../etc'), undefined);
    assert.equal(await pipelines.runStatus('0'.repeat(32)), undefined);
    await assert.rejects(pipelines.cancelRun('0'.repeat(32)), refused('not found'));
  });

  it('are forgotten months after they ended', () => {
    const runs = join(world.dataDir, 'old runs');
    const [old, recent, open] = [runIdOf('old'), runIdOf('recent'), runIdOf('open')];
    const day = 24 * 3_600_000;
    const now = Date.now();
    for (const [id, endedAt] of [
      [old, now - 100 * day],
      [recent, now - 80 * day],
      [open, undefined],
    ] as const) {
      mkdirSync(join(runs, id), { recursive: true });
      if (endedAt) openRunFolder(runs, id).finish({ state: 'succeeded', endedAt });
    }
    removeOldRuns(runs, now);
    assert.deepEqual(readdirSync(runs).sort(), [recent, open].sort());
  });

  it('refuse anything that is not in the catalog or not the approved commit', async () => {
    const { pipelines } = world.connect();
    const good = await world.request('refused', 'shop', 'production', '2.14.1');
    await assert.rejects(pipelines.startRun({ ...good, service: '../shop' }), refused('not found'));
    await assert.rejects(pipelines.startRun({ ...good, service: '__proto__' }), refused('not found'));
    await assert.rejects(pipelines.startRun({ ...good, environment: 'production;reboot' }), refused('not found'));
    await assert.rejects(pipelines.startRun({ ...good, version: '2.14.1 --x' }), refused('refused'));
    await assert.rejects(pipelines.startRun({ ...good, version: '9.9.9' }), refused('refused'));
    await assert.rejects(pipelines.startRun({ ...good, commit: 'f'.repeat(40) }), refused('refused'));
    assert.deepEqual(await pipelines.findRun(sought('refused')), { found: 'none' });
    await pipelines.startRun(good).then(({ id }) => ended(world.connect(), id));
    const other = { ...good, environment: 'staging' };
    await assert.rejects(pipelines.startRun(other), refused('refused'), 'one key is one request');
  });

  it('pass only the declared environment variables to their children', async function () {
    if (process.platform !== 'linux') return this.skip();
    for (const processId of world.processIdsOfServices()) {
      const names = readFileSync(`/proc/${processId}/environ`, 'utf8').split('\0').filter(Boolean);
      assert.deepEqual(
        names.map((each) => each.split('=')[0]),
        ['PATH'],
      );
    }
  });
});
