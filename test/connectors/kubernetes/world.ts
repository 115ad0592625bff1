import { isDeepStrictEqual } from 'node:util';

/** The state of the double: Deployments with their ReplicaSets and pods, and a controller that does at once what the real one does in steps. */

interface TemplateState {
  metadata: { creationTimestamp: null; labels: Record<string, string>; annotations?: Record<string, string> };
  spec: { containers: { name: string; image: string }[] };
}

export interface DeploymentState {
  kind: 'Deployment';
  apiVersion: 'apps/v1';
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation: number;
    creationTimestamp: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    ownerReferences?: object[];
    managedFields: { manager: string; operation: string; apiVersion: string; time: string; fieldsV1: object }[];
  };
  spec: {
    replicas: number;
    selector: { matchLabels: Record<string, string> };
    template: TemplateState;
    paused?: boolean;
    progressDeadlineSeconds: number;
    revisionHistoryLimit: number;
  };
  status: {
    observedGeneration: number;
    replicas: number;
    updatedReplicas: number;
    readyReplicas: number;
    availableReplicas: number;
    conditions: { type: string; status: string; reason: string; message: string; lastUpdateTime: string }[];
  };
}

interface SetState {
  readonly name: string;
  readonly uid: string;
  revision: number;
  readonly createdAt: string;
  readonly template: TemplateState;
  readonly annotations: Record<string, string>;
}

interface PodState {
  readonly name: string;
  readonly uid: string;
  readonly set: SetState;
  readonly startedAt: string;
  isEnding: boolean;
  restarts: number;
  /** Of the container that runs, and of the one before. */
  log: string;
  previousLog?: string;
}

/** Nothing starts with such an image. */
const isBad = ({ spec }: TemplateState): boolean => spec.containers.some(({ image }) => image.includes('broken'));

export class Application {
  readonly sets: SetState[] = [];
  pods: PodState[] = [];
  readonly events: {
    readonly uid: string;
    readonly type: string;
    readonly reason: string;
    readonly message: string;
  }[] = [];
  /** How many pods must stay; none: no budget. */
  budget: number | undefined;
  autoscaler: string | undefined;
  /** The controller doesn’t act until it’s told. */
  isHeld = false;
  private count = 0;

  constructor(
    readonly object: DeploymentState,
    private readonly time: () => string,
  ) {
    this.reconcile();
  }

  get isHealthy(): boolean {
    return !isBad(this.object.spec.template);
  }

  readyPods(): PodState[] {
    return this.pods.filter((pod) => !pod.isEnding && !isBad(pod.set.template));
  }

  podsOf(set: SetState): PodState[] {
    return this.pods.filter((pod) => pod.set === set && !pod.isEnding);
  }

  /** What the Deployment controller does after a change, up to where it can’t go on. */
  reconcile(): void {
    const { metadata, spec, status } = this.object;
    if (this.isHeld) return;
    status.observedGeneration = metadata.generation;
    if (spec.paused) return;
    const set = this.currentSet();
    metadata.annotations = { ...metadata.annotations, 'deployment.kubernetes.io/revision': String(set.revision) };
    const isGood = this.isHealthy;
    if (isGood) this.pods = this.pods.filter((pod) => pod.set === set);
    // A rolling update begins with one pod more.
    const wanted = isGood ? spec.replicas : Math.min(1, spec.replicas);
    const own = this.podsOf(set);
    for (let missing = wanted - own.length; missing > 0; missing--) this.pods.push(this.startPod(set));
    if (own.length > wanted) this.pods = [...this.pods.filter((pod) => pod.set !== set), ...own.slice(0, wanted)];
    this.count++;
    this.writeStatus(isGood);
  }

  /** The controller stops waiting. */
  giveUp(): void {
    const message = `ReplicaSet "${this.currentSet().name}" has timed out progressing.`;
    this.setProgress('False', 'ProgressDeadlineExceeded', message);
  }

