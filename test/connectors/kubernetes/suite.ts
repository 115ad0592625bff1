import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import type { Workload } from '../../../src/connectors/contract/workloads';
import { kubernetesConnector } from '../../../src/connectors/kubernetes';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import { answer } from '../http/faulty-server';
import { bind } from '../open-connection';
import { asked } from '../run-requests';

const template = {
  metadata: { labels: { app: 'shop' } },
  spec: { containers: [{ name: 'shop', image: 'registry.example/shop:2.14.0' }] },
};
const metadata = (name: string, revision: string) => ({
  ...{ name, uid: `uid-of-${name}`, resourceVersion: '7', generation: 1, creationTimestamp: '2026-11-20T10:00:00Z' },
  annotations: { 'deployment.kubernetes.io/revision': revision },
});
const ownedBy = (kind: string, name: string) => [{ kind, name, uid: `uid-of-${name}`, controller: true }];
const deployment = {
  metadata: metadata('shop', '2'),
  spec: { replicas: 1, selector: { matchLabels: { app: 'shop' } }, template },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
};
const set = (name: string, revision: string, image: string) => ({
  metadata: {
    ...metadata(name, revision),
    ...{ creationTimestamp: '2026-11-20T11:00:00Z', ownerReferences: ownedBy('Deployment', 'shop') },
  },
  spec: { template: { ...template, spec: { containers: [{ name: 'shop', image }] } } },
});
const sets = [set('shop-1', '1', 'registry.example/shop:2.13.2'), set('shop-2', '2', 'registry.example/shop:2.14.0')];
const pod = {
  metadata: { ...metadata('shop-2-abcde', '2'), ownerReferences: ownedBy('ReplicaSet', 'shop-2') },
  spec: template.spec,
  status: { phase: 'Running' },
};

/** What it has, for whatever is asked: a Deployment with two revisions and a pod. */
function everything(path = ''): object {
  if (path.includes('/replicasets')) return { items: sets };
  if (path.includes('/pods')) return { items: [pod] };
  if (/\/(?:events|horizontalpodautoscalers)/.test(path)) return { items: [] };
  if (path.endsWith('/api/v1')) return { resources: [{ name: 'pods/eviction', group: 'policy', version: 'v1' }] };
  return deployment;
}

const binding = { namespace: 'production', deployment: 'shop' };
const ofWorkload =
  (call: (workload: Workload) => Promise<unknown>): Tried['call'] =>
  (connection: OpenConnection) =>
    call(bind(connection, 'workload', binding, target));
const act = { key: 'K-1', ...asked };
const eviction = { ...act, pod: pod.metadata.name, podId: pod.metadata.uid };
const readsBefore = everything;

export const kubernetesSuite: ContractSuite = {
  connector: kubernetesConnector,
  templates: {
    staysHere: /^(?:running|control|workload)\.container$/,
    sent: [
      {
        fields: /^(?:running|control|workload)\.namespace$/,
        call: (connection, place) => bind(connection, 'running', { ...binding, namespace: '{service}' }, place).read(),
        answers: ({ path }) => everything(path),
        isSegment: true,
      },
      ...(['deployment', 'statefulset', 'daemonset'] as const).map((kind) => ({
        fields: new RegExp(`^(?:running|control|workload)\\.${kind}$`),
        call: (connection: OpenConnection, place: typeof target) =>
          bind(connection, 'running', { namespace: 'production', [kind]: '{service}' }, place).read(),
        answers: ({ path }: { readonly path: string }) => everything(path),
        isSegment: true as const,
      })),
    ],
  },
  paging: {
    call: (connection) => bind(connection, 'running', binding, target).read(),
    serve: ({ request, response }) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cluster.example');
      if (!pathname.endsWith('/replicasets')) return answer(response, 200, everything(pathname));
      const isSecond = searchParams.get('continue') === 'the rest';
      answer(response, 200, {
        metadata: isSecond ? {} : { continue: 'the rest' },
        items: isSecond ? sets.slice(1) : sets.slice(0, 1),
      });
    },
    result: { version: '2.14.0', commit: '', since: Date.parse('2026-11-20T11:00:00Z') },
  },
  reads: {
    'what is live': { call: (connection) => bind(connection, 'running', binding, target).read() },
    'the status': { call: ofWorkload((workload) => workload.status()) },
    'a log': { call: ofWorkload((workload) => workload.podLog(pod.metadata.name, 10, 'current')) },
  },
  writes: {
    'a restart': { call: (connection) => bind(connection, 'control', binding, target).restart?.('K-1'), readsBefore },
    'a scale': { call: ofWorkload((workload) => workload.scale({ ...act, from: 1, to: 2 })), readsBefore },
    'an undo': { call: ofWorkload((workload) => workload.undo({ ...act, revision: 1, liveRevision: 2 })), readsBefore },
    'an eviction': { call: ofWorkload((workload) => workload.evict(eviction)), readsBefore, needsNoAnswer: true },
  },
};
