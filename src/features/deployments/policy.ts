import type { Catalog, Right } from '../../core/catalog';
import { may, whoMay } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { enumerate, plainText } from '../../core/text';
import type { Deployment } from './contract';
import { labelOf } from './record';

/** Who may see and change a deployment. Pure. */

export function mayView(catalog: Catalog, personId: string, { service, environment }: Deployment): boolean {
  return may(catalog, personId, 'view', { service, environment });
}

/** Refuses whoever may not see it. */
export function requireView(catalog: Catalog, personId: string, deployment: Deployment): void {
  if (mayView(catalog, personId, deployment)) return;
  const { service, environment } = deployment;
  throw new UserError(`You may not look at ${service} in ${environment}. Write access viewer to ask for it.`);
}

/** The requester, and those with this right there. */
export function isInCharge(
  catalog: Catalog,
  personId: string,
  { requester, service, environment }: Deployment,
  right: Right,
): boolean {
  return personId === requester.id || may(catalog, personId, right, { service, environment });
}

/** Lets those in charge through; says to others who they are. */
export function requireCharge(
  catalog: Catalog,
  personId: string,
  deployment: Deployment,
  verb: string,
  right: Right,
): void {
  requireView(catalog, personId, deployment);
  if (isInCharge(catalog, personId, deployment, right)) return;
  const { service, environment, requester } = deployment;
  const names = [requester, ...whoMay(catalog, right, { service, environment })]
    .map(({ name }) => name)
    .filter((name, index, all) => all.indexOf(name) === index && name !== 'Gavel')
    .map((name) => plainText(name, 60));
  throw new UserError(
    `You may not ${verb} ${labelOf(deployment)}, so nothing was changed. ${enumerate(names.slice(0, 4), 'or')} can.`,
  );
}
