import type { Catalog } from '../../core/catalog';
import { isActive } from './record';
import type { StoredGrant } from './record';

/** The catalog that counts: what its file says, and what was granted in chat and has not run out. Pure. */

export interface Effective {
  readonly catalog: Catalog;
  /** It is right from this moment on, … */
  readonly from: number;
  /** … and until just before this one. */
  readonly until: number;
}

export function effectiveCatalog(base: Catalog, grants: readonly StoredGrant[], now: number): Effective {
  const ends = grants.flatMap(({ until }) => until ?? []);
  const from = Math.max(-Infinity, ...ends.filter((end) => end <= now));
  const until = Math.min(Infinity, ...ends.filter((end) => end > now));
  const active = grants.filter((grant) => isActive(grant, now));
  return { catalog: active.length === 0 ? base : withGrants(base, active, { onlyByName: true }), from, until };
}

/** The catalog with those whom the settings make admins of everything; the same object for the same catalog. */
export function withFirstAdmins(
  base: () => Catalog,
  admins: readonly { readonly id: string; readonly name: string }[],
): () => Catalog {
  const made = new WeakMap<Catalog, Catalog>();
  return () => {
    const catalog = base();
    if (admins.length === 0) return catalog;
    let found = made.get(catalog);
    if (!found) {
      found = withGrants(
        catalog,
        admins.map((person) => ({ to: { person }, role: 'admin' })),
        {},
      );
      made.set(catalog, found);
    }
    return found;
  };
}

function withGrants(
  base: Catalog,
  active: readonly Pick<StoredGrant, 'to' | 'role' | 'services' | 'environments'>[],
  newcomers: Pick<Catalog['people'][string], 'onlyByName'>,
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

/** The people of the catalog and these, and the key of each by their id. */
export function withPeople(
  base: Catalog,
  more: readonly { readonly id: string; readonly name: string }[],
  newcomers: Pick<Catalog['people'][string], 'onlyByName'>,
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
