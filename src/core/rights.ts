import { builtInRoles } from './catalog';
import type { Catalog, Right } from './catalog';
import { lookUp } from './look-up';

/** Who may do what. Deny by default; pure functions over the catalog. */

export interface Target {
  readonly service?: string;
  readonly environment?: string;
}

/** The roles that this person holds on the target. Without a service or environment: anywhere. */
export function rolesOf(catalog: Catalog, personId: string, target: Target = {}): string[] {
  const key = keysOf(catalog).get(personId);
  if (key === undefined) return [];
  const held = grantsOf(catalog, key).filter(
    (grant) => covers(grant.services, target.service) && covers(grant.environments, target.environment),
  );
  return [...new Set(held.map((grant) => grant.role))];
}

/** Whether this person may do this there. */
export function may(catalog: Catalog, personId: string, right: Right, target: Target = {}): boolean {
  const key = keysOf(catalog).get(personId);
  if (key === undefined) return false;
  return grantsOf(catalog, key).some(
    (grant) =>
      covers(grant.services, target.service) &&
      covers(grant.environments, target.environment) &&
      rightsOfRole(catalog, grant.role).includes(right),
  );
}

/** Whether this person holds this very role there (an approval rule names a role). */
export function holdsRole(catalog: Catalog, personId: string, role: string, target: Target): boolean {
  return rolesOf(catalog, personId, target).includes(role);
}

/** Said beside a list from which something was left out, because the one who asks may not look at it. */
export const shownInPart = 'Only what you may look at is shown.';

/** The people who may do this there, in catalog order. */
export function whoMay(catalog: Catalog, right: Right, target: Target = {}): Found {
  return once(catalog, `may ${right}`, target, (person) => may(catalog, person.id, right, target));
}

/** The people who hold this role there, in catalog order. */
export function whoHolds(catalog: Catalog, role: string, target: Target): Found {
  return once(catalog, `holds ${role}`, target, (person) => holdsRole(catalog, person.id, role, target));
}

type Found = readonly { id: string; name: string }[];

/** Every help and every click on a card asks who may; the answer is the same until the catalog changes. */
const found = new WeakMap<Catalog, Map<string, Found>>();

function once(
  catalog: Catalog,
  what: string,
  { service, environment }: Target,
  fits: (person: Found[number]) => boolean,
) {
  let known = found.get(catalog);
  if (!known) found.set(catalog, (known = new Map()));
  const key = JSON.stringify([what, service, environment]);
  let people = known.get(key);
  if (!people) known.set(key, (people = Object.values(catalog.people).filter(fits)));
  return people;
}

/** The name the catalog gives a person; undefined for a stranger. */
export function personName(catalog: Catalog, personId: string): string | undefined {
  return lookUp(catalog.people, keysOf(catalog).get(personId))?.name;
}

const keys = new WeakMap<Catalog, ReadonlyMap<string, string>>();

/** The catalog's own key of each person, by id: looked up at every check, so found without a search. */
function keysOf(catalog: Catalog): ReadonlyMap<string, string> {
  const known = keys.get(catalog);
  if (known) return known;
  const found = new Map(Object.entries(catalog.people).map(([key, { id }]) => [id, key]));
  keys.set(catalog, found);
  return found;
}

const grants = new WeakMap<Catalog, Map<string, Catalog['grants']>>();

/** The grants of one person and those of everyone, in catalog order; a card asks for the rights of everybody in it. */
function grantsOf(catalog: Catalog, key: string): Catalog['grants'] {
  let byKey = grants.get(catalog);
  if (!byKey) grants.set(catalog, (byKey = new Map()));
  let held = byKey.get(key);
  if (!held) byKey.set(key, (held = catalog.grants.filter((grant) => isFor(catalog, grant, key))));
  return held;
}

function isFor(
  { groups, people }: Catalog,
  { everyone, group, person }: Catalog['grants'][number],
  key: string,
): boolean {
  if (everyone === true) return lookUp(people, key)?.onlyByName !== true;
  return person === key || (group !== undefined && (lookUp(groups, group) ?? []).includes(key));
}

/** All grants that this person has, by name, by group or as everyone. */
export function grantsFor(catalog: Catalog, personId: string): Catalog['grants'] {
  const key = keysOf(catalog).get(personId);
  return key === undefined ? [] : grantsOf(catalog, key);
}

/** What a role allows; nothing when there is no such role. */
export function rightsOfRole(catalog: Catalog, role: string): readonly Right[] {
  return lookUp(catalog.roles, role) ?? lookUp(builtInRoles, role) ?? [];
}

/** Whether what was granted there reaches so far; without a limit it reaches everywhere. */
function covers(granted: readonly string[] | undefined, wanted: string | undefined): boolean {
  return granted === undefined || wanted === undefined || granted.includes(wanted);
}

/** Where a grant reaches: without services or environments in all of them, also in those to come. */
export interface Scope {
  readonly services?: readonly string[];
  readonly environments?: readonly string[];
}

/** Whether this person may do this everywhere in the scope. */
export function mayEverywhere(catalog: Catalog, personId: string, right: Right, scope: Scope): boolean {
  const held = grantsFor(catalog, personId).filter(({ role }) => rightsOfRole(catalog, role).includes(right));
  return cellsOf(scope).every(([service, environment]) =>
    held.some(({ services, environments }) => reaches(services, service) && reaches(environments, environment)),
  );
}

/** Every service of the scope in every environment of it; undefined stands for all of them. */
export function cellsOf({ services, environments }: Scope): (readonly [string | undefined, string | undefined])[] {
  return (services ?? [undefined]).flatMap((service) =>
    (environments ?? [undefined]).map((environment) => [service, environment] as const),
  );
}

/** Whether what was granted reaches all that is wanted, where nothing wanted means everything. */
export function reaches(granted: readonly string[] | undefined, wanted: string | undefined): boolean {
  return granted === undefined || (wanted !== undefined && granted.includes(wanted));
}
