import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import type { Scope } from '../../core/catalog/rights';
import type { WorkflowRecord } from '../../workflows';

/** What was granted in chat, and the catalog that counts with it. Pure. */

/** Who gets a right: one person, or a group of the catalog. */
export type Receiver = { readonly person: Person } | { readonly group: string };

export interface StoredGrant extends Scope {
  readonly id: string;
  readonly to: Receiver;
  readonly role: string;
  /** From then on it counts for nothing; undefined: until it is revoked. */
  readonly until?: number;
  readonly by: Person;
  readonly at: number;
  readonly reason: string;
}

/** All of it in one record: whether the last admin may go is decided over the whole. */
export interface GrantedRights extends WorkflowRecord {
  /** Grows with each change of what is granted: whoever knows this number knows the grants. */
  readonly serial: number;
  readonly grants: readonly StoredGrant[];
  /** The turns that changed it last: a message that is delivered again changes nothing more. */
  readonly turns: readonly string[];
}

export const grantedRightsId = 'all';
export const nothingGranted: GrantedRights = { serial: 0, grants: [], turns: [] };

/** Whether it still counts. */
export function isActive({ until }: Pick<StoredGrant, 'until'>, now: number): boolean {
  return until === undefined || until > now;
}

/** One key for whoever gets it. */
export function receiverKey(to: Receiver): string {
  return 'group' in to ? `group:${to.group}` : to.person.id;
}

export interface EffectiveCatalog {
  readonly catalog: Catalog;
  /** It is right from this moment on, … */
  readonly from: number;
  /** … and until just before this one. */
  readonly until: number;
}

/** What the catalog file says, and what was granted in chat and has not run out. */
export function effectiveCatalog(base: Catalog, grants: readonly StoredGrant[], now: number): EffectiveCatalog {
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

/** The groups as lists of people of the catalog; whoever is known by them alone has just what they are granted. */
export function withEntraGroups(base: Catalog, groups: readonly (readonly [string, readonly Person[]])[]): Catalog {
  const members = groups.flatMap(([, people]) => people);
  const { people, keyOf } = withPeople(base, members, { onlyByName: true });
  const lists = groups.map(([name, all]) => [name, [...new Set(all.flatMap(({ id }) => keyOf.get(id) ?? []))]]);
  return Object.freeze({ ...base, people, groups: { ...base.groups, ...Object.fromEntries(lists) } });
}

/** The people of the catalog and these, and the key of each by their id. */
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
    people.set(key, { id, name: name || 'Somebody', ...newcomers });
    keyOf.set(id, key);
  }
  return { people: Object.fromEntries(people), keyOf };
}

/** `Nico Newcomer` becomes `nico-newcomer`, the second of that name `nico-newcomer-2`. */
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
