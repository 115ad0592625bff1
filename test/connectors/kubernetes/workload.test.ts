import assert from 'node:assert/strict';
import type { Workload } from '../../../src/connectors/contract/workloads';
import { guardConnection } from '../../../src/connectors/guards';
import { systemClock } from '../../../src/core/time/clock';
import { failureOf } from '../http/client-world';
import { openKubernetes, workloadOf } from './connection';
import { Kubernetes } from './double';
import type { Application } from './world';

const by = { name: 'Dana Developer', id: 'entra:dana' };
const act = { key: 'workload:1', by, askedAt: 1 };
const releases = ['registry.example/shop:2.13.2', 'registry.example/shop:2.14.0'] as const;

describe('the workload of Kubernetes', () => {
  let kubernetes: Kubernetes;
  let shop: Application;
  let workload: Workload;
  let close: () => Promise<void>;

  beforeEach(async () => {
    kubernetes = await Kubernetes.start();
    shop = kubernetes.deploy('shop', releases[0]);
    kubernetes.time = '2026-11-30T10:00:00Z';
    kubernetes.setImage(shop, releases[1]);
    const connection = openKubernetes(kubernetes);
    workload = workloadOf(connection);
    close = () => connection.close();
  });
  afterEach(async () => {
    await close();
    await kubernetes.close();
  });

  const read = async () => (await workload.status()) ?? assert.fail('it’s there');
  const break_ = (): void => kubernetes.setImage(shop, 'registry.example/shop:2.15.0-broken');

  describe('its status', () => {
    it('counts pods and names revisions, the newest first', async () => {
      const { pods, revisions, ...rest } = await read();
      assert.deepEqual(rest, {
        name: 'deployment shop in production',
        ...{ wanted: 3, ready: 3, updated: 3, podCount: 3, events: [] },
        rollout: { state: 'done' },
      });
      assert.deepEqual(
        pods.map(({ state, node, version }) => ({ state, node, version })),
        Array.from({ length: 3 }, () => ({ state: 'ready', node: 'node-1', version: '2.14.0' })),
      );
      assert.deepEqual(revisions, [
        { number: 2, version: '2.14.0', since: Date.parse('2026-11-30T10:00:00Z'), isLive: true },
        { number: 1, version: '2.13.2', since: Date.parse('2026-11-20T10:00:00Z'), isLive: false },
      ]);
    });

    it('says of a stuck rollout why it is, with the pod that fails first', async () => {
      break_();
      assert.deepEqual((await read()).rollout, { state: 'running', reason: '1 of 3 pods are updated' });
      kubernetes.time = '2026-11-30T10:10:00Z';
      shop.giveUp();
      const { rollout, pods, ready } = await read();
      const why = 'ImagePullBackOff: Back-off pulling image "registry.example/shop:2.15.0-broken"';
      assert.deepEqual(rollout, { state: 'stuck', reason: `no progress for 600\u00A0seconds; ${why}` });
      assert.equal(ready, 3);
      assert.deepEqual([pods[0]?.state, pods[0]?.reason], ['failing', why]);
    });

    it('has the events of the workload and of pods that fail', async () => {
      break_();
      const [failing] = (await read()).pods;
      shop.events.push(
        { uid: 'uid-of-shop', type: 'Normal', reason: 'ScalingReplicaSet', message: 'Scaled up to 1' },
        { uid: failing?.id ?? '', type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
        { uid: 'uid-of-another', type: 'Warning', reason: 'Failed', message: 'not ours' },
      );
      const { events } = await read();
      assert.deepEqual(events.map(({ reason, isWarning, times }) => [reason, isWarning, times]).sort(), [
        ['Failed', true, 2],
        ['ScalingReplicaSet', false, 2],
      ]);
    });

    it('shows no secret that the cluster repeats', async () => {
      const message = 'Error: password=hunter2hunter2';
      shop.events.push({ uid: 'uid-of-shop', type: 'Warning', reason: 'Failed', message });
      const connection = openKubernetes(kubernetes);
      const guarded = guardConnection(connection, { name: 'cluster', telemetry: undefined, clock: systemClock });
      const seen = JSON.stringify(await workloadOf(guarded).status());
      await connection.close();
      assert.match(seen, /Error: /);
      assert.doesNotMatch(seen, /hunter2/);
    });

    it('is undefined if there is no such Deployment', async () => {
      kubernetes.applications.clear();
      assert.equal(await workload.status(), undefined);
    });

    it('names the autoscaler', async () => {
      shop.autoscaler = 'shop-by-load';
      assert.equal((await read()).scaledBy, 'shop-by-load');
    });

    it('says why nothing can be restored', async () => {
      const why = async (): Promise<string | undefined> => (await read()).whyNoUndo;
      assert.equal(await why(), undefined);
      shop.object.metadata.labels = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
      assert.equal(await why(), 'Flux keeps it as its repository says. Roll back there.');
      shop.object.metadata.ownerReferences = [
        { apiVersion: 'shop.example/v1', kind: 'Shop', name: 'main', uid: 'u', controller: true },
      ];
      assert.equal(await why(), 'The Shop main keeps it as it is. Change it there.');
      shop.object.spec.paused = true;
      assert.equal(await why(), 'Its rollout is paused. Resume it first.');
    });
  });

  describe('an undo', () => {
    const undo = { ...act, revision: 1, liveRevision: 2 };
    const image = (): string | undefined => shop.object.spec.template.spec.containers[0]?.image;

    it('restores the template of the revision, and says in the cluster who did it', async () => {
      assert.deepEqual(await workload.undo(undo), { outcome: 'done' });
      assert.equal(image(), releases[0]);
      const [live] = (await read()).revisions;
      assert.deepEqual(live, {
        ...{ number: 3, version: '2.13.2', since: Date.parse('2026-11-30T10:00:00Z'), isLive: true },
        cause: 'Rolled back to 2.13.2 by Dana Developer (Gavel workload:1)',
      });
    });

    it('of a stuck rollout is running again, although the controller still says that it gave up', async () => {
      break_();
      shop.giveUp();
      kubernetes.time = new Date(Date.now() - 1_000).toISOString();
      shop.isHeld = true;
      assert.deepEqual(await workload.undo({ ...act, revision: 2, liveRevision: 3 }), { outcome: 'done' });
      shop.object.status.observedGeneration = shop.object.metadata.generation;
      assert.equal((await read()).rollout.state, 'running');
    });

    it('with the same key again changes nothing, whatever happened since', async () => {
      await workload.undo(undo);
      kubernetes.setImage(shop, releases[1]);
      assert.deepEqual(await workload.undo(undo), { outcome: 'done' });
      assert.equal(image(), releases[1]);
      assert.equal(kubernetes.countOf('PATCH deployments'), 1);
    });

    it('whose answer is lost is unclear, and known by its key afterwards', async () => {
      kubernetes.losesAnswerOf.add('PATCH deployments');
      assert.equal((await failureOf(workload.undo(undo))).failure, 'unclear');
      kubernetes.losesAnswerOf.clear();
      assert.deepEqual(await workload.undo(undo), { outcome: 'done' });
      assert.equal(kubernetes.countOf('PATCH deployments'), 1);
      assert.equal((await read()).revisions[0]?.number, 3);
    });

    it('gives way to a change that comes first, even between its look and its act', async () => {
      kubernetes.beforePatch = () => {
        kubernetes.beforePatch = () => undefined;
        kubernetes.setImage(shop, 'registry.example/shop:2.14.1');
      };
      assert.deepEqual(await workload.undo(undo), {
        outcome: 'refused',
        why: 'Revision 3 is live by now, and not 2. Check it before you roll back.',
      });
      assert.equal(image(), 'registry.example/shop:2.14.1');
    });

    it('is made although only the status has changed meanwhile', async () => {
      kubernetes.beforePatch = () => {
        kubernetes.beforePatch = () => undefined;
        shop.object.metadata.resourceVersion = 'another';
      };
      assert.deepEqual(await workload.undo(undo), { outcome: 'done' });
      assert.equal(image(), releases[0]);
    });

    const refused: readonly [why: string, prepare: () => void, asked: typeof undo][] = [
      ['Revision 2 is already live.', () => undefined, { ...undo, revision: 2 }],
      [
        'Kubernetes no longer has revision 7. It keeps 10 earlier revisions (revisionHistoryLimit).',
        () => undefined,
        { ...undo, revision: 7 },
      ],
      ['Its rollout is paused. Resume it first.', () => void (shop.object.spec.paused = true), undo],
      [
        'Argo CD keeps it as its repository says. Roll back there.',
        () => void (shop.object.metadata.annotations = { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment' }),
        undo,
      ],
      [
        'It has just changed, and Kubernetes hasn’t picked that up yet. Try again in a moment.',
        () => void shop.object.metadata.generation++,
        undo,
      ],
    ];
    for (const [why, prepare, asked] of refused)
      it(`is refused: ${why}`, async () => {
        prepare();
        assert.deepEqual(await workload.undo(asked), { outcome: 'refused', why });
        assert.equal(kubernetes.countOf('PATCH deployments'), 0);
      });
  });

  describe('a scale', () => {
    const scale = { ...act, from: 3, to: 4 };

    it('changes how many pods there are, once for each key', async () => {
      assert.deepEqual(await workload.scale(scale), { outcome: 'done' });
      assert.deepEqual(await workload.scale(scale), { outcome: 'done' });
      assert.equal((await read()).ready, 4);
      assert.equal(kubernetes.countOf('PATCH deployments'), 1);
    });

    it('is refused under an autoscaler', async () => {
      shop.autoscaler = 'shop-by-load';
      assert.deepEqual(await workload.scale(scale), {
        outcome: 'refused',
        why: 'The autoscaler shop-by-load decides how many pods there are. Change its limits instead.',
      });
    });

    it('is refused if somebody else has scaled it meanwhile', async () => {
      assert.deepEqual(await workload.scale({ ...scale, from: 2 }), {
        outcome: 'refused',
        why: 'It was scaled in the meantime: it has 3\u00A0pods, and not 2.',
      });
    });

    it('that the API takes no requests for changes nothing', async () => {
      kubernetes.beforePatch = () => assert.fail('it arrived');
      kubernetes.isLimiting = true;
      assert.equal((await failureOf(workload.scale(scale))).failure, 'rate limited');
      assert.equal(shop.object.spec.replicas, 3);
    });

    it('without the right fails as refused', async () => {
      kubernetes.denied.add('patch deployments');
      assert.equal((await failureOf(workload.scale(scale))).failure, 'refused');
    });
  });

  describe('an eviction', () => {
    const evict = () => {
      const [pod] = shop.pods;
      return workload.evict({ ...act, pod: pod?.name ?? '', podId: pod?.uid ?? '' });
    };

    for (const version of ['v1', 'v1beta1'] as const)
      it(`removes a pod by policy/${version}, and another one starts`, async () => {
        kubernetes.evictionVersion = version;
        const before = shop.pods.map(({ name }) => name);
        assert.deepEqual(await evict(), { outcome: 'done' });
        const { ready, pods } = await read();
        assert.equal(ready, 3);
        assert.equal(pods.filter(({ name }) => before.includes(name)).length, 2);
      });

    it('is refused while the budget has no room, with its numbers', async () => {
      shop.budget = 3;
      assert.deepEqual(await evict(), {
        outcome: 'refused',
        why: 'Cannot evict pod as it would violate the pod’s disruption budget. The disruption budget shop needs 3 healthy pods and has 3 currently',
      });
      assert.equal(shop.pods.length, 3);
    });

    it('isn’t refused but rate limited while the API takes no requests', async () => {
      const [pod] = (await read()).pods;
      kubernetes.isLimiting = true;
      const call = workload.evict({ ...act, pod: pod?.name ?? '', podId: pod?.id ?? '' });
      assert.equal((await failureOf(call)).failure, 'rate limited');
    });

    it('whose answer is lost is unclear, and removes no second pod when it’s sent again', async () => {
      const [pod] = shop.pods;
      const request = { ...act, pod: pod?.name ?? '', podId: pod?.uid ?? '' };
      kubernetes.losesAnswerOf.add('POST pods/eviction');
      assert.equal((await failureOf(workload.evict(request))).failure, 'unclear');
      kubernetes.losesAnswerOf.clear();
      assert.deepEqual(await workload.evict(request), { outcome: 'done' });
      assert.equal(kubernetes.countOf('POST pods/eviction'), 1);
    });

    it('leaves a later pod of the same name', async () => {
      const [pod] = shop.pods;
      assert.deepEqual(await workload.evict({ ...act, pod: pod?.name ?? '', podId: 'uid-of-an-earlier-one' }), {
        outcome: 'done',
      });
      assert.equal(kubernetes.countOf('POST pods/eviction'), 0);
    });

    it('leaves the pods of others', async () => {
      const other = kubernetes.deploy('payments', 'registry.example/payments:1.10.0');
      const [pod] = other.pods;
      await workload.evict({ ...act, pod: pod?.name ?? '', podId: pod?.uid ?? '' });
      assert.equal(kubernetes.countOf('POST pods/eviction'), 0);
    });
  });

  describe('a log', () => {
    it('is the end of what the container printed', async () => {
      const [pod] = shop.pods;
      if (pod) pod.log = 'one\ntwo\nthree\n';
      assert.deepEqual(await workload.podLog(pod?.name ?? '', 2, 'current'), ['two', 'three']);
    });

    it('of the container before the last restart is there only if there was one', async () => {
      const [pod, other] = shop.pods;
      if (pod) pod.previousLog = 'panic: no database\n';
      assert.deepEqual(await workload.podLog(pod?.name ?? '', 20, 'previous'), ['panic: no database']);
      assert.equal(await workload.podLog(other?.name ?? '', 20, 'previous'), undefined);
    });

    it('of a pod of something else isn’t read', async () => {
      const [pod] = kubernetes.deploy('payments', 'registry.example/payments:1.10.0').pods;
      assert.equal(await workload.podLog(pod?.name ?? '', 20, 'current'), undefined);
      assert.equal(kubernetes.countOf('GET pods/log'), 0);
    });
  });
});
