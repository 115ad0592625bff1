import { lookUp } from '../../core/look-up';
import type { FeatureDependencies } from '../contract';
import { finalStates } from './contract';
import type { Deployment, Deployments } from './contract';
import { labelOf, occupies } from './record';

/** What a request waits for right after it was made. */

interface Asked {
  readonly id: string;
  readonly deployment: Deployment;
}

/** One sentence for whoever asked: whether it waits for an approval, for another deployment, or starts. */
export async function whatComesNext(
  deps: Pick<FeatureDependencies, 'catalog'>,
  deployments: Pick<Deployments, 'recent'>,
  { id, deployment }: Asked,
): Promise<string> {
  const { service, environment } = deployment;
  const recent = await deployments.recent({ service, environment, limit: 20 });
  const others = recent.filter((each) => each.id !== id).map((each) => each.deployment);
  const rule = lookUp(deps.catalog().environments, environment)?.[deployment.kind];
  return nextWords(deployment, others, (rule?.required ?? 0) > 0);
}

/** Pure; `others` are those of the same place. */
export function nextWords(deployment: Deployment, others: readonly Deployment[], needsApproval: boolean): string {
  const { state, emergency, number, heldBy, service, environment } = deployment;
  if (finalStates.includes(state)) return `It is ${state}.`;
  if (state === 'running' || state === 'verifying' || state === 'unclear') return 'Its card shows how far it is.';
  const isDecided = state === 'approved' || emergency === true || !needsApproval;
  if (!isDecided) return 'It waits for approval.';
  if (heldBy !== undefined) return 'It starts when the rule that holds it back no longer applies.';
  const holder = others.find(occupies);
  const ahead = others.filter((each) => each.state === 'approved' || each.state === 'requested');
  const first = holder ?? (emergency ? undefined : ahead.find((each) => each.number < number));
  if (first) return `It starts when ${labelOf(first)} has ended.`;
  // Asked for at the same moment: which of them comes first shows on their cards.
  if (ahead.length > 0) return `It starts as soon as ${service} in ${environment} is free.`;
  return 'It starts now.';
}
