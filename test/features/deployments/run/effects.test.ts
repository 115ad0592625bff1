import assert from 'node:assert/strict';
import { people } from '../../fakes';
import { createDeploymentWorld } from '../deployment-world';
import type { DeploymentWorld } from '../deployment-world';

/** What a crash between any two lines leaves: an effect that was performed but not removed, and is performed again. */
const crashes: Record<string, Parameters<typeof createDeploymentWorld>[0]> = {
  'performed twice with what was known before': (perform) => async (record, effect) => {
    await perform(record, effect);
    await perform(record, effect);
  },
  'performed, killed before it is cleared, and performed again': (perform) => {
    const died = new Set<string>();
    return async (record, effect) => {
      await perform(record, effect);
      const key = `${record.id} ${effect.key}`;
      if (died.has(key)) return;
      died.add(key);
      throw new Error('killed here');
    };
  },
};

for (const [name, wrap] of Object.entries(crashes))
  describe(`every effect of a deployment, ${name}`, () => {
    let world: DeploymentWorld;
    beforeEach(() => {
      world = createDeploymentWorld(wrap);
    });
    afterEach(() => world.close());

    async function begun(): Promise<string> {
      const id = await world.ask();
      await world.pass(3000);
      await world.decide(id, { state: 'approved', by: [people.avery], at: world.clock.now() });
      await world.decide(id, { state: 'approved', by: [people.avery], at: world.clock.now() });
      await world.pass(10_000);
      return id;
    }

    async function audited(): Promise<string[]> {
      const entries = await world.deps.store.audit.read({ limit: 100 });
      return entries.map(({ what, target }) => `${what} ${target.split(' ')[0]}`).sort();
    }

    it('makes one run, one message for each key, one audit line for each step', async () => {
      const id = await begun();
      assert.equal(world.opened.length, 1);
      assert.equal(world.connector.runs.size, 1);
      world.connector.finish('succeeded');
      await world.pass(40_000);
      assert.equal(await world.state(id), 'succeeded');
      assert.equal(world.connector.runs.size, 1);
      const keys = world.outbox.posts.map(({ key }) => key);
      assert.deepEqual(keys, [`deployment:${id}:card`]);
      assert.deepEqual(await audited(), [
        'deployments.end D-1001',
        'deployments.request D-1001',
        'deployments.start D-1001',
      ]);
    });

    it('rolls back once', async () => {
      const id = await begun();
      world.connector.finish('failed', { reason: 'switch broke', leaves: '2.14.0' });
      await world.pass(15_000);
      assert.equal(world.connector.runs.size, 2);
      world.connector.finish('succeeded');
      await world.pass(60_000);
      assert.equal(await world.state(id), 'rolled back');
      assert.equal((await world.parts.deployments.recent({ limit: 10 })).length, 2);
      const keys = world.outbox.posts.map(({ key }) => key);
      assert.deepEqual(keys, [`deployment:${id}:card`, `deployment:${id}:end`]);
      assert.equal((await audited()).filter((line) => line.startsWith('deployments.rollback')).length, 1);
    });

    it('cancels once', async () => {
      const id = await begun();
      await world.click('deployments.cancel', people.dana, id);
      await world.pass(5000);
      assert.ok(world.connector.calls.cancelRun >= 1);
      world.connector.finish('canceled');
      await world.pass(5000);
      assert.equal(await world.state(id), 'cancelled');
      assert.equal(world.connector.runs.size, 1);
    });
  });

