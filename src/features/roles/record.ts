import type { Person } from '../../chat/contract';
import type { Catalog, Right } from '../../core/catalog';
import { cellsOf, everything, mayEverywhere, reaches, rightsOfRole, scopeOfReach } from '../../core/catalog/rights';
import { coversPipelines, coversServices } from '../../core/catalog/pipelines/coverage';
import type { Scope } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import type { WorkflowRecord } from '../../workflows';

/** The grants from chat, and the catalog that includes them. Pure. */

/** Who gets a role: one person, or a group of the catalog. */
export type Receiver = { readonly person: Person } | { readonly group: string };

export interface StoredGrant extends Scope {
  readonly id: string;
  readonly to: Receiver;
  readonly role: string;
  /** From then on it no longer counts; undefined: until it is revoked. */
  readonly until?: number;
  readonly by: Person;
  readonly at: number;
  readonly reason: string;
}

/** All grants in one record: whether the last admin can be removed depends on all of them. */
export interface GrantedRights extends WorkflowRecord {
  /** Grows with each change of the grants: the same number means the same grants. */
  readonly serial: number;
  readonly grants: readonly StoredGrant[];
  /** The turns that last changed it: a message that is delivered again changes nothing more. */
  readonly turns: readonly string[];
}

export const grantedRightsId = 'all';
export const nothingGranted: GrantedRights = { serial: 0, grants: [], turns: [] };

/** Whether it still counts. */
export function isActive({ until }: Pick<StoredGrant, 'until'>, now: number): boolean {
  return until === undefined || until > now;
}

/** The ids of the people who get it; for a group, those that the catalog knows. */
export function receiversOf({ groups, people }: Catalog, to: Receiver): string[] {
  if ('person' in to) return [to.person.id];
  return (lookUp(groups, to.group) ?? []).flatMap((key) => lookUp(people, key)?.id ?? []);
}

/** One key for each receiver. */
export function receiverKey(to: Receiver): string {
  return 'group' in to ? `group:${to.group}` : to.person.id;
}

/** The catalog file with the valid grants from chat; correct from one moment until just before another. */
export function effectiveCatalog(
  base: Catalog,
  grants: readonly StoredGrant[],
  now: number,
): { readonly catalog: Catalog; readonly from: number; readonly until: number } {
  const ends = grants.flatMap(({ until }) => until ?? []);
  const from = Math.max(-Infinity, ...ends.filter((end) => end <= now));
  const until = Math.min(Infinity, ...ends.filter((end) => end > now));
  const active = grants.filter((grant) => isActive(grant, now));
  return { catalog: active.length === 0 ? base : withGrants(base, active, { onlyByName: true }), from, until };
}

type Newcomers = Pick<Catalog['people'][string], 'onlyByName'>;

export function withGrants(
  base: Catalog,
  active: readonly Pick<StoredGrant, 'to' | 'role' | 'services' | 'environments'>[],
  newcomers: Newcomers,
): Catalog {
  const named = active.flatMap(({ to }) => ('group' in to ? [] : [to.person]));
  const { people, keyOf } = withPeople(base, named, newcomers);
  const granted = active.map(({ to, role, services, environments }) => ({
    ...('group' in to ? { group: to.group } : { person: keyOf.get(to.person.id) }),
    role,
    ...(services && { services: [...services] }),
    ...(environments && { environments: [...environments] }),
  }));
  return Object.freeze({ ...base, people, grants: [...base.grants, ...granted] });
}

/** The groups as lists of people in the catalog; people known only from them have just what was granted to them. */
export function withEntraGroups(base: Catalog, groups: readonly (readonly [string, readonly Person[]])[]): Catalog {
  const members = groups.flatMap(([, people]) => people);
  const { people, keyOf } = withPeople(base, members, { onlyByName: true });
  const lists = groups.map(([name, all]) => [name, [...new Set(all.flatMap(({ id }) => keyOf.get(id) ?? []))]]);
  return Object.freeze({ ...base, people, groups: { ...base.groups, ...Object.fromEntries(lists) } });
}

/** The people of the catalog and these, and each one's key by id. */
function withPeople(
  base: Catalog,
  more: readonly { readonly id: string; readonly name: string }[],
  newcomers: Newcomers,
): { readonly people: Catalog['people']; readonly keyOf: ReadonlyMap<string, string> } {
  const people = new Map(Object.entries(base.people));
  const keyOf = new Map([...people].map(([key, { id }]) => [id, key]));
  for (const { id, name } of more) {
    if (keyOf.has(id)) continue;
    const key = freeKey(people, name);
    people.set(key, { id, name: name || 'Someone', ...newcomers });
    keyOf.set(id, key);
  }
  return { people: Object.fromEntries(people), keyOf };
}

