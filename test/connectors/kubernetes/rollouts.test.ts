import assert from 'node:assert/strict';
import type { KindName } from '../../../src/connectors/kubernetes/bindings';
import { readPod } from '../../../src/connectors/kubernetes/reading/pods';
import { writeSelector } from '../../../src/connectors/kubernetes/reading/revisions';
import { readRollout } from '../../../src/connectors/kubernetes/reading/rollouts';
import { versionOfImage } from '../../../src/connectors/kubernetes/reading/versions';
import { PodList, WorkloadObject } from '../../../src/connectors/kubernetes/schema';

const changedAt = Date.parse('2026-11-30T10:00:00Z');
const giveUp = (lastUpdateTime: string) => [
  { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out', lastUpdateTime },
];
const managedFields = [{ time: '2026-11-30T10:00:00Z', fieldsV1: { 'f:spec': { 'f:template': {} } } }];

/** With generation 2, observed unless `status` says otherwise. */
function read(kind: KindName, spec: object, status: object, now = changedAt + 1_000): string {
  const template = { spec: { containers: [{ name: 'app', image: 'shop:2.14.0' }] } };
  const object = WorkloadObject.parse({
    metadata: { name: 'shop', generation: 2, managedFields },
    spec: { selector: {}, template, ...spec },
    status: { observedGeneration: 2, ...status },
  });
  const { state, reason } = readRollout(kind, object, now);
  return reason === undefined ? state : `${state}: ${reason}`;
}

describe('a rollout of Kubernetes', () => {
  const cases: readonly [expected: string, kind: KindName, spec: object, status: object, now?: number][] = [
    ['running: Kubernetes hasn’t picked up the last change yet', 'deployment', {}, { observedGeneration: 1 }],
    ['paused', 'deployment', { paused: true }, {}],
    ['running: 1 of 3 pods are updated', 'deployment', { replicas: 3 }, { replicas: 4, updatedReplicas: 1 }],
    [
      'running: 1\u00A0pod of the earlier revision still has to end',
      'deployment',
      { replicas: 3 },
      { replicas: 4, updatedReplicas: 3, availableReplicas: 3 },
    ],
    [
      'running: 2 of 3 updated pods are available',
      'deployment',
      { replicas: 3 },
      { replicas: 3, updatedReplicas: 3, availableReplicas: 2 },
    ],
    ['done', 'deployment', { replicas: 3 }, { replicas: 3, updatedReplicas: 3, availableReplicas: 3 }],
    ['done', 'deployment', { replicas: 0 }, {}],
    [
      'stuck: no progress for 600\u00A0seconds',
      'deployment',
      { replicas: 3 },
      { updatedReplicas: 1, conditions: giveUp('2026-11-30T10:10:00Z') },
    ],
    // Of an earlier change.
    [
      'running: 1 of 3 pods are updated',
      'deployment',
      { replicas: 3 },
      { updatedReplicas: 1, conditions: giveUp('2026-11-30T09:00:00Z') },
    ],
    [
      'stuck: no progress for 60\u00A0seconds',
      'deployment',
      { replicas: 3, progressDeadlineSeconds: 60 },
      { updatedReplicas: 1, conditions: giveUp('2026-11-30T09:00:00Z') },
      changedAt + 61_000,
    ],
    [
      'running: exceeded quota: pods=3',
      'deployment',
      { replicas: 3 },
      { conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods=3' }] },
    ],
    ['running: 1 of 2 pods are ready', 'statefulset', { replicas: 2 }, { readyReplicas: 1 }],
    [
      'running: 1 of 2 pods are updated',
      'statefulset',
      { replicas: 2 },
      { readyReplicas: 2, updatedReplicas: 1, currentRevision: 'shop-1', updateRevision: 'shop-2' },
    ],
    [
      'done',
      'statefulset',
      { replicas: 2, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
      { readyReplicas: 2, updatedReplicas: 1, currentRevision: 'shop-1', updateRevision: 'shop-2' },
    ],
    ['done', 'statefulset', { replicas: 2 }, { readyReplicas: 2, currentRevision: 'shop-2', updateRevision: 'shop-2' }],
    ['done', 'statefulset', { replicas: 2, updateStrategy: { type: 'OnDelete' } }, {}],
    [
      'running: 1 of 3 pods are updated',
      'daemonset',
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberAvailable: 3 },
    ],
    [
      'running: 2 of 3 updated pods are available',
      'daemonset',
      {},
      { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
    ],
    ['done', 'daemonset', {}, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }],
  ];
  for (const [expected, kind, spec, status, now] of cases)
    it(`of a ${kind} with ${JSON.stringify({ ...spec, ...status })} is ${expected}`, () =>
      assert.equal(read(kind, spec, status, now), expected));
});

describe('a pod of Kubernetes', () => {
  const condition = (type: string, status: string, more: object = {}) => ({ type, status, ...more });
  const container = (state: object, restartCount = 0) => [{ name: 'app', ready: false, restartCount, state }];
  const cases: readonly [expected: string, status: object, metadata?: object][] = [
    ['ready', { phase: 'Running', conditions: [condition('Ready', 'True')] }],
    ['starting', { phase: 'Pending', containerStatuses: container({ waiting: { reason: 'ContainerCreating' } }) }],
    [
      'starting: containers with unready status: [app]',
      {
        phase: 'Running',
        conditions: [condition('Ready', 'False', { message: 'containers with unready status: [app]' })],
      },
    ],
    [
      'failing: CrashLoopBackOff: back-off 40s',
      {
        phase: 'Running',
        containerStatuses: container({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } }, 4),
      },
    ],
    [
      'failing: app ended with exit code 137 (OOMKilled)',
      { phase: 'Running', containerStatuses: container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }) },
    ],
    [
      'failing: Unschedulable: 0/3 nodes are available',
      {
        phase: 'Pending',
        conditions: [
          condition('PodScheduled', 'False', { reason: 'Unschedulable', message: '0/3 nodes are available' }),
        ],
      },
    ],
    [
      'finished: Evicted: The node was low on memory',
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory' },
    ],
    ['ending', { phase: 'Running' }, { deletionTimestamp: '2026-11-30T10:00:00Z' }],
  ];
  for (const [expected, status, metadata = {}] of cases)
    it(`with ${JSON.stringify({ ...status, ...metadata })} is ${expected}`, () => {
      const given = { items: [{ metadata: { name: 'shop-1', ...metadata }, spec: {}, status }] };
      const [pod] = PodList.parse(given).items;
      const { state, reason } = readPod(pod ?? assert.fail('it’s read'), undefined);
      assert.equal(reason === undefined ? state : `${state}: ${reason}`, expected);
    });
});

