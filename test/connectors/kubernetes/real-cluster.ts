import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import type { Workload, WorkloadStatus } from '../../../src/connectors/contract/workloads';
import type { HttpTap, TappedExchange } from '../../../src/connectors/http/contract';
import { recordedFiles } from '../../../src/connectors/recording/files';
import { createMask, findLeak } from '../../../src/connectors/recording/mask';
import { readTemplates } from '../../../src/core/catalog/templates';
import { eventually } from '../../patience';
import { startCluster } from '../../servers/kubernetes/cluster';
import type { Cluster } from '../../servers/kubernetes/cluster';
import { image, manifest, roleOfReadme } from '../../servers/kubernetes/objects';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { openKubernetes, restarterOf, runningOf, shopBinding, workloadOf } from './connection';
import { startReplay } from '../replay';
import { problemOf } from './contract';
import { readAll } from './reading-calls';

const by = { name: 'Dana Developer', id: 'entra:dana' };
const apps = '/apis/apps/v1/namespaces/production';

describe('the Kubernetes connector with a real API server and its controllers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-kubernetes-'));
  const answers: unknown[] = [];
  let cluster: Cluster;
  let connection: OpenConnection;
  let workload: Workload;

  const targets = () => [{ ...target, values: readTemplates(shopBinding).value }];
  const keepAnswer: HttpTap = { readsOnly: false, exchanged: ({ body }) => void answers.push(body) };

  function open(token: string, tap = keepAnswer): OpenConnection {
    return openKubernetes(cluster, {
      settings: { ca: 'GAVEL_KUBERNETES_CA' },
      secrets: { GAVEL_KUBERNETES: token, GAVEL_KUBERNETES_CA: cluster.ca },
      targets,
      tap,
    });
  }

  before(async () => {
    cluster = await startCluster(folder);
    await make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'production' } });
    for (const each of roleOfReadme())
      await make(`/apis/rbac.authorization.k8s.io/v1/namespaces/production/${each.path}`, each.object);
    await make(`${apps}/deployments`, manifest('Deployment', 'shop', 3));
    connection = open(cluster.tokens.gavel);
    workload = workloadOf(connection);
    await settled();
  });
  after(async () => {
    await connection.close();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function make(path: string, object: object): Promise<void> {
    const { status, body } = await cluster.ask('POST', path, object);
    assert.ok(status < 300, JSON.stringify(body));
  }

  const read = async (): Promise<WorkloadStatus> => (await workload.status()) ?? assert.fail('it’s there');
  const settled = (): Promise<WorkloadStatus> =>
    eventually('the rollout is done', async () => {
      const status = await read();
      return status.rollout.state === 'done' && status.podCount === status.wanted && status;
    });
  const versionOf = async (): Promise<string | undefined> => (await runningOf(connection).read())?.version;

  async function setImage(tag: string): Promise<void> {
    const patch = { spec: { template: { spec: { containers: [{ name: 'app', image: image(tag) }] } } } };
    await cluster.ask('PATCH', `${apps}/deployments/shop`, patch, 'application/strategic-merge-patch+json');
  }

  /** With nothing that identifies it; the same is read of it again. */
  async function record(): Promise<void> {
    const exchanges: TappedExchange[] = [];
    const tapped = open(cluster.tokens.gavel, { readsOnly: true, exchanged: (each) => void exchanges.push(each) });
    const real = await readAll(tapped).finally(() => tapped.close());
    const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
    mkdirSync(to, { recursive: true });
    for (const { name, text } of recordedFiles(exchanges, createMask({ hosts: ['localhost'], people: [] }))) {
      assert.equal(findLeak(text), undefined, name);
      writeFileSync(join(to, name), text);
    }
    const replay = await startReplay(to);
    const replayed = openKubernetes({ url: replay.url }, { targets });
    const again = await readAll(replayed).finally(async () => {
      await replayed.close();
      await replay.stop();
    });
    assert.deepEqual(replay.unknown, []);
    assert.deepEqual(again, real);
  }

  it('has every right with the role in the readme, and says which are missing without it', async () => {
    assert.deepEqual(
      (await connection.check()).filter(({ problem }) => problem !== undefined),
      [],
    );
    const other = open(cluster.tokens.nobody);
    const lines = await other.check();
    await other.close();
    assert.equal(lines[0]?.problem, undefined);
    for (const { problem = '' } of lines.slice(1, -1)) assert.match(problem, /^Gavel’s account can’t /);
    assert.equal(
      (await failureOf(workloadOf(other).scale({ key: 'k', by, askedAt: 1, from: 3, to: 4 }))).failure,
      'unreachable',
    );
  });

  it('a new image is live once its pods are ready, with both revisions', async () => {
    assert.equal(await versionOf(), '2.13.2');
    await setImage('2.14.0');
    await eventually('2.14.0 is live', async () => (await versionOf()) === '2.14.0');
    const { revisions, ready, wanted } = await settled();
    assert.deepEqual([ready, wanted], [3, 3]);
    assert.deepEqual(
      revisions.map(({ number, version, isLive }) => [number, version, isLive]),
      [
        [2, '2.14.0', true],
        [1, '2.13.2', false],
      ],
    );
  });

  it('a restart replaces every pod, once for the same key', async () => {
    const before = (await settled()).pods.map(({ id }) => id);
    await restarterOf(connection).restart('restart:1');
    const { pods, revisions } = await settled();
    assert.equal(pods.filter(({ id }) => before.includes(id)).length, 0);
    await restarterOf(connection).restart('restart:1');
    assert.deepEqual((await settled()).revisions.length, revisions.length);
    assert.equal(await versionOf(), '2.14.0');
  });

  it('a stuck rollout says why, the release before stays live, and an undo ends it', async () => {
    await setImage('2.15.0-broken');
    const { rollout, revisions, ready, pods, events } = await eventually('it’s stuck', async () => {
      const status = await read();
      return status.rollout.state === 'stuck' && status;
    });
    assert.match(rollout.reason ?? '', /ImagePullBackOff: Back-off pulling image/);
    assert.equal(ready, 3);
    assert.equal(pods[0]?.state, 'failing');
    assert.ok(events.some(({ reason }) => reason === 'ScalingReplicaSet'));
    assert.equal(await versionOf(), '2.14.0');
    assert.equal((await failureOf(restarterOf(connection).restart('restart:2'))).failure, 'conflict');

    await record();
    const live = (await read()).revisions.find(({ isLive }) => isLive) ?? assert.fail('one is live');
    const wanted = revisions.find(({ version }) => version === '2.14.0') ?? assert.fail('it’s kept');
    const undo = { key: 'undo:1', by, askedAt: 1, revision: wanted.number, liveRevision: live.number };
    assert.deepEqual(await workload.undo({ ...undo, liveRevision: live.number - 1 }), {
      outcome: 'refused',
      why: `Revision ${live.number} is live by now, and not ${live.number - 1}. Check it before you roll back.`,
    });
    assert.deepEqual(await workload.undo(undo), { outcome: 'done' });
    assert.notEqual((await read()).rollout.state, 'stuck');
    const after = await settled();
    assert.deepEqual([after.revisions[0]?.version, after.revisions[0]?.number], ['2.14.0', live.number + 1]);
    assert.match(after.revisions[0]?.cause ?? '', /^Rolled back to 2\.14\.0 by Dana Developer/);
    assert.deepEqual(await workload.undo(undo), { outcome: 'done' });
    assert.equal((await settled()).revisions[0]?.number, live.number + 1);
  });

  it('an undo and another change at the same moment: one comes first, and the other one notices', async () => {
    const { revisions } = await settled();
    const [live, ...others] = revisions;
    const earlier = others.find(({ version }) => version === '2.13.2') ?? assert.fail('it’s kept');
    const undo = { key: 'undo:2', by, askedAt: 1, revision: earlier.number, liveRevision: live?.number ?? 0 };
    const [result] = await Promise.all([workload.undo(undo), setImage('2.14.1')]);
    await settled();
    const version = await versionOf();
    // Whoever came last is live: the undo only if it was first, and then the other change came on top.
    assert.equal(version, '2.14.1', JSON.stringify(result));
  });

  it('an undo that was planned for an earlier state is refused by the API server itself', async () => {
    const { body } = await cluster.ask('GET', `${apps}/deployments/shop`);
    const { metadata } = body as { readonly metadata: { readonly resourceVersion: string } };
    const stale = [{ op: 'test', path: '/metadata/resourceVersion', value: `${Number(metadata.resourceVersion) - 1}` }];
    const { status, body: refusal } = await cluster.ask(
      ...(['PATCH', `${apps}/deployments/shop`, stale, 'application/json-patch+json'] as const),
    );
    assert.equal(status, 422);
    assert.equal((refusal as { readonly reason: string }).reason, 'Invalid');
  });

  it('a scale changes the number of pods, and is refused under an autoscaler', async () => {
    await settled();
    const scale = { key: 'scale:1', by, askedAt: 1, from: 3, to: 4 };
    assert.deepEqual(await workload.scale(scale), { outcome: 'done' });
    assert.deepEqual(await workload.scale(scale), { outcome: 'done' });
    await eventually('four pods are ready', async () => (await read()).ready === 4);
    const autoscalers = '/apis/autoscaling/v1/namespaces/production/horizontalpodautoscalers';
    await make(autoscalers, {
      ...{ apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'shop' } },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' }, maxReplicas: 5 },
    });
    assert.match(
      JSON.stringify(await workload.scale({ ...scale, key: 'scale:2', from: 4, to: 3 })),
      /The autoscaler shop/,
    );
    assert.equal((await read()).scaledBy, 'shop');
    await cluster.ask('DELETE', `${autoscalers}/shop`);
  });

  it('an eviction is refused while the budget has no room, and done when it has', async () => {
    const { wanted, pods } = await settled();
    const budgets = '/apis/policy/v1beta1/namespaces/production/poddisruptionbudgets';
    await make(budgets, {
      ...{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name: 'shop' } },
      spec: { minAvailable: wanted, selector: { matchLabels: { app: 'shop' } } },
    });
    const observed = async (): Promise<boolean> => {
      const { body } = await cluster.ask('GET', `${budgets}/shop`);
      const { status } = body as { readonly status: { readonly currentHealthy?: number } };
      return status.currentHealthy === wanted;
    };
    await eventually('the budget counts the pods', observed);
    const [pod] = pods;
    const evict = { key: 'evict:1', by, askedAt: 1, pod: pod?.name ?? '', podId: pod?.id ?? '' };
    assert.deepEqual(await workload.evict(evict), {
      outcome: 'refused',
      why: `Cannot evict pod as it would violate the pod's disruption budget. The disruption budget shop needs ${wanted} healthy pods and has ${wanted} currently`,
    });
    await cluster.ask('DELETE', `${budgets}/shop`);
    await eventually('the pod is evicted', async () => (await workload.evict(evict)).outcome === 'done');
    assert.deepEqual(await workload.evict(evict), { outcome: 'done' });
    assert.ok((await settled()).pods.every(({ id }) => id !== pod?.id));
  });

  it('an eviction under two budgets is refused, too', async () => {
    const budgets = '/apis/policy/v1beta1/namespaces/production/poddisruptionbudgets';
    for (const name of ['one', 'two'])
      await make(budgets, {
        ...{ apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata: { name } },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'shop' } } },
      });
    // Kubernetes asks no budget about a pod that hasn’t started.
    const pod = (await settled()).pods.find(({ state }) => state === 'ready');
    const result = await workload.evict({ key: 'e', by, askedAt: 1, pod: pod?.name ?? '', podId: pod?.id ?? '' });
    assert.match(JSON.stringify(result), /"refused".*more than one PodDisruptionBudget/);
    for (const name of ['one', 'two']) await cluster.ask('DELETE', `${budgets}/${name}`);
  });

  it('reads the end of a log through the API server', async () => {
    const [pod] = (await settled()).pods;
    const name = pod?.name ?? '';
    assert.deepEqual(await workload.podLog(name, 2, 'current'), [`line 99 of ${name}`, `line 100 of ${name}`]);
    assert.equal(await workload.podLog(name, 2, 'previous'), undefined);
    assert.equal(await workload.podLog('shop-gone', 2, 'current'), undefined);
  });

  for (const kind of ['StatefulSet', 'DaemonSet'])
    it(`restarts and restores a ${kind}`, async () => {
      const name = kind.toLowerCase();
      const own = { namespace: 'production', [name]: name };
      await make(`${apps}/${name}s`, manifest(kind, name, kind === 'StatefulSet' ? 2 : undefined));
      const other = workloadOf(connection, own);
      const done = (): Promise<WorkloadStatus> =>
        eventually(`the ${kind} is rolled out`, async () => {
          const status = await other.status();
          return status?.rollout.state === 'done' && status.podCount > 0 && status.ready === status.wanted && status;
        });
      const before = await done();
      await restarterOf(connection, own).restart(`restart:${name}`);
      const after = await done();
      assert.equal(after.pods.filter(({ id }) => before.pods.some((pod) => pod.id === id)).length, 0);
      const [live, earlier] = after.revisions;
      const undo = { key: `undo:${name}`, by, askedAt: 1 };
      assert.deepEqual(await other.undo({ ...undo, revision: earlier?.number ?? 0, liveRevision: live?.number ?? 0 }), {
        outcome: 'done',
      });
      const restored = await done();
      assert.equal(restored.revisions[0]?.number, (live?.number ?? 0) + 1);
      assert.equal(restored.revisions[0]?.version, '2.13.2');
    });

  it('answers as its description says, which the double is held to', () => {
    const problems = new Set(
      answers.flatMap((text) => {
        const isJson = typeof text === 'string' && text.startsWith('{');
        return isJson ? (problemOf(JSON.parse(text)) ?? []) : [];
      }),
    );
    assert.deepEqual([...problems], []);
    assert.ok(answers.length > 50);
  });
});
