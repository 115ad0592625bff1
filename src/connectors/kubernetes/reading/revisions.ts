import { lookUp } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { WorkloadRevision } from '../../contract/workloads';
import type { ControllerRevision, Meta, ReplicaSet, Selector, PodTemplate, WorkloadObject } from '../schema';
import { templateChangedAt } from './rollouts';
import { releaseOfTemplate } from './versions';

/** The revisions of a workload that Kubernetes still has. Pure. */

/** A revision with what its pods are made from. */
export interface KnownRevision extends WorkloadRevision {
  /** Of the ReplicaSet or ControllerRevision. */
  readonly id: string;
  readonly name: string;
  readonly template: PodTemplate;
  /** How many of its pods are ready, where the kind says that for each revision. */
  readonly ready?: number;
}

/** The controller puts the number here: https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/util/deployment_util.go */
const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const causeAnnotation = 'kubernetes.io/change-cause';
const hashLabel = 'pod-template-hash';

export const isOwnedBy = ({ ownerReferences }: Pick<Meta, 'ownerReferences'>, uid: string): boolean =>
  ownerReferences.some((owner) => owner.controller && owner.uid === uid);

/** Those of a Deployment, newest first. */
export function revisionsOfDeployment(
  object: WorkloadObject,
  sets: readonly ReplicaSet[],
  container: string | undefined,
): KnownRevision[] {
  const own = sets.filter(({ metadata }) => isOwnedBy(metadata, object.metadata.uid));
  const live = Number(lookUp(object.metadata.annotations, revisionAnnotation) ?? 0);
  const found = own.map(({ metadata, spec, status }) => ({
    number: Number(lookUp(metadata.annotations, revisionAnnotation) ?? 0),
    ...{ metadata, template: withoutHash(spec.template), ready: status.readyReplicas },
  }));
  return describe(object, found, live, container);
}

/** Those of a StatefulSet or DaemonSet, newest first. */
export function revisionsOfController(
  object: WorkloadObject,
  revisions: readonly ControllerRevision[],
  container: string | undefined,
): KnownRevision[] {
  const own = revisions.filter(({ metadata }) => isOwnedBy(metadata, object.metadata.uid));
  const found = own.map(({ metadata, revision, data }) => ({
    ...{ number: revision, metadata },
    template: withoutDirective(data.spec.template),
  }));
  // A revision that comes back gets the next number.
  return describe(object, found, Math.max(0, ...own.map(({ revision }) => revision)), container);
}

interface Found {
  readonly number: number;
  readonly metadata: Meta;
  readonly template: PodTemplate;
  readonly ready?: number;
}

function describe(
  object: WorkloadObject,
  found: readonly Found[],
  live: number,
  container: string | undefined,
): KnownRevision[] {
  return found
    .filter(({ number }) => Number.isSafeInteger(number) && number > 0)
    .map(({ number, metadata, template, ready }) => {
      const cause = lookUp(metadata.annotations, causeAnnotation);
      const isLive = number === live;
      const createdAt = metadata.creationTimestamp ?? 0;
      return {
        ...{ id: metadata.uid, name: metadata.name, number, isLive, template },
        version: releaseOfTemplate(template, container)?.version ?? '',
        // An earlier revision that came back is older than its return.
        since: isLive ? Math.max(createdAt, templateChangedAt(object) ?? 0) : createdAt,
        ...(cause !== undefined && { cause: cleanText(cause, 200) }),
        ...(ready !== undefined && { ready }),
      };
    })
    .sort((one, other) => other.number - one.number);
}

/** The controller adds this label to the pods of each ReplicaSet. */
function withoutHash(template: PodTemplate): PodTemplate {
  const { [hashLabel]: _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** A ControllerRevision keeps a patch that replaces the whole template. */
function withoutDirective(template: PodTemplate): PodTemplate {
  const { $patch: _, ...rest } = template;
  return rest as PodTemplate;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function writeSelector({ matchLabels, matchExpressions }: Selector): string {
  const exact = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...exact, ...others].join(',');
}
