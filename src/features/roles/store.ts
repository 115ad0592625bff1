import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { personName } from '../../core/catalog/rights';
import { createFreshLook } from '../../core/concurrency';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Store } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { EffectCall } from '../../workflows';
import { tellPerson } from '../contract';
import type { FeatureDependencies } from '../contract';
import {
  effectiveCatalog,
  grantedRightsId,
  hasAdmin,
  isActive,
  lastingRefusal,
  nothingGranted,
  withEntraGroups,
  withGrants,
} from './record';
import type { GrantedRights, StoredGrant } from './record';
import { grantWorkflow } from './workflow';
import type { GrantEvent, GrantVerdict, TellEffect } from './workflow';

/** The effective catalog: the file, the first admins, the Entra groups, and the grants in the store. */

/** The grants in the store, and the catalog with them. */
export type GrantStore = ReturnType<typeof createGrantStore>;

/** Opens the grants. `deps.catalog` is the catalog from the file. */
export function createGrantStore(deps: FeatureDependencies) {
  const { catalog: base, clock } = deps;
  let known = nothingGranted;
  let memo: (ReturnType<typeof effectiveCatalog> & { readonly of: Catalog; readonly serial: number }) | undefined;

  const workflow = openWorkflow(deps, grantWorkflow, () => ({
    effects: {
      tell: ({ key, effect: { who, text } }: EffectCall<GrantedRights, TellEffect>) =>
        tellPerson(deps, who, key, { text }),
    },
    wake: async () => void (await apply({ type: 'time' })),
  }));

  function take(granted: GrantedRights | undefined): void {
    if (granted && granted.serial > known.serial) known = granted;
  }

  async function apply(event: GrantEvent): Promise<GrantVerdict> {
    const { verdict, stored } = await workflow.apply(grantedRightsId, event, { base: base() });
    take(stored?.value);
    return verdict;
  }

  return {
    /** The current catalog; the same object until something changes. */
    catalog(): Catalog {
      const of = base();
      const now = clock.now();
      if (memo && memo.of === of && memo.serial === known.serial && memo.from <= now && now < memo.until)
        return memo.catalog;
      memo = { ...effectiveCatalog(of, known.grants, now), of, serial: known.serial };
      return memo.catalog;
    },
    /** Loads changes by other instances: one short query if there are none. Rejects with `StoreUnavailableError`. */
    refresh: createFreshLook(async () => {
      const where = { serial: { atLeast: known.serial + 1 } };
      const { items } = await workflow.records.find({ where, orderBy: 'serial', limit: 1 });
      take(items[0]?.value);
    }),
    /** The valid grants from chat, in the order in which they were granted. */
    grants: (): readonly StoredGrant[] => known.grants.filter((grant) => isActive(grant, clock.now())),
    apply,
    /** What `apply` would do now; changes nothing. */
    foresee: async (event: GrantEvent): Promise<GrantVerdict> =>
      (await workflow.foresee(grantedRightsId, event, { base: base() })).verdict,
    /** Why this person can't grant that now; undefined if they can. */
    refusal: (giver: string, wanted: Parameters<typeof lastingRefusal>[3]) =>
      lastingRefusal(base(), known.grants, giver, wanted, clock.now()),
  };
}

/** The catalog with the grants from chat, for code that only reads the store. Rejects with `StoreUnavailableError`. */
export async function catalogWithGrants(base: Catalog, store: Store, now: number): Promise<Catalog> {
  const stored = await store.collection(grantWorkflow.spec).get(grantedRightsId);
  return effectiveCatalog(base, stored?.value.grants ?? [], now).catalog;
}

const readsGrantsEveryMs = 2_000;
type Followed = Pick<GrantStore, 'catalog' | 'refresh'>;

/**
 * Reads the grants, logs if nobody could grant roles, and keeps reading for work that no turn begins. Returns a function that stops it; never
 * rejects.
 */
