import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually, isAlive, LocalWorld } from '../connectors/local/local-world';

interface Version {
  service: string;
  environment: string;
  version: string;
  commit: string;
  pid: number;
}

describe('the fleet of the sandbox', () => {
  const world = new LocalWorld();
  const neighbor = new LocalWorld();
  before(() => Promise.all([world.start(), neighbor.start()]));
  after(() => Promise.all([world.end(), neighbor.end()]));

  const ports = (of: LocalWorld) => of.json('sandbox/ports.json') as Record<string, number>;
  const versionAt = async (port: number | undefined): Promise<Version> =>
    (await (await fetch(`http://127.0.0.1:${port}/version`)).json()) as Version;

  it('has a process with its own port for each service and environment', async () => {
    const places = Object.keys(ports(world)).sort();
    assert.deepEqual(places, [
      'payments.production',
      'payments.staging',
      'search.production',
      'search.staging',
      'shop.practice',
      'shop.production',
      'shop.staging',
    ]);
    const said = await Promise.all(places.map((place) => versionAt(ports(world)[place])));
    assert.deepEqual(
      said.map((each) => `${each.service}.${each.environment}`),
      places,
    );
    assert.equal(new Set(said.map((each) => each.pid)).size, places.length);
  });

  it('answers on /healthz, /metrics and / ', async () => {
    const address = `http://127.0.0.1:${ports(world)['shop.production']}`;
    const health = await fetch(`${address}/healthz`);
    assert.equal(health.status, 200);
    assert.deepEqual(await health.json(), { status: 'well', version: '2.13.2' });
    assert.equal((await fetch(`${address}/`)).headers.get('content-type'), 'application/json');
    const metrics = await (await fetch(`${address}/metrics`)).text();
    assert.match(metrics, /^http_requests_total\{code="200"\} \d+$/m);
    assert.match(metrics, /^http_request_duration_seconds_bucket\{le="\+Inf"\} \d+$/m);
    assert.match(metrics, /^process_resident_memory_bytes \d+$/m);
    assert.equal((await fetch(`${address}/nothing`)).status, 404);
  });

  it('has traffic', async () => {
    const address = `http://127.0.0.1:${ports(world)['search.production']}`;
    const count = async (): Promise<number> =>
      Number(/_count (\d+)/.exec(await (await fetch(`${address}/metrics`)).text())?.[1]);
    const before = await count();
    await eventually(async () => (await count()) > before);
  });

  it('runs next to a second one without touching it', () => {
    const shared = Object.values(ports(world)).filter((port) => Object.values(ports(neighbor)).includes(port));
    assert.deepEqual(shared, []);
  });

  it('is taken over by the next start: the same processes on the same ports', async () => {
    const [before, kept] = [world.processIdsOfServices(), ports(world)];
    const load = world.json('sandbox/load.json');
    await world.start();
    assert.deepEqual(world.processIdsOfServices(), before);
    assert.deepEqual(ports(world), kept);
    assert.deepEqual(world.json('sandbox/load.json'), load);
  });

  it('is started by two at once without a second process', async () => {
    await Promise.all([world.start(), world.start()]);
    assert.equal(new Set(world.processIdsOfServices()).size, Object.keys(ports(world)).length);
  });

  it('restarts dead services at the next start, with the same release', async () => {
    const before = await versionAt(ports(world)['search.staging']);
    process.kill(before.pid, 'SIGKILL');
    await eventually(() => !isAlive(before.pid));
    await world.start();
    const after = await versionAt(ports(world)['search.staging']);
    assert.notEqual(after.pid, before.pid);
    assert.deepEqual({ ...after, pid: 0, startedAt: 0 }, { ...before, pid: 0, startedAt: 0 });
  });

  it('does not mistake another process with the same id for its own', async () => {
    const file = 'sandbox/services/search.staging/process.json';
    const record = world.json(file);
    process.kill(Number(record['processId']), 'SIGKILL');
    await eventually(() => !isAlive(Number(record['processId'])));
    writeFileSync(join(world.dataDir, file), JSON.stringify({ ...record, processId: process.pid }));
    await world.start();
    assert.notEqual(world.json(file)['processId'], process.pid);
    assert.equal((await versionAt(ports(world)['search.staging'])).version, '3.2.1');
  });

  it('ends with every process when it is stopped, and comes back on its ports', async () => {
    const [processes, kept] = [world.processIdsOfServices(), ports(world)];
    const load = Number(world.json('sandbox/load.json')['processId']);
    await world.fleet?.stop();
    for (const processId of [...processes, load]) assert.equal(isAlive(processId), false);
    await world.start();
    assert.deepEqual(ports(world), kept);
    assert.equal((await versionAt(kept['shop.production'])).version, '2.13.2');
  });

  it('gives a service another port if something else has taken its own in the meantime', async () => {
    await world.fleet?.stop();
    const kept = ports(world);
    const stranger = createServer().listen(kept['shop.staging'], '127.0.0.1');
    await once(stranger, 'listening');
    await world.start();
    stranger.close();
    assert.notEqual(ports(world)['shop.staging'], kept['shop.staging']);
    assert.equal((await versionAt(ports(world)['shop.staging'])).version, '2.13.2');
    assert.equal(ports(world)['shop.production'], kept['shop.production']);
  });

  it('leaves nothing half-written behind', () => {
    const names = readdirSync(join(world.dataDir, 'sandbox'), { recursive: true }).map(String);
    assert.deepEqual(
      names.filter((name) => /\.(draft|claim|stale|lock)/.test(name) && !name.endsWith('load.lock')),
      [],
    );
  });
});