/** `Nico Newcomer` becomes `nico-newcomer`, a second person with that name `nico-newcomer-2`. */
function freeKey(people: ReadonlyMap<string, unknown>, name: string): string {
  const plain = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-$/g, '')
    .slice(0, 30);
  const stem = plain || 'somebody';
  let key = stem;
  for (let count = 2; people.has(key); count++) key = `${stem}-${count}`;
  return key;
}

/** Who can grant and revoke which roles. Pure, so that a table can test every case. */

export type GiverRefusal =
  | { readonly refusal: 'no such role' }
  /** No right `admin` for the whole scope. */
  | { readonly refusal: 'not an admin there' }
  /** Rights of the role that the giver doesn't have there. */
  | { readonly refusal: 'more than you have'; readonly lacking: readonly Right[] }
  /** Their own right to grant it ends earlier. */
  | { readonly refusal: 'longer than you have'; readonly until: number };

/** Why this person can't grant this role there; undefined if they can. */
function giverRefusal(catalog: Catalog, giver: string, role: string, scope: Scope): GiverRefusal | undefined {
  const given = rightsOfRole(catalog, role);
  if (given.length === 0) return { refusal: 'no such role' };
  if (!mayEverywhere(catalog, giver, 'admin', scope)) return { refusal: 'not an admin there' };
  const lacking = given.filter((right) => !mayEverywhere(catalog, giver, right, scope));
  return lacking.length > 0 ? { refusal: 'more than you have', lacking } : undefined;
}

/** The same for a grant with an end: nobody grants for longer than they have it themselves. */
export function lastingRefusal(
  base: Catalog,
  grants: readonly StoredGrant[],
  giver: string,
  wanted: Scope & { readonly role: string; readonly until?: number },
  now: number,
): GiverRefusal | undefined {
  // A right that ends at exactly that moment lasts until then.
  const refusalAt = (end = Infinity): GiverRefusal | undefined =>
    giverRefusal(effectiveCatalog(base, grants, Math.max(now, end - 1)).catalog, giver, wanted.role, wanted);
  const refusal = refusalAt(now);
  if (refusal || !refusalAt(wanted.until)) return refusal;
  const ends = grants.flatMap(({ until = now }) => (until > now ? until : []));
  const longest = ends.sort((a, b) => b - a).find((end) => !refusalAt(end));
  return { refusal: 'longer than you have', until: longest ?? now };
}

/** Whether the whole grant is within what is named; what isn't named means everything. */
export function isWithin(scope: Scope, named: Scope): boolean {
  const { pipelines } = scope;
  const hasItsPipelines =
    pipelines === undefined || pipelines.every((each) => named.pipelines?.includes(each) ?? coversPipelines(named));
  if (!coversServices(scope)) return hasItsPipelines;
  return (
    hasItsPipelines &&
    coversServices(named) &&
    cellsOf(scope).every(
      ([service, environment]) => reaches(named.services, service) && reaches(named.environments, environment),
    )
  );
}

/** Without scopes that are inside another one. */
export function widest(scopes: readonly Scope[]): Scope[] {
  return scopes.reduce<Scope[]>(
    (kept, scope) =>
      kept.some((each) => isWithin(scope, each)) ? kept : [...kept.filter((each) => !isWithin(each, scope)), scope],
    [],
  );
}

/** Whether they have a service in an environment in common. */
export function overlaps(scope: Scope, other: Scope): boolean {
  return (
    coversServices(scope) &&
    coversServices(other) &&
    share(scope.services, other.services) &&
    share(scope.environments, other.environments)
  );
}

function share(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  return some === undefined || others === undefined || some.some((each) => others.includes(each));
}

/** Whether both name the same, in any order. */
export function isSameScope(scope: Scope, other: Scope): boolean {
  return isWithin(scope, other) && isWithin(other, scope);
}

/** Whether some place would lose its last permanent admin. */
export function losesLastAdmin(base: Catalog, before: readonly StoredGrant[], after: readonly StoredGrant[]): boolean {
  // In the distant future, only grants without an end still count.
  const then = effectiveCatalog(base, before, Infinity).catalog;
  const next = effectiveCatalog(base, after, Infinity).catalog;
  const cells = Object.entries(base.services).flatMap(([service, { environments }]) =>
    environments.map((environment) => scopeOfReach({ service, environment })),
  );
  return [everything, ...cells].some((cell) => hasAdmin(then, cell) && !hasAdmin(next, cell));
}

/** Whether anybody has the right `admin` for all of it. */
export function hasAdmin(catalog: Catalog, scope: Scope = everything): boolean {
  return Object.values(catalog.people).some(({ id }) => mayEverywhere(catalog, id, 'admin', scope));
}
