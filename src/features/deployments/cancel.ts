import type { Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { may, whoMay } from '../../core/catalog/rights';
import type { Right } from '../../core/catalog';
import { enumerate, plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import type { Deployment } from './contract';
import type { Ledger } from './ledger';
import { next } from './life';
import { labelOf, titleOf } from './record';
import { isRefusal } from './refusal';

/** Cancels for the one who asked for it, and for whoever operates the service there; done already by the same person, it is done. */
export async function cancelDeployment(
  deps: FeatureDependencies,
  ledger: Ledger,
  turn: Turn,
  { id, deployment }: { id: string; deployment: Deployment },
): Promise<{ id: string; deployment: Deployment }> {
  refuseOthers(deps, turn, deployment, 'cancel', 'operate');
  if (deployment.state === 'cancelled' && deployment.ended?.by?.id === turn.person.id) return { id, deployment };
  const changed = await ledger.apply(id, { type: 'cancel', by: turn.person });
  if (changed.refused !== undefined) throw new UserError(plainText(changed.refused, 400));
  return changed;
}

/** What cancelling it would stop, to whoever may cancel it. */
export function cancelEffect(deps: FeatureDependencies, turn: Turn, deployment: Deployment): string {
  refuseOthers(deps, turn, deployment, 'cancel', 'operate');
  const after = next(deployment, { type: 'cancel', by: turn.person }, deps.clock.now());
  if (isRefusal(after)) throw new UserError(plainText(after.refused, 400));
  const name = `${labelOf(deployment)}, ${plainText(titleOf(deployment), 200)}`;
  return deployment.runId === undefined
    ? `Ends ${name}, which is ${deployment.state}. Nothing is deployed by it.`
    : `Stops the run of ${name}, in the middle. Its card says what serves ${deployment.environment} then.`;
}

/** Lets the requester and people with this right through; says to others who can. */
export function refuseOthers(
  { catalog }: FeatureDependencies,
  { person }: Turn,
  deployment: Deployment,
  verb: string,
  right: Right,
): void {
  const { service, environment, requester } = deployment;
  const target = { service, environment };
  const label = labelOf(deployment);
  if (!may(catalog(), person.id, 'view', target))
    throw new UserError(`You may not look at ${service} in ${environment}. Write access viewer to ask for it.`);
  if (person.id === requester.id || may(catalog(), person.id, right, target)) return;
  const names = [requester.name, ...whoMay(catalog(), right, target).map((each) => each.name)]
    .filter((name, index, all) => all.indexOf(name) === index && name !== 'Gavel')
    .map((name) => plainText(name, 60));
  throw new UserError(
    `You may not ${verb} ${label}, so nothing was changed. ${enumerate(names.slice(0, 4), 'or')} can.`,
  );
}
