import { rights } from '../../../core/catalog';
import type { Catalog, Right } from '../../../core/catalog';
import { lookUp } from '../../../core/keys';
import { mayEverywhere, personName, rightsOfRole, whoHoldsEverywhere } from '../../../core/catalog/rights';
import type { Scope } from '../../../core/catalog/rights';
import { plainText } from '../../../core/text';
import { roleNames } from '../parse';
import type { AccessRequest } from './workflow';

/** Whom a request goes to, and what it's about. Pure. */

/** How long a request waits for its decision. */
export const waitsMs = 7 * 86_400_000;

/** The role that allows it with the least beside it; undefined where none does. */
export function narrowestRoleWith(catalog: Catalog, right: Right): string | undefined {
  const count = (role: string): number => rightsOfRole(catalog, role).length;
  const allowing = roleNames(catalog).filter((role) => rightsOfRole(catalog, role).includes(right));
  return allowing.sort((a, b) => count(a) - count(b))[0];
}

/** The role whose holders are asked, and who they are besides the one who asks. */
export function giversOf(
  catalog: Catalog,
  scope: Scope,
  asker: string,
): { readonly role: string; readonly names: readonly string[] } | undefined {
  const admins = roleNames(catalog).filter((role) => rightsOfRole(catalog, role).includes('admin'));
  const found = ['admin', ...admins].map((role) => ({
    role,
    names: (admins.includes(role) ? whoHoldsEverywhere(catalog, role, scope) : [])
      .filter(({ id }) => id !== asker && mayEverywhere(catalog, id, 'admin', scope))
      .map(({ name }) => plainText(name, 60)),
  }));
  return found.find(({ names }) => names.length > 0);
}

/** Changes when the role comes to mean something else. */
export function boundTo(catalog: Catalog, { role }: AccessRequest, id: string): string {
  const allowed = rights.filter((right) => rightsOfRole(catalog, role).includes(right));
  return `${id}:${allowed.join()}`;
}

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
