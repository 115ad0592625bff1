import type { Person } from '../../chat/contract';
import type { Catalog, Right } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import { holdsRole, may, personName } from '../../core/catalog/rights';
import type { PolicyTarget } from './contract';

/** Whether a request can still take effect: its target, its requester and the requester's permission. Pure. */

interface Claim {
  readonly target: PolicyTarget;
  readonly requester: Person;
  /** What the requester has to be allowed to do there, or the role they have to hold. */
  readonly needs: { readonly right: Right } | { readonly role: string };
}

/** Why it can't take effect any more: a whole sentence in outside text; undefined while it can. */
export function lostGround(catalog: Catalog, { target, requester, needs }: Claim): string | undefined {
  const { service, environment } = target;
  const known = lookUp(catalog.services, service);
  if (!known) return `The catalog no longer has the service ${service}.`;
  if (!known.environments.includes(environment) || !lookUp(catalog.environments, environment))
    return `${service} no longer runs in ${environment}.`;
  if (personName(catalog, requester.id) === undefined) return `${requester.name} is no longer in the catalog.`;
  if ('role' in needs)
    return holdsRole(catalog, requester.id, needs.role, target)
      ? undefined
      : `${requester.name} no longer holds the role ${needs.role} on ${service} in ${environment}.`;
  return may(catalog, requester.id, needs.right, target)
    ? undefined
    : `${requester.name} no longer has the permission ${needs.right} on ${service} in ${environment}.`;
}
