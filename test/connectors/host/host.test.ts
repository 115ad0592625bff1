import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lives } from '../../../src/connectors/machine/processes';
import type { ProcessRecord } from '../../../src/connectors/machine/records';
import { ConnectorError } from '../../../src/core/errors';
import { eventually } from '../local/local-world';
import { commitOf, endOf, HostWorld } from './host-world';
import { sought } from '../run-requests';

const runner = join(__dirname, '../../../detached/host-run.js');

describe('the connector host', () => {
  const world = new HostWorld();
  before(() => world.start());
  after(() => world.end());
  afterEach(() => world.letGo());

  const refused = (failure: string) => (error: unknown) => error instanceof ConnectorError && error.failure === failure;
  const serves = async () => (await world.connect().environments.running('portal', 'production'))?.version;
  const processOf = (id: string, file: string) =>
    JSON.parse(readFileSync(join(world.dataDir, 'host/runs', id, file), 'utf8')) as ProcessRecord;
  const script = (id: string) => processOf(id, 'started.json');
  const command = (id: string) => processOf(id, 'command.json');

  it('recognizes folders with a release.json of their own version as releases, newest first', async () => {
    const { sourceControl } = world.connect();
    const found = await sourceControl.releases('portal');
    assert.deepEqual(
      found.map(({ version }) => version),
      ['1.3.0', '1.2.0', '1.1.0', '1.0.0'],
    );
    assert.equal(await sourceControl.release('portal', '9.9.9'), undefined);
    assert.equal(await sourceControl.release('portal', '../1.0.0'), undefined);
    await assert.rejects(sourceControl.releases('shop'), refused('not found'));
  });

  it('lists the commits between two releases, and the direction', async () => {
    const { sourceControl } = world.connect();
    const ahead = await sourceControl.commitsBetween('portal', '1.0.0', '1.2.0');
    assert.deepEqual(
      [ahead.direction, ahead.commits.map(({ message }) => message)],
      ['forward', ['Change 3', 'Change 2']],
    );
    assert.equal((await sourceControl.commitsBetween('portal', '1.2.0', '1.0.0')).direction, 'back');
    assert.equal((await sourceControl.commitsBetween('portal', '1.0.0', '1.0.0')).direction, 'same');
  });

  it('knows from its health address what is live, how healthy it is, and what was live when nothing answers', async () => {
    const host = world.connect();
    const running = await host.environments.running('portal', 'production');
    assert.deepEqual([running?.version, running?.commit, running?.since], ['1.0.0', commitOf(1), 1_000]);
    assert.equal((await host.metrics.probe('portal', 'production')).complaint, undefined);
    const figures = await eventually(async () => {
      const now = await host.metrics.figures('portal', 'production', 60_000);
      return now?.p95Ms === undefined ? undefined : now;
    });
    assert.equal(figures.errorPercent, 0);
    assert.deepEqual(await host.check(), [{ about: 'portal' }]);
    const kept = readFileSync(world.served);
    rmSync(world.served);
    assert.equal((await host.metrics.probe('portal', 'production')).complaint, 'answers 503');
    assert.equal((await world.connect().environments.running('portal', 'production'))?.version, '1.0.0');
    assert.match((await host.check())[0]?.problem ?? '', /has to return the version/);
    writeFileSync(world.served, kept);
  });

  it('runs the deploy command once for a key, without a shell and with only PATH, and waits until the release is live', async () => {
    const [one, other] = [world.connect(), world.connect()];
    const request = world.request('once', '1.1.0', 2);
    const [run, same] = await Promise.all([one.pipelines.startRun(request), other.pipelines.startRun(request)]);
    assert.equal(run.id, same.id);
    const status = await endOf(one, run.id);
    assert.equal(status.state, 'succeeded', status.reason);
    assert.deepEqual(
      status.steps.map(({ name, state }) => `${name} ${state}`),
      ['check done', 'start done', 'switch done', 'confirm done'],
    );
    assert.deepEqual(world.starts(), ['1.1.0 PATH']);
    assert.equal(await serves(), '1.1.0');
    assert.ok((await one.pipelines.runLog(run.id, 50)).some((line) => line.includes('switch: 1.1.0 serves')));
    await assert.rejects(one.pipelines.startRun(world.request('once', '1.0.0', 1)), refused('refused'));
    await assert.rejects(one.pipelines.startRun(world.request('moved', '1.0.0', 3)), refused('refused'));
  });

  it('continues while Gavel is replaced: the next one finds the run by its key and follows it to its end', async () => {
    world.hold();
    const before = world.connect();
    const request = world.request('renewed', '1.3.0', 4);
    const { id } = await before.pipelines.startRun(request);
    await eventually(() => world.starts().some((line) => line.startsWith('1.3.0')));
    await before.close();
    const after = world.connect();
    assert.deepEqual(await after.pipelines.findRun(sought('renewed')), { found: 'run', id });
    assert.deepEqual(await after.pipelines.startRun(request), { id });
    assert.deepEqual(await after.pipelines.findRun(sought('never asked')), { found: 'none' });
    world.letGo();
    assert.equal((await endOf(after, id)).state, 'succeeded');
    assert.equal(world.starts().filter((line) => line.startsWith('1.3.0')).length, 1);
  });

  it('says why if the release is broken, and allows one deployment at a time', async () => {
    const host = world.connect();
    world.hold();
    const { id } = await host.pipelines.startRun(world.request('broken', '1.2.0', 3));
    await eventually(() => world.starts().some((line) => line.startsWith('1.2.0')));
    const second = await host.pipelines.startRun(world.request('meanwhile', '1.1.0', 2));
    assert.equal((await endOf(host, second.id)).reason, 'another deployment is running here');
    world.letGo();
    const status = await endOf(host, id);
    assert.deepEqual([status.state, status.reason], ['failed', 'it does not start; nothing was changed']);
    assert.equal(await serves(), '1.3.0');
  });

  it('lets the next deployment begin as soon as a run is reported as over', async () => {
    const host = world.connect();
    const { id } = await host.pipelines.startRun(world.request('first of two', '1.3.0', 4));
    await eventually(() => existsSync(join(world.dataDir, 'host/runs', id, 'result.json')));
    assert.ok(!existsSync(join(world.dataDir, 'host/portal.production.lock')), 'the run is over, but its lock is held');
    const next = await host.pipelines.startRun(world.request('second of two', '1.3.0', 4));
    assert.equal((await endOf(host, next.id)).state, 'succeeded');
  });

  it('asks the command to stop when the run is canceled', async () => {
    const host = world.connect();
    world.hold();
    const { id } = await host.pipelines.startRun(world.request('cancelled', '1.1.0', 2));
    const before = world.starts().length;
    await eventually(() => world.starts().length > before || world.starts().at(-1)?.startsWith('1.1.0'));
    await eventually(async () => (await host.pipelines.runStatus(id))?.lastLines.some((line) => /begins/.test(line)));
    await host.pipelines.cancelRun(id);
    assert.equal((await endOf(host, id)).state, 'canceled');
    assert.equal(await serves(), '1.3.0');
  });

  it('stops the command when its runner dies, before it reports that the run has failed', async () => {
    const host = world.connect();
    world.hold();
    const { id } = await host.pipelines.startRun(world.request('killed', '1.1.0', 2));
    await eventually(async () => (await host.pipelines.runStatus(id))?.lastLines.some((line) => /begins/.test(line)));
    const left = command(id);
    process.kill(-script(id).processId, 'SIGKILL');
    const status = await endOf(host, id);
    assert.equal(status.state, 'failed');
    assert.match(status.reason ?? '', /watched the deploy command died, so the command was stopped; 1\.3\.0 is live/);
    assert.ok(!lives(left), 'the command is gone once the run has ended');
    world.letGo();
  });

  it('starts no second command next to that of a dead runner', async () => {
    const host = world.connect();
    world.hold();
    const { id } = await host.pipelines.startRun(world.request('left', '1.1.0', 2));
    await eventually(async () => (await host.pipelines.runStatus(id))?.lastLines.some((line) => /begins/.test(line)));
    const left = command(id);
    // Nobody watches the first run anymore when the second one begins.
    await host.close();
    process.kill(script(id).processId, 'SIGKILL');
    const after = world.connect();
    const starts = world.starts().length;
    const { id: secondId } = await after.pipelines.startRun(world.request('beside', '1.0.0', 1));
    await eventually(() => world.starts().length > starts);
    assert.ok(!lives(left), 'the second command began before the first had ended');
    world.letGo();
    assert.equal((await endOf(after, secondId)).state, 'succeeded');
    assert.equal(await serves(), '1.0.0');
    assert.equal((await endOf(after, id)).state, 'failed');
  });

  it('reports a time limit if the command doesn’t stop on its own', async () => {
    const host = world.connect();
    world.hold();
    world.makeStubborn();
    const { id } = await host.pipelines.startRun({ ...world.request('late', '1.1.0', 2), timeLimitMs: 600 });
    const status = await endOf(host, id);
    assert.deepEqual([status.state, status.reason], ['failed', 'it took longer than its time limit']);
    assert.ok(!lives(command(id)));
    world.letGo();
  });

  it('leaves the start to a unit with the command; root writes there as the owner of the data', async () => {
    const host = world.connect(true);
    const { id } = await host.pipelines.startRun(world.request('outside', '1.1.0', 2));
    const waiting = join(world.dataDir, 'host/waiting/portal');
    assert.deepEqual(readdirSync(waiting), [id]);
    assert.equal(existsSync(join(world.dataDir, 'host/runs', id, 'started.json')), false);
    const asRoot = process.getuid?.() === 0;
    const nobody = 65_534;
    if (asRoot) execFileSync('chown', ['-R', `${nobody}:${nobody}`, world.dataDir]);
    if (asRoot) execFileSync('chmod', ['755', world.folder]);
    const command = [process.execPath, world.script, '{release}', '{version}', world.served];
    await promisify(execFile)(process.execPath, [
      runner,
      '--waiting',
      waiting,
      '--releases',
      world.releases,
      '--',
      ...command,
    ]);
    const status = await endOf(host, id);
    assert.equal(status.state, 'succeeded', status.reason);
    assert.deepEqual(readdirSync(waiting), []);
    assert.equal(await serves(), '1.1.0');
    if (!asRoot) return;
    // Files have their owner's permissions, the command has root's.
    assert.equal(statSync(join(world.dataDir, 'host/runs', id, 'result.json')).uid, nobody);
    assert.equal(statSync(world.served).uid, 0);
  });
});
