import type { CheckLine } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { describeWorkload, kinds } from './bindings';
import type { WorkloadPlace } from './bindings';
import { keepsKeys } from './changes';
import type { AccessRight, KubernetesClient } from './client';
import { pickContainer } from './reading/versions';

/** Each right that Gavel needs, and each workload that has to keep its keys, tried with calls that change nothing. */

/** What a workload is bound to. */
export interface BoundPlace {
  readonly place: WorkloadPlace;
  readonly capability: 'running' | 'control' | 'workload';
}

interface CheckParts {
  readonly client: KubernetesClient;
  readonly bound: readonly BoundPlace[];
}

const maxPlaces = 30;
const role = 'Add it to the role of Gavel’s account.';

export async function checkKubernetes({ client, bound }: CheckParts): Promise<CheckLine[]> {
  // Every account may ask what it may do.
  const signIn = await checkCall(
    'signing in',
    () => client.mayI('default', { verb: 'get', group: 'apps', resource: 'deployments' }),
    'Bind its account to the role system:basic-user, which every account has at first.',
  );
  if (signIn.problem !== undefined) return [signIn];
  const rights = new Map(bound.flatMap((each) => rightsOf(each).map((right) => [aboutRight(right), right] as const)));
  const places = new Map(bound.map((each) => [describeWorkload(each.place), each.place]));
  const changed = new Set(
    bound.filter(({ capability }) => capability !== 'running').map(({ place }) => describeWorkload(place)),
  );
  const lines = await Promise.all([...rights].map(([about, right]) => checkRight(client, about, right)));
  const keys = [...places].slice(0, maxPlaces);
  const kept = await Promise.all(keys.map(([about, place]) => checkPlace(client, place, changed.has(about))));
  return [signIn, ...lines, ...kept];
}

interface NeededRight extends AccessRight {
  readonly namespace: string;
}

function rightsOf({ place: { kind, namespace }, capability }: BoundPlace): NeededRight[] {
  const apps = 'apps';
  const revisions = kind === 'deployment' ? 'replicasets' : 'controllerrevisions';
  const own = kinds[kind].plural;
  const readOwn: AccessRight = { verb: 'get', group: apps, resource: own };
  const patchOwn: AccessRight = { verb: 'patch', group: apps, resource: own };
  const listRevisions: AccessRight = { verb: 'list', group: apps, resource: revisions };
  const needed: Readonly<Record<BoundPlace['capability'], readonly AccessRight[]>> = {
    running: [readOwn, listRevisions],
    control: [readOwn, patchOwn],
    workload: [
      ...[readOwn, patchOwn, listRevisions],
      { verb: 'list', group: '', resource: 'pods' },
      { verb: 'list', group: '', resource: 'events' },
      { verb: 'get', group: '', resource: 'pods', subresource: 'log' },
      { verb: 'create', group: '', resource: 'pods', subresource: 'eviction' },
      { verb: 'list', group: 'autoscaling', resource: 'horizontalpodautoscalers' },
    ],
  };
  return needed[capability].map((right) => ({ ...right, namespace }));
}

const nameOfRight = ({ verb, resource, subresource }: AccessRight): string =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
const aboutRight = (right: NeededRight): string => `${nameOfRight(right)} in ${right.namespace}`;

async function checkRight(client: KubernetesClient, about: string, right: NeededRight): Promise<CheckLine> {
  const { namespace, ...asked } = right;
  let isAllowed = false;
  const line = await checkCall(about, async () => void (isAllowed = await client.mayI(namespace, asked)), role);
  if (line.problem !== undefined || isAllowed) return line;
  return { about, problem: `Gavel’s account can’t ${nameOfRight(right)} in ${namespace}. ${role}` };
}

async function checkPlace(client: KubernetesClient, place: WorkloadPlace, isChanged: boolean): Promise<CheckLine> {
  const about = isChanged ? `keeping keys in ${describeWorkload(place)}` : `reading ${describeWorkload(place)}`;
  let problem: string | undefined;
  const line = await checkCall(
    about,
    async () => {
      const object = await client.read(place);
      if (!object) problem = 'It isn’t there. Check the namespace and the name in the binding.';
      else if (!pickContainer(object.spec.template.spec.containers, place.container))
        problem = `It has no container ${place.container ?? ''}. Check the container in the binding.`;
      else if (isChanged && !(await keepsKeys(client, place, object)))
        problem = 'An annotation that Gavel adds isn’t kept. Look for an admission webhook that removes it.';
    },
    role,
  );
  return problem === undefined ? line : { about, problem };
}
