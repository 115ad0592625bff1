import type { Place } from './bindings';
import type { KubernetesClient } from './client';
import { revisionsOfController, revisionsOfDeployment, writeSelector } from './reading/revisions';
import type { KnownRevision } from './reading/revisions';
import type { WorkloadObject } from './schema';

/** The revisions of a workload that Kubernetes still has, newest first. */
export async function readRevisions(
  client: KubernetesClient,
  { namespace, kind, container }: Place,
  object: WorkloadObject,
): Promise<KnownRevision[]> {
  const selector = writeSelector(object.spec.selector);
  return kind === 'deployment'
    ? revisionsOfDeployment(object, await client.replicaSets(namespace, selector), container)
    : revisionsOfController(object, await client.controllerRevisions(namespace, selector), container);
}
