import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemsOf } from '../../systems';
import type { Catalog } from '../../../src/core/catalog';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { createAnnouncements } from '../../../src/features/announcements';
import { createApprovals } from '../../../src/features/approvals';
import type { FeatureDependencies } from '../../../src/features/contract';
import { createDeploymentHistory, createDeployments, finalStates } from '../../../src/features/deployments';
import type { Deployment } from '../../../src/features/deployments';
import { createHealth } from '../../../src/features/health';
import { createLeases, createSweeper } from '../../../src/jobs';
import { openSqliteStore } from '../../../src/store/sqlite';
import type { Kept } from '../../../src/workflows';
import { eventually, LocalWorld, sandboxCatalog } from '../../connectors/local/local-world';
import { createRecordingOutbox, openPolicy, people, places } from '../fakes';

/** One instance's deployments, on the files and processes of the sandbox. */
function startInstance(world: LocalWorld, owner: string) {
  const { dataDir } = world;
  const store = openSqliteStore({
    file: join(dataDir, 'gavel.db'),
    auditKeyFile: join(dataDir, 'audit.key'),
    auditAnchorFile: join(dataDir, 'audit.anchor'),
    instance: 'test',
    logger: silentLogger,
  });
  const clock = systemClock;
  const leases = createLeases({ store, clock, owner });
  const sweeper = createSweeper({ leases, clock, logger: silentLogger, pollMs: 50, leaseMs: 500 });
  const connector = world.connect(0.05);
  const outbox = createRecordingOutbox();
  const catalog = quickly(sandboxCatalog());
  const deps: FeatureDependencies = {
    catalog: () => catalog,
    store,
    outbox,
    systems: systemsOf(() => connector),
    sweeper,
    clock,
    logger: silentLogger,
  };
  const approvals = createApprovals(deps).approvals;
  const policy = openPolicy(deps);
  const health = createHealth(deps, { approvals, policy, history: createDeploymentHistory(deps) }).reports;
  const announcements = createAnnouncements(deps).announcements;
  const { deployments } = createDeployments(deps, {
    approvals,
    health,
    announcements,
    policy,
    pollMs: 100,
  });
  sweeper.start();
  return {
    deployments,
    outbox,
    store,
    connector,
    async stop() {
      await sweeper.stop();
      await store.close();
    },
    async ask(version: string): Promise<string> {
      const asked = await deployments.request({
        key: `ask ${version}`,
        kind: 'deploy',
        service: 'shop',
        environment: 'staging',
        version,
        requester: people.ada,
        reason: '',
        placeId: places.deployments.id,
        thread: undefined,
        correlationId: '4f2a91c0aaaa',
      });
      return asked.id;
    },
    /** Until it has the wanted state, or is over. */
    until(id: string, wanted: (deployment: Deployment) => boolean): Promise<Deployment> {
      return eventually(async () => {
        const found = (await deployments.find(id))?.deployment as Kept<Deployment> | undefined;
        if (found && finalStates.includes(found.state) && found.pending.length === 0) return found;
        return found && wanted(found) && found;
      });
    },
  };
}

/** With a short verification, and limits that no machine is too slow for. */
function quickly(catalog: Catalog): Catalog {
  const environments = Object.entries(catalog.environments).map(([name, each]) => [
    name,
    { ...each, verifyForSeconds: 2 },
  ]);
  const limits = { p95Ms: 60_000, p50Ms: 60_000, errorPercent: 100, minimumRequestsPerSecond: 0 };
  const services = Object.entries(catalog.services).map(([name, each]) => [name, { ...each, limits }]);
  return {
    ...catalog,
    services: Object.fromEntries(services) as Catalog['services'],
    environments: Object.fromEntries(environments) as Catalog['environments'],
  };
}

describe('deployments on the real sandbox', () => {
  const world = new LocalWorld();
  let instance: ReturnType<typeof startInstance>;
  before(async () => {
    await world.start();
    instance = startInstance(world, 'first');
  });
  after(async () => {
    await instance.stop();
    await world.end();
  });

  it('continue to the right end in a new instance that finds a run in progress', async () => {
    const id = await instance.ask('2.14.0');
    await instance.until(id, ({ runId }) => runId !== undefined);
    await instance.stop();
    instance = startInstance(world, 'second');
    const done = await instance.until(id, () => false);
    assert.equal(done.state, 'succeeded', JSON.stringify(done.ended));
    assert.equal(done.after?.state, 'healthy');
    assert.equal((await instance.connector.environments.running('shop', 'staging'))?.version, '2.14.0');
    assert.equal((await instance.deployments.rollbackTarget('shop', 'staging'))?.version, '2.13.2');
    assert.ok(!instance.outbox.messages.has(`deployment:${id}:health`), 'it is healthy');
  });

  it('roll back automatically what fails its health check', async () => {
    const id = await instance.ask('2.15.0');
    const done = await instance.until(id, () => false);
    assert.equal(done.state, 'rolled back', JSON.stringify(done.ended));
    assert.equal(done.failure?.during, 'verification');
    assert.equal((await instance.connector.environments.running('shop', 'staging'))?.version, '2.14.0');
    const posted = instance.outbox.posts.map(({ key }) => key).filter((key) => key.includes(id));
    assert.deepEqual(posted, [`deployment:${id}:card`, `deployment:${id}:end`]);
    assert.deepEqual((await instance.store.audit.verify()).breaks, []);
  });
});
