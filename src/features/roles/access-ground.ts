import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import { personName, rightsOfRole } from '../../core/catalog/rights';
import type { AccessRequest } from './access-record';

/** Why it can't be given any more, whoever says yes: a whole sentence in outside text. */
export function whyLost(
  catalog: Catalog,
  { role, rights, person, wasKnown, services = [], environments = [] }: AccessRequest,
): string | undefined {
  const service = services.find((name) => !lookUp(catalog.services, name));
  if (service !== undefined) return `The catalog no longer has the service ${service}.`;
  const environment = environments.find((name) => !lookUp(catalog.environments, name));
  if (environment !== undefined) return `The catalog no longer has the environment ${environment}.`;
  const left = environments.find((name) => !runsIn(catalog, services, name));
  if (left !== undefined) return `${services.join(', ')} no longer runs in ${left}.`;
  if (wasKnown && personName(catalog, person.id) === undefined) return `${person.name} is no longer in the catalog.`;
  const allowed = rightsOfRole(catalog, role);
  if (allowed.length === 0) return `There is no longer a role ${role}.`;
  return allowed.every((right) => rights.includes(right))
    ? undefined
    : `The role ${role} allows more by now than when it was requested.`;
}

/** Whether any of these services runs there; without services, whether anything could. */
function runsIn(catalog: Catalog, services: readonly string[], environment: string): boolean {
  if (services.length === 0) return true;
  return services.some((name) => lookUp(catalog.services, name)?.environments.includes(environment));
}