  /** The newest one has these annotations from its Deployment. */
  currentSet(): SetState {
    const { metadata, spec } = this.object;
    const next = Math.max(0, ...this.sets.map(({ revision }) => revision)) + 1;
    const found = this.sets.find(({ template }) => isDeepStrictEqual(template, spec.template));
    if (found) {
      if (found.revision !== next - 1) found.revision = next;
      Object.assign(found.annotations, withoutRevision(metadata.annotations));
      return found;
    }
    const name = `${metadata.name}-${next}`;
    const made = {
      ...{ name, uid: `uid-of-${name}`, revision: next, createdAt: this.time() },
      ...{ template: structuredClone(spec.template), annotations: withoutRevision(metadata.annotations) },
    };
    this.sets.push(made);
    return made;
  }

  private startPod(set: SetState): PodState {
    const name = `${set.name}-pod${++this.count}`;
    return { name, uid: `uid-of-${name}`, set, startedAt: this.time(), isEnding: false, restarts: 0, log: '' };
  }

  writeStatus(isGood: boolean): void {
    const { status, spec } = this.object;
    const set = this.currentSet();
    const ready = this.readyPods().length;
    const updated = this.podsOf(set).length;
    Object.assign(status, { replicas: this.pods.length, updatedReplicas: updated, readyReplicas: ready });
    status.availableReplicas = isGood ? Math.min(ready, spec.replicas) : ready;
    if (isGood) this.setProgress('True', 'NewReplicaSetAvailable', `ReplicaSet "${set.name}" has progressed.`);
  }

  private setProgress(holds: string, reason: string, message: string): void {
    const { status } = this.object;
    status.conditions = [{ type: 'Progressing', status: holds, reason, message, lastUpdateTime: this.time() }];
  }
}

function withoutRevision(annotations: Record<string, string> = {}): Record<string, string> {
  const { 'deployment.kubernetes.io/revision': _, ...rest } = annotations;
  return rest;
}

/** As the API shows a ReplicaSet. */
export function drawSet({ object, pods }: Application, set: SetState): object {
  const { metadata, spec } = object;
  const replicas = pods.filter((pod) => pod.set === set).length;
  const labels = { ...set.template.metadata.labels, 'pod-template-hash': set.name };
  const template = { ...set.template, metadata: { ...set.template.metadata, labels } };
  return {
    metadata: {
      ...{ name: set.name, namespace: metadata.namespace, uid: set.uid, labels, creationTimestamp: set.createdAt },
      annotations: { ...set.annotations, 'deployment.kubernetes.io/revision': String(set.revision) },
      ownerReferences: [ownerOf('apps/v1', 'Deployment', metadata)],
    },
    spec: { replicas, selector: spec.selector, template },
    status: { replicas, readyReplicas: isBad(set.template) ? 0 : replicas },
  };
}

const ownerOf = (apiVersion: string, kind: string, { name, uid }: { readonly name: string; readonly uid: string }) => ({
  ...{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true },
});

/** As the API shows a pod. */
export function drawPod({ object }: Application, pod: PodState): object {
  const { set, startedAt } = pod;
  const isReady = !isBad(set.template);
  const [container = { name: 'app', image: '' }] = set.template.spec.containers;
  const condition = (type: string, holds: boolean) => ({
    ...{ type, status: holds ? 'True' : 'False', lastTransitionTime: startedAt },
  });
  const state = isReady
    ? { running: { startedAt } }
    : { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${container.image}"` } };
  return {
    metadata: {
      ...{ name: pod.name, namespace: object.metadata.namespace, uid: pod.uid, creationTimestamp: startedAt },
      labels: set.template.metadata.labels,
      ownerReferences: [ownerOf('apps/v1', 'ReplicaSet', set)],
      ...(pod.isEnding && { deletionTimestamp: startedAt }),
    },
    spec: { nodeName: 'node-1', containers: set.template.spec.containers },
    status: {
      ...{ phase: isReady ? 'Running' : 'Pending', startTime: startedAt },
      conditions: [condition('PodScheduled', true), condition('Ready', isReady)],
      containerStatuses: [
        {
          ...{ name: container.name, image: container.image, imageID: '', ready: isReady, restartCount: pod.restarts },
          state,
        },
      ],
    },
  };
}
