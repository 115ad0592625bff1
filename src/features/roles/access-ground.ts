import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import { personName, rightsOfRole } from '../../core/rights';
import type { AccessRequest } from './access-record';

/** Why it can't be given any more, whoever says yes: a whole sentence in outside text. */
export function whyLost(
  catalog: Catalog,
  { role, person, wasKnown, services = [], environments = [] }: AccessRequest,
): string | undefined {
  const service = services.find((name) => !lookUp(catalog.services, name));
  if (service !== undefined) return `The catalog no longer has the service ${service}.`;
  const environment = environments.find((name) => !lookUp(catalog.environments, name));
  if (environment !== undefined) return `The catalog no longer has the environment ${environment}.`;
  if (wasKnown && personName(catalog, person.id) === undefined) return `${person.name} is no longer in the catalog.`;
  return rightsOfRole(catalog, role).length === 0 ? `There is no longer a role ${role}.` : undefined;
}
