import type { WorkloadPlace } from './bindings';
import type { KubernetesClient } from './client';
import { isOwnedBy, revisionsOfController, revisionsOfDeployment, writeSelector } from './reading/revisions';
import type { KnownRevision } from './reading/revisions';
import type { PodObject, WorkloadObject } from './schema';

/** What belongs to a workload. */

/** The revisions that Kubernetes still has, newest first. */
export async function readRevisions(
  client: KubernetesClient,
  { namespace, kind, container }: WorkloadPlace,
  object: WorkloadObject,
): Promise<KnownRevision[]> {
  const selector = writeSelector(object.spec.selector);
  return kind === 'deployment'
    ? revisionsOfDeployment(object, await client.replicaSets(namespace, selector), container)
    : revisionsOfController(object, await client.controllerRevisions(namespace, selector), container);
}

/** Its own pods: another workload may have the same labels. */
export async function readPods(
  client: KubernetesClient,
  { namespace, kind }: WorkloadPlace,
  object: WorkloadObject,
  revisions: readonly KnownRevision[],
  fieldSelector?: string,
): Promise<PodObject[]> {
  const owners = kind === 'deployment' ? revisions.map(({ id }) => id) : [object.metadata.uid];
  const pods = await client.pods(namespace, writeSelector(object.spec.selector), fieldSelector);
  return pods.filter(({ metadata }) => owners.some((owner) => isOwnedBy(metadata, owner)));
}

/** Undefined if it’s gone, or belongs to something else. */
export async function findPod(
  client: KubernetesClient,
  place: WorkloadPlace,
  pod: string,
): Promise<PodObject | undefined> {
  const object = await client.read(place);
  if (!object) return undefined;
  const revisions = place.kind === 'deployment' ? await readRevisions(client, place, object) : [];
  return (await readPods(client, place, object, revisions, `metadata.name=${pod}`))[0];
}
