import { isDeepStrictEqual } from 'node:util';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { cleanText, plural } from '../../core/text';
import type { EvictRequest, ScaleRequest, UndoRequest, WorkloadResult } from '../contract/workloads';
import { isScaledBy } from './bindings';
import type { WorkloadPlace } from './bindings';
import type { PlannedChange } from './changes';
import type { KubernetesClient } from './client';
import { findPod, readRevisions } from './owned';
import { causeAnnotation } from './reading/revisions';
import type { KnownRevision } from './reading/revisions';
import type { PodTemplate, WorkloadObject } from './schema';

/** What can be done to a workload, and when it can’t. */

export async function planScale(
  client: KubernetesClient,
  place: WorkloadPlace,
  { metadata, spec }: WorkloadObject,
  { from, to }: ScaleRequest,
): Promise<PlannedChange> {
  if (place.kind === 'daemonset') return { refused: 'A DaemonSet has one pod on each machine, so it can’t be scaled.' };
  const owner = ownerOf(metadata);
  if (owner) return { refused: `${owner} decides how many pods there are. Scale it there.` };
  const autoscaler = (await client.autoscalers(place.namespace)).find((each) => isScaledBy(place, each));
  if (autoscaler) {
    const name = cleanText(autoscaler.metadata.name, 80);
    return { refused: `The autoscaler ${name} decides how many pods there are. Change its limits instead.` };
  }
  if (spec.replicas !== from)
    return { refused: `It was scaled in the meantime: it has ${plural(spec.replicas, 'pod')}, and not ${from}.` };
  return { steps: [{ op: 'replace', path: '/spec/replicas', value: to }] };
}

export async function planUndo(
  client: KubernetesClient,
  place: WorkloadPlace,
  object: WorkloadObject,
  { key, by, revision, liveRevision }: UndoRequest,
): Promise<PlannedChange> {
  const barred = whyBarred(object);
  if (barred !== undefined) return { refused: barred };
  if (object.metadata.generation > object.status.observedGeneration)
    return { refused: 'It has just changed, and Kubernetes hasn’t picked that up yet. Try again in a moment.' };
  const revisions = await readRevisions(client, place, object);
  const live = revisions.find(({ isLive }) => isLive);
  if (live?.number !== liveRevision)
    return {
      refused: `Revision ${live?.number ?? 'unknown'} is live by now, and not ${liveRevision}. Check it before you roll back.`,
    };
  const wanted = revisions.find(({ number }) => number === revision);
  if (!wanted)
    return {
      refused: `Kubernetes no longer has revision ${revision}. It keeps ${object.spec.revisionHistoryLimit} earlier revisions (revisionHistoryLimit).`,
    };
  const template = withoutEmptyMaps(wanted.template);
  if (wanted.isLive || isDeepStrictEqual(template, withoutEmptyMaps(object.spec.template)))
    return { refused: `Revision ${wanted.number} is already live.` };
  const cause = `Rolled back to ${wanted.version} by ${cleanText(by.name, 80)} (Gavel ${key})`;
  return {
    steps: [{ op: 'replace', path: '/spec/template', value: template }],
    annotations: { [causeAnnotation]: cause },
  };
}

/** The pod itself is the key: it ends once, and a later one of its name isn’t touched. */
export async function evictPod(
  { name, client, place }: { readonly name: string; readonly client: KubernetesClient; readonly place: WorkloadPlace },
  { pod, podId }: EvictRequest,
): Promise<WorkloadResult> {
  const isThere = async (): Promise<boolean> => {
    const found = await findPod(client, place, pod);
    return found?.metadata.uid === podId && found.metadata.deletionTimestamp === undefined;
  };
  if (!(await isThere())) return { outcome: 'done' };
  const refusal = await client.evict(place.namespace, pod, podId);
  if (!refusal || refusal.reason === 'NotFound') return { outcome: 'done' };
  if (refusal.reason !== 'Conflict') {
    const [cause] = refusal.details.causes;
    return { outcome: 'refused', why: cleanText(`${refusal.message} ${cause?.message ?? ''}`, 300) };
  }
  if (!(await isThere())) return { outcome: 'done' };
  throw new ConnectorError(name, 'conflict', `the pod ${pod} changes all the time`);
}

/** The operator that it belongs to, if there is one. */
function ownerOf({ ownerReferences }: WorkloadObject['metadata']): string | undefined {
  const owner = ownerReferences.find(({ controller }) => controller);
  return owner && `The ${cleanText(owner.kind, 60)} ${cleanText(owner.name, 80)}`;
}

/** Tools that keep a workload as a repository says, by what they leave on it. */
const keepers: readonly { readonly name: string; readonly marks: readonly string[] }[] = [
  { name: 'Argo CD', marks: ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/instance'] },
  { name: 'Flux', marks: ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'] },
];

/** Why an undo isn’t possible or wouldn’t last, in a sentence; undefined if nothing speaks against it. */
function whyBarred({ metadata, spec }: WorkloadObject): string | undefined {
  if (spec.paused) return 'Its rollout is paused. Resume it first.';
  if (spec.updateStrategy.type === 'OnDelete')
    return 'Its update strategy is OnDelete: its pods change only when they’re deleted.';
  const owner = ownerOf(metadata);
  if (owner) return `${owner} keeps it as it is. Change it there.`;
  const keeper = keepers.find(({ marks }) =>
    marks.some((mark) => lookUp(metadata.annotations, mark) ?? lookUp(metadata.labels, mark)),
  );
  return keeper && `${keeper.name} keeps it as its repository says. Roll back there.`;
}

/** Why no earlier revision can be restored, in a sentence; undefined if one can. */
export function whyNoUndo(object: WorkloadObject, revisions: readonly KnownRevision[]): string | undefined {
  const barred = whyBarred(object);
  if (barred !== undefined || revisions.some(({ isLive }) => !isLive)) return barred;
  return object.spec.revisionHistoryLimit === 0
    ? 'Kubernetes keeps no earlier revisions of it (revisionHistoryLimit is 0).'
    : 'It has no earlier revision.';
}

/** Reading adds them. */
function withoutEmptyMaps({ metadata, ...rest }: PodTemplate): object {
  const kept = Object.entries(metadata).filter(
    ([key, value]) => !['labels', 'annotations'].includes(key) || Object.keys(value as object).length > 0,
  );
  return { metadata: Object.fromEntries(kept), ...rest };
}
