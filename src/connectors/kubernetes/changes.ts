import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { jsonIn } from '../../core/text';
import type { WorkloadResult } from '../contract/workloads';
import { describeWorkload } from './bindings';
import type { WorkloadPlace } from './bindings';
import type { KubernetesClient, PatchStep } from './client';
import type { WorkloadObject } from './schema';

/** Changes of a workload, each made once. */

/** The keys of the last changes are kept in the workload itself, so that one that was made is known after its answer was lost. */
const keysAnnotation = 'gavel/keys';
const maxKeys = 20;
/** The status of a workload changes all the time while its pods do. */
const maxTries = 5;

/** What a change would do to what is there now, or why it can’t be made. */
export type PlannedChange =
  | { readonly steps: readonly PatchStep[]; readonly annotations?: Readonly<Record<string, string>> }
  | { readonly refused: string };

interface ChangeRequest {
  readonly key: string;
  /** Asked again whenever something else changed it in the meantime. */
  readonly plan: (object: WorkloadObject) => Promise<PlannedChange> | PlannedChange;
}

/**
 * Makes a change unless its key is there already. It’s bound to the state that it was planned for. Rejects with `unclear` if nobody knows whether it was made.
 */
export async function makeChange(
  { name, client, place }: { readonly name: string; readonly client: KubernetesClient; readonly place: WorkloadPlace },
  { key, plan }: ChangeRequest,
): Promise<WorkloadResult> {
  for (let count = 1; count <= maxTries; count++) {
    const object = await client.read(place);
    if (!object) throw new ConnectorError(name, 'not found', `there’s no ${describeWorkload(place)}`);
    const keys = readKeys(object);
    if (keys.includes(key)) return { outcome: 'done' };
    const planned = await plan(object);
    if ('refused' in planned) return { outcome: 'refused', why: planned.refused };
    const { resourceVersion } = object.metadata;
    const answer = await client.patch(place, [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      ...annotate('/metadata', object.metadata.annotations, {
        ...{ [keysAnnotation]: JSON.stringify([...keys, key].slice(-maxKeys)) },
        ...planned.annotations,
      }),
      ...planned.steps,
    ]);
    if ('metadata' in answer) return { outcome: 'done' };
    const now = await client.read(place);
    // Nothing else came first, so it’s the change itself that it doesn’t take.
    if (now?.metadata.resourceVersion === resourceVersion)
      throw new ConnectorError(name, 'refused', `${describeWorkload(place)} can’t be changed so: ${answer.message}`);
  }
  throw new ConnectorError(name, 'conflict', `${describeWorkload(place)} changes all the time`);
}

const Keys = z.array(z.string());

function readKeys({ metadata }: WorkloadObject): readonly string[] {
  return Keys.safeParse(jsonIn(lookUp(metadata.annotations, keysAnnotation) ?? '')).data ?? [];
}

/** The steps that set annotations and leave the others. `path` is where `annotations` is. */
export function annotate(
  path: string,
  present: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): PatchStep[] {
  // A map that isn’t there can’t be added to, and one that is mustn’t be replaced.
  if (Object.keys(present).length === 0) return [{ op: 'add', path: `${path}/annotations`, value: values }];
  return Object.entries(values).map(([name, value]) => ({
    ...{ op: 'add', value },
    path: `${path}/annotations/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  }));
}

/** Whether a key would be kept: tries it, and changes nothing. */
export async function keepsKeys(
  client: KubernetesClient,
  place: WorkloadPlace,
  object: WorkloadObject,
): Promise<boolean> {
  const trial = '["trial"]';
  const steps = annotate('/metadata', object.metadata.annotations, { [keysAnnotation]: trial });
  const answer = await client.patch(place, steps, true);
  return 'metadata' in answer && lookUp(answer.metadata.annotations, keysAnnotation) === trial;
}