describe('a start of unknown outcome', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
  });
  afterEach(() => world.close());

  it('adopts the run that was started after all', async () => {
    world.connector.faults.push({ method: 'startRun', failure: 'unclear', after: true });
    const id = await world.running();
    await world.pass(5000);
    assert.equal(await world.state(id), 'running');
    assert.notEqual((await world.read(id)).runId, undefined);
    assert.equal(world.connector.calls.startRun, 1);
    assert.equal(world.connector.calls.findRun, 1);
  });

  it('starts again only if the connector says that there is none', async () => {
    world.connector.faults.push({ method: 'startRun', failure: 'unclear' });
    const id = await world.running();
    await world.pass(5000);
    assert.notEqual((await world.read(id)).runId, undefined);
    assert.equal(world.connector.runs.size, 1);
  });

  it('fails, with nothing changed, if the connector refuses', async () => {
    world.connector.faults.push({ method: 'startRun', failure: 'refused' });
    const id = await world.running();
    assert.equal(await world.state(id), 'failed');
    assert.match((await world.read(id)).ended?.reason ?? '', /the deployment system refused to start the run/);
  });

  async function unclear(): Promise<string> {
    world.connector.faults.push({ method: 'startRun', failure: 'unclear' });
    world.connector.findAnswer = { found: 'cannot tell' };
    const id = await world.running();
    await world.pass(3000);
    assert.equal(await world.state(id), 'unclear');
    return id;
  }

  it('asks a person if the connector can’t tell, and starts nothing on its own', async () => {
    const id = await unclear();
    await world.pass(60_000, 5000);
    assert.equal(await world.state(id), 'unclear');
    assert.equal(world.connector.runs.size, 0);
    const content = world.outbox.messages.get(`deployment:${id}:card`)?.content;
    assert.ok(content && 'card' in content && content.card === 'deployments/unclear');
    const second = await world.running({ version: '2.15.0' });
    assert.equal(await world.state(second), 'approved', 'its place stays held');
    await assert.rejects(
      world.click('deployments.settle-again', people.nico, id),
      /can’t record the outcome of D-1001/,
    );
    await assert.rejects(
      world.click('deployments.settle-ran', people.noor, id),
      /2\.13\.0 \(\w{7}\) is live in production, not 2\.14\.0 \(\w{7}\)/,
    );
  });

  it('continues as the person says: it ran', async () => {
    const id = await unclear();
    const release = world.connector.releasesOf.get('2.14.0');
    world.connector.serving.set('shop/production', { version: '2.14.0', commit: release?.commit ?? '', since: 0 });
    await world.click('deployments.settle-ran', people.noor, id);
    assert.equal(await world.state(id), 'verifying');
    await world.pass(22_000);
    assert.equal(await world.state(id), 'succeeded');
  });

  it('continues as the person says: start again', async () => {
    const id = await unclear();
    await world.click('deployments.settle-again', people.dana, id);
    assert.equal(await world.state(id), 'running');
    assert.equal(world.connector.runs.size, 1);
  });

  it('continues as the person says: it did not run', async () => {
    const id = await unclear();
    await world.click('deployments.settle-not', people.noor, id);
    assert.equal(await world.state(id), 'cancelled');
    await assert.rejects(
      world.click('deployments.settle-again', people.noor, id),
      /was already canceled by Noor Operator/,
    );
  });

  it('asks on a separate card if a rollback is unclear, and ends both once a person has answered', async () => {
    const id = await world.running();
    world.connector.finish('failed', { reason: 'switch broke', leaves: '2.14.0' });
    world.connector.faults.push({ method: 'startRun', failure: 'unclear' });
    world.connector.findAnswer = { found: 'cannot tell' };
    await world.pass(4000);
    const { rollbackId = '' } = await world.read(id);
    assert.equal(await world.state(rollbackId), 'unclear');
    const content = world.outbox.messages.get(`deployment:${rollbackId}:card`)?.content;
    assert.ok(content && 'card' in content && content.card === 'deployments/unclear');
    await world.click('deployments.settle-again', people.noor, rollbackId);
    world.connector.finish('succeeded');
    await world.pass(25_000);
    assert.equal(await world.state(rollbackId), 'succeeded');
    assert.equal(await world.state(id), 'rolled back');
  });

  it('follows a run that turns up later', async () => {
    const id = await unclear();
    const { runKey: key, service, environment, version, commit, requester: by } = await world.read(id);
    const release = { service, environment, version, commit };
    await world.connector.pipelines?.startRun({ key, ...release, by, askedAt: 1, timeLimitMs: 1 });
    world.connector.findAnswer = undefined;
    await world.pass(20_000);
    assert.equal(await world.state(id), 'running');
  });

  it('keeps checking while the connector does not answer, and says so', async () => {
    const id = await world.running();
    for (let count = 0; count < 4; count++)
      world.connector.faults.push({ method: 'runStatus', failure: 'unreachable' });
    await world.pass(20_000);
    assert.equal(await world.state(id), 'running');
    world.connector.finish('succeeded');
    await world.pass(30_000);
    assert.equal(await world.state(id), 'succeeded');
  });
});
