import type { Catalog, Right } from '../../core/catalog';
import { cellsOf, grantsFor, mayEverywhere, reaches, rightsOfRole } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { effectiveCatalog, isActive } from './record';
import type { StoredGrant } from './record';

/** Who may give and take which rights. Pure, so that every case stands in a table. */

export type GiverRefusal =
  | { readonly refusal: 'no such role' }
  /** No right `admin` on all of the scope. */
  | { readonly refusal: 'not an admin there' }
  /** Rights of the role that the giver does not have there. */
  | { readonly refusal: 'more than you have'; readonly lacking: readonly Right[] }
  /** Their own right to give it ends earlier. */
  | { readonly refusal: 'longer than you have'; readonly until: number };

/** Why this person may not give this role there; undefined when they may. */
function giverRefusal(catalog: Catalog, giver: string, role: string, scope: Scope): GiverRefusal | undefined {
  const given = rightsOfRole(catalog, role);
  if (given.length === 0) return { refusal: 'no such role' };
  if (!mayEverywhere(catalog, giver, 'admin', scope)) return { refusal: 'not an admin there' };
  const lacking = given.filter((right) => !mayEverywhere(catalog, giver, right, scope));
  return lacking.length > 0 ? { refusal: 'more than you have', lacking } : undefined;
}

/** The same for a grant with an end: nobody gives for longer than they have it themselves. */
export function lastingRefusal(
  base: Catalog,
  grants: readonly StoredGrant[],
  giver: string,
  wanted: Scope & { readonly role: string; readonly until?: number },
  now: number,
): GiverRefusal | undefined {
  const { role, until } = wanted;
  const refusalAt = (end: number | undefined): GiverRefusal | undefined => {
    const lasting = grants.filter((grant) => grant.until === undefined || (end !== undefined && grant.until >= end));
    return giverRefusal(effectiveCatalog(base, lasting, now).catalog, giver, role, wanted);
  };
  const refusal = giverRefusal(effectiveCatalog(base, grants, now).catalog, giver, role, wanted);
  if (refusal || !refusalAt(until)) return refusal;
  const ends = grants.flatMap((grant) => (isActive(grant, now) ? (grant.until ?? []) : []));
  const longest = ends.sort((a, b) => b - a).find((end) => !refusalAt(end));
  return { refusal: 'longer than you have', until: longest ?? now };
}

/** Whether all of a grant lies within what is named; what is not named means everything. */
export function isWithin(scope: Scope, named: Scope): boolean {
  return cellsOf(scope).every(
    ([service, environment]) => reaches(named.services, service) && reaches(named.environments, environment),
  );
}

/** Without those that lie within another one. */
export function widest(scopes: readonly Scope[]): Scope[] {
  return scopes.reduce<Scope[]>(
    (kept, scope) =>
      kept.some((each) => isWithin(scope, each)) ? kept : [...kept.filter((each) => !isWithin(each, scope)), scope],
    [],
  );
}

/** Whether they have anything in common. */
export function overlaps(scope: Scope, other: Scope): boolean {
  return share(scope.services, other.services) && share(scope.environments, other.environments);
}

function share(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  return some === undefined || others === undefined || some.some((each) => others.includes(each));
}

/** Whether some place would have no admin any more who stays, although it has one now. */
export function losesLastAdmin(
  base: Catalog,
  before: readonly StoredGrant[],
  after: readonly StoredGrant[],
  now: number,
): boolean {
  const lasting = (grants: readonly StoredGrant[]): Catalog =>
    effectiveCatalog(
      base,
      grants.filter(({ until }) => until === undefined),
      now,
    ).catalog;
  const [then, next] = [lasting(before), lasting(after)];
  const cells: Scope[] = [
    {},
    ...Object.entries(base.services).flatMap(([service, { environments }]) =>
      environments.map((environment) => ({ services: [service], environments: [environment] })),
    ),
  ];
  return cells.some((cell) => hasAdmin(then, cell) && !hasAdmin(next, cell));
}

/** Whether anybody may administer all of it. */
export function hasAdmin(catalog: Catalog, scope: Scope = {}): boolean {
  return Object.values(catalog.people).some(({ id }) => mayEverywhere(catalog, id, 'admin', scope));
}

/** Whether this person has this very role on all of the scope already. */
export function holdsAlready(catalog: Catalog, personId: string, role: string, scope: Scope): boolean {
  const held = grantsFor(catalog, personId).filter((grant) => grant.role === role);
  return cellsOf(scope).every(([service, environment]) =>
    held.some((grant) => reaches(grant.services, service) && reaches(grant.environments, environment)),
  );
}
