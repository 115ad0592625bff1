import { cleanText, plural } from '../../../core/text';
import type { WorkloadStatus } from '../../contract/workloads';
import type { KindName } from '../bindings';
import type { WorkloadObject } from '../schema';

/** Whether a change has arrived in the pods, decided as kubectl decides it. Pure. */

type Rollout = WorkloadStatus['rollout'];

/** How many pods there should be, and how far they are. */
interface Counts {
  readonly wanted: number;
  readonly ready: number;
  readonly updated: number;
}

export function countPods(kind: KindName, { spec, status }: WorkloadObject): Counts {
  if (kind !== 'daemonset')
    return { wanted: spec.replicas, ready: status.readyReplicas, updated: status.updatedReplicas };
  const { desiredNumberScheduled: wanted, numberReady: ready, updatedNumberScheduled: updated } = status;
  return { wanted, ready, updated };
}

/** https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go; `now` in milliseconds since 1970. */
export function readRollout(kind: KindName, object: WorkloadObject, now: number): Rollout {
  if (object.spec.paused) return { state: 'paused' };
  const { observedGeneration } = object.status;
  if (object.metadata.generation > observedGeneration || observedGeneration === 0)
    return running('Kubernetes hasn’t picked up the last change yet');
  if (kind === 'deployment' && hasGivenUp(object, now))
    return {
      state: 'stuck',
      reason: failureOf(object) ?? `no progress for ${plural(object.spec.progressDeadlineSeconds, 'second')}`,
    };
  const why = waiting[kind](object);
  if (why === undefined) return { state: 'done' };
  return running(kind === 'deployment' ? (failureOf(object) ?? why) : why);
}

const running = (reason: string): Rollout => ({ state: 'running', reason });

/** What it waits for; undefined if for nothing. */
const waiting: Readonly<Record<KindName, (object: WorkloadObject) => string | undefined>> = {
  deployment({ spec, status }) {
    if (status.updatedReplicas < spec.replicas) return updatedPods(status.updatedReplicas, spec.replicas);
    const old = status.replicas - status.updatedReplicas;
    if (old > 0) return `${plural(old, 'pod')} of the earlier revision still ${old === 1 ? 'has' : 'have'} to end`;
    if (status.availableReplicas < status.updatedReplicas)
      return availablePods(status.availableReplicas, status.updatedReplicas);
    return undefined;
  },
  statefulset({ spec, status }) {
    if (spec.updateStrategy.type === 'OnDelete') return undefined;
    if (status.readyReplicas < spec.replicas) return `${status.readyReplicas} of ${spec.replicas} pods are ready`;
    const wanted = Math.max(0, spec.replicas - spec.updateStrategy.partition);
    if (spec.updateStrategy.partition > 0)
      return status.updatedReplicas < wanted ? updatedPods(status.updatedReplicas, wanted) : undefined;
    return status.updateRevision === status.currentRevision
      ? undefined
      : updatedPods(status.updatedReplicas, spec.replicas);
  },
  daemonset({ spec, status }) {
    if (spec.updateStrategy.type === 'OnDelete') return undefined;
    const { desiredNumberScheduled: wanted, updatedNumberScheduled: updated, numberAvailable } = status;
    if (updated < wanted) return updatedPods(updated, wanted);
    return numberAvailable < wanted ? availablePods(numberAvailable, wanted) : undefined;
  },
};

const updatedPods = (count: number, wanted: number): string => `${count} of ${wanted} pods are updated`;
const availablePods = (count: number, wanted: number): string => `${count} of ${wanted} updated pods are available`;

/**
 * Whether the controller has stopped waiting. It keeps saying so of an earlier change until the next one makes progress:
 * https://github.com/kubernetes/kubernetes/issues/49637
 */
function hasGivenUp(object: WorkloadObject, now: number): boolean {
  const progress = object.status.conditions.find(({ type }) => type === 'Progressing');
  if (progress?.reason !== 'ProgressDeadlineExceeded') return false;
  const changedAt = templateChangedAt(object);
  if (changedAt === undefined || progress.lastUpdateTime === undefined) return true;
  const isOlder = progress.lastUpdateTime < changedAt;
  return !isOlder || now - changedAt > object.spec.progressDeadlineSeconds * 1_000;
}

/** When what the pods are made from last changed, by the clock of the cluster; undefined if it doesn’t say. */
export function templateChangedAt({ metadata }: WorkloadObject): number | undefined {
  const times = metadata.managedFields.flatMap(({ time, fieldsV1 }) =>
    time !== undefined && fieldsV1?.['f:spec']?.['f:template'] !== undefined ? [time] : [],
  );
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** Pods that can’t even be created, for example over a quota. */
function failureOf({ status }: WorkloadObject): string | undefined {
  const failure = status.conditions.find(({ type, status: holds }) => type === 'ReplicaFailure' && holds === 'True');
  return failure && cleanText(failure.message, 200);
}