describe('the version of an image', () => {
  const digest = `sha256:${'4f2a91c0'.repeat(8)}`;
  const labels = { 'app.kubernetes.io/version': '2.14.0' };
  const cases: readonly [image: string, labels: Record<string, string>, expected: string][] = [
    ['registry.example:5000/acme/shop:2.14.0', {}, '2.14.0'],
    [`registry.example/shop:2.14.0@${digest}`, {}, '2.14.0'],
    [`registry.example/shop@${digest}`, {}, 'sha256:4f2a91c04f2a'],
    [`registry.example/shop@${digest}`, labels, '2.14.0'],
    ['registry.example:5000/shop', {}, 'latest'],
    ['shop:latest', labels, '2.14.0'],
    ['shop:2.13.2', labels, '2.13.2'],
  ];
  for (const [image, given, expected] of cases)
    it(`${image} with ${Object.keys(given).length} labels is ${expected}`, () =>
      assert.equal(versionOfImage(image, given), expected));
});

it('a selector of Kubernetes keeps its expressions', () => {
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['web', 'api'] },
    { key: 'canary', operator: 'DoesNotExist', values: [] },
    { key: 'team', operator: 'Exists', values: [] },
    { key: 'zone', operator: 'NotIn', values: ['b'] },
  ];
  assert.equal(
    writeSelector({ matchLabels: { app: 'shop' }, matchExpressions }),
    'app=shop,tier in (web,api),!canary,team,zone notin (b)',
  );
});
