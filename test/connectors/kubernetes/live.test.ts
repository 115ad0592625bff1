import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { openKubernetes, restarterOf, runningOf } from './connection';
import { Kubernetes, token } from './double';
import type { Application } from './world';

describe('what is live on Kubernetes', () => {
  let kubernetes: Kubernetes;
  let shop: Application;
  let connection: OpenConnection;

  beforeEach(async () => {
    kubernetes = await Kubernetes.start();
    shop = kubernetes.deploy('shop', 'registry.example/shop:2.14.0');
    connection = openKubernetes(kubernetes);
  });
  afterEach(async () => {
    await connection.close();
    await kubernetes.close();
  });

  it('is the release of its image, since its revision is there', async () => {
    assert.deepEqual(await runningOf(connection).read(), {
      ...{ version: '2.14.0', commit: '', since: Date.parse('2026-11-20T10:00:00Z') },
    });
  });

  it('has its commit, if an annotation of the pods says it', async () => {
    shop.object.spec.template.metadata.annotations = { 'org.opencontainers.image.revision': '4f2a91c' };
    kubernetes.changed(shop, 'kubectl', true);
    assert.equal((await runningOf(connection).read())?.commit, '4f2a91c');
  });

  it('stays the earlier release until the next one has arrived in all pods', async () => {
    kubernetes.setImage(shop, 'registry.example/shop:2.15.0-broken');
    assert.equal((await runningOf(connection).read())?.version, '2.14.0');
    kubernetes.setImage(shop, 'registry.example/shop:2.15.1');
    assert.equal((await runningOf(connection).read())?.version, '2.15.1');
  });

  it('is nothing if there is no such Deployment', async () => {
    kubernetes.applications.clear();
    assert.equal(await runningOf(connection).read(), undefined);
  });

  it('isn’t guessed if the container of the binding isn’t there', async () => {
    const running = runningOf(connection, { namespace: 'production', deployment: 'shop', container: 'web' });
    assert.equal((await failureOf(running.read())).failure, 'refused');
  });

  it('is read with the token that the file has at that moment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-token-'));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'an-earlier-token\n');
    const inCluster = openKubernetes(kubernetes, { settings: { credential: undefined, tokenFile } });
    try {
      assert.equal((await failureOf(runningOf(inCluster).read())).failure, 'unauthorized');
      writeFileSync(tokenFile, `${token}\n`);
      assert.equal((await runningOf(inCluster).read())?.version, '2.14.0');
      rmSync(tokenFile);
      assert.equal((await failureOf(runningOf(inCluster).read())).failure, 'unauthorized');
    } finally {
      await inCluster.close();
      rmSync(folder, { recursive: true });
    }
  });

  describe('a restart', () => {
    it('replaces the pods with the same release, once for each key', async () => {
      const before = shop.pods.map(({ name }) => name);
      const restarter = restarterOf(connection);
      await restarter.restart('restart:1');
      await restarter.restart('restart:1');
      assert.equal(shop.pods.filter(({ name }) => before.includes(name)).length, 0);
      assert.equal(shop.pods.length, 3);
      assert.equal(kubernetes.countOf('PATCH deployments'), 1);
      await restarter.restart('restart:2');
      assert.equal(kubernetes.countOf('PATCH deployments'), 2);
    });

    it('whose answer is lost is unclear, and isn’t repeated when it’s sent again', async () => {
      kubernetes.losesAnswerOf.add('PATCH deployments');
      assert.equal((await failureOf(restarterOf(connection).restart('restart:1'))).failure, 'unclear');
      kubernetes.losesAnswerOf.clear();
      await restarterOf(connection).restart('restart:1');
      assert.equal(kubernetes.countOf('PATCH deployments'), 1);
      assert.equal(shop.sets.length, 2);
    });

    it('ends as a conflict if its pods don’t come up', async () => {
      kubernetes.setImage(shop, 'registry.example/shop:2.15.0-broken');
      kubernetes.beforePatch = () => (shop.isHeld = true);
      kubernetes.time = '2026-11-21T10:00:00Z';
      shop.giveUp();
      const restart = restarterOf(connection).restart('restart:1');
      shop.object.status.observedGeneration = shop.object.metadata.generation + 1;
      assert.equal((await failureOf(restart)).failure, 'conflict');
    });

    it('is refused while the rollout is paused', async () => {
      shop.object.spec.paused = true;
      assert.equal((await failureOf(restarterOf(connection).restart('restart:1'))).failure, 'conflict');
      assert.equal(kubernetes.countOf('PATCH deployments'), 0);
    });

    it('that waits for its pods ends with the connection, and its outcome is unclear', async () => {
      shop.isHeld = true;
      const restart = failureOf(restarterOf(connection).restart('restart:1'));
      while (kubernetes.countOf('GET deployments') < 2) await new Promise((resolve) => setImmediate(resolve));
      await connection.close();
      assert.ok(['unclear', 'unreachable'].includes((await restart).failure));
    });
  });
});
