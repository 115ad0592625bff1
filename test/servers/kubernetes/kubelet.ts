import { createServer } from 'node:https';
import type { Identity } from '../../connectors/http/certificates';
import type { Daemon } from '../daemon';
import type { Cluster } from './cluster';

/**
 * A double of what runs containers on a machine, and of the scheduler: no container runs. It says of each pod that it’s ready, or that its image can’t be pulled if
 * that is called `broken`, ends pods that are to end, and answers for their logs. Everything else in these tests is the real thing.
 */

interface Options {
  readonly ask: Cluster['ask'];
  readonly port: number;
  readonly identity: Identity;
}

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly name: string; readonly image: string }[];
  };
  readonly status: { readonly phase?: string; readonly containerStatuses?: readonly object[] };
}

const node = 'double-1';
const lookEachMs = 100;

export async function startKubelet({ ask, port, identity }: Options): Promise<Daemon> {
  const logs = createServer(identity, ({ url = '' }, response) => {
    const [, , , pod = ''] = new URL(url, 'https://double').pathname.split('/');
    const asked = new URL(url, 'https://double').searchParams;
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index + 1} of ${pod}`);
    if (asked.get('previous') === 'true') {
      response.writeHead(400, { 'content-type': 'text/plain' });
      return void response.end(`previous terminated container "app" in pod "${pod}" not found`);
    }
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(`${lines.slice(-Number(asked.get('tailLines') ?? 100)).join('\n')}\n`);
  });
  await new Promise<void>((resolve) => logs.listen(port, '127.0.0.1', resolve));
  await ask('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: node } });
  // A new machine counts as one that isn't ready, until something takes this mark away.
  await ask('PATCH', `/api/v1/nodes/${node}`, { spec: { taints: null } }, 'application/merge-patch+json');
  await ask('PUT', `/api/v1/nodes/${node}/status`, {
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: node } },
    status: {
      addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  });
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      await lookAtPods(ask).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, lookEachMs));
    }
  })();
  return {
    async stop(): Promise<void> {
      isOver = true;
      await work;
      logs.closeAllConnections();
      await new Promise((resolve) => logs.close(resolve));
    },
  };
}

async function lookAtPods(ask: Cluster['ask']): Promise<void> {
  const { body } = await ask('GET', '/api/v1/pods');
  for (const pod of (body as { readonly items: readonly Pod[] }).items) await serve(ask, pod);
}

/** The next step of one pod. What another step came before is done at the next look. */
async function serve(ask: Cluster['ask'], pod: Pod): Promise<void> {
  const { metadata, spec, status } = pod;
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined) return void (await ask('DELETE', `${path}?gracePeriodSeconds=0`));
  if (spec.nodeName === undefined) {
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: metadata.name }, target };
    return void (await ask('POST', `${path}/binding`, binding));
  }
  if (status.containerStatuses !== undefined) return;
  const startedAt = new Date().toISOString().replace(/\.\d+/, '');
  const isGood = spec.containers.every(({ image }) => !image.includes('broken'));
  const containerStatuses = spec.containers.map(({ name, image }) => ({
    ...{ name, image, imageID: '', ready: isGood, restartCount: 0 },
    state: isGood
      ? { running: { startedAt } }
      : { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } },
  }));
  const conditions = ['Initialized', 'PodScheduled', 'ContainersReady', 'Ready'].map((type) => ({
    ...{ type, status: isGood || !type.includes('Ready') ? 'True' : 'False', lastTransitionTime: startedAt },
  }));
  const next = { phase: isGood ? 'Running' : 'Pending', startTime: startedAt, conditions, containerStatuses };
  await ask('PATCH', `${path}/status`, { status: next }, 'application/strategic-merge-patch+json');
}