export async function followGrants({ catalog, refresh, logger }: Followed & { logger: Logger }): Promise<() => void> {
  const look = (): Promise<void> =>
    refresh().catch((error: unknown) => logger.warn({ error }, 'The roles granted in chat could not be read'));
  await look();
  if (!hasAdmin(catalog()))
    logger.warn(
      {},
      'There is no admin, so nobody can grant roles. Add someone’s object ID to GAVEL_ADMINS, or grant the admin role in the catalog',
    );
  const timer = setInterval(() => void look(), readsGrantsEveryMs).unref();
  return () => clearInterval(timer);
}

/** Whether the catalog or a grant names this person; reads the store if this instance doesn't know them yet. Rejects with `StoreUnavailableError`. */
export function createDoor({ catalog, refresh }: Followed): (personId: string) => Promise<boolean> {
  const isNamed = (personId: string): boolean => personName(catalog(), personId) !== undefined;
  return async (personId) => {
    if (isNamed(personId)) return true;
    await refresh();
    return isNamed(personId);
  };
}

/** The catalog with the admins from the settings; the same object for the same catalog. */
export function withFirstAdmins(base: () => Catalog, admins: readonly Person[]): () => Catalog {
  const made = new WeakMap<Catalog, Catalog>();
  return () => {
    const catalog = base();
    if (admins.length === 0) return catalog;
    const grants = admins.map((person) => ({ to: { person }, role: 'admin' }));
    const found = made.get(catalog) ?? withGrants(catalog, grants, {});
    made.set(catalog, found);
    return found;
  };
}

const readsGroupsEveryMs = 5 * 60_000;
/** How long group members count without confirmation. */
const countsForMs = 60 * 60_000;

/**
 * Entra groups in the catalog: read regularly, and used as long as they are known well enough. `membersOf` asks Entra by the id of a group; if it
 * rejects, the last known members count for an hour.
 */
export function createEntraGroups({
  base,
  membersOf,
  clock,
  logger,
}: {
  readonly base: () => Catalog;
  readonly membersOf: (groupId: string) => Promise<readonly Person[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}) {
  const known = new Map<string, { readonly members: readonly Person[]; readonly at: number; readonly look: number }>();
  let looks = 0;
  let memo: { readonly of: Catalog; readonly now: string; readonly catalog: Catalog } | undefined;

  function counting(groupId: string) {
    const found = known.get(groupId);
    return found && clock.elapsed() - found.at < countsForMs ? found : undefined;
  }

  async function readOne(name: string, id: string): Promise<readonly string[]> {
    try {
      known.set(id, { members: await membersOf(id), at: clock.elapsed(), look: ++looks });
      return [];
    } catch (error) {
      logger.warn(
        { error, group: name },
        'An Entra group could not be read; its members lose their roles within the hour',
      );
      return [name];
    }
  }

  async function look(): Promise<{ named: number; unread: string[] }> {
    const named = Object.entries(base().entraGroups);
    const unread = await Promise.all(named.map(([name, id]) => readOne(name, id)));
    return { named: named.length, unread: unread.flat() };
  }

  return {
    /** The catalog with those groups as lists of people; the same object until something changes. */
    catalog(): Catalog {
      const of = base();
      const groups = Object.entries(of.entraGroups);
      if (groups.length === 0) return of;
      const now = groups.map(([, id]) => counting(id)?.look ?? '').join();
      if (memo?.of !== of || memo.now !== now) {
        const members = groups.map(([name, id]) => [name, counting(id)?.members ?? []] as const);
        memo = { of, now, catalog: withEntraGroups(of, members) };
      }
      return memo.catalog;
    },
    /**
     * Reads all of them now: how many the catalog names, and the names of those that couldn't be read. A group that can't be read keeps its known
     * members.
     */
    look,
    /** Reads them now and then regularly; returns a function that stops it. */
    async follow(): Promise<() => void> {
      await look();
      const timer = setInterval(() => void look(), readsGroupsEveryMs).unref();
      return () => clearInterval(timer);
    },
  };
}
