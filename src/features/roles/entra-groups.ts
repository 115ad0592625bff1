import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import type { Clock } from '../../core/time/clock';
import type { Logger } from '../../core/telemetry/logger';
import { withPeople } from './effective';

/** Groups of Entra in the catalog: read now and then, and counted as long as they are known well enough. */

export interface EntraGroups {
  /** The catalog with those groups as lists of people; the same object until something changes. */
  catalog(): Catalog;
  /** Reads all of them now: how many the catalog names, and those that could not be read, by name. */
  look(): Promise<{ readonly named: number; readonly unread: readonly string[] }>;
  /** Reads all of them once; what can not be read stays as it is known. */
  read(): Promise<void>;
  /** Reads them now and again and again; returns how to stop. */
  follow(): Promise<() => void>;
}

type Members = readonly Person[];
interface Known {
  readonly members: Members;
  readonly at: number;
  readonly look: number;
}

const everyMs = 5 * 60_000;
/** What nobody could confirm for so long counts for nothing. */
const countsForMs = 60 * 60_000;

export function createEntraGroups(options: {
  readonly base: () => Catalog;
  readonly membersOf: (groupId: string) => Promise<Members>;
  readonly clock: Clock;
  readonly logger: Logger;
}): EntraGroups {
  const { base, membersOf, clock, logger } = options;
  const known = new Map<string, Known>();
  let looks = 0;
  let memo: { readonly of: Catalog; readonly now: string; readonly catalog: Catalog } | undefined;

  function counting(groupId: string): Known | undefined {
    const found = known.get(groupId);
    return found && clock.elapsed() - found.at < countsForMs ? found : undefined;
  }

  function catalog(): Catalog {
    const of = base();
    const groups = Object.entries(of.entraGroups);
    if (groups.length === 0) return of;
    const now = groups.map(([, id]) => counting(id)?.look ?? '').join();
    if (memo?.of !== of || memo.now !== now) {
      const members = groups.map(([name, id]) => [name, counting(id)?.members ?? []] as const);
      memo = { of, now, catalog: withEntraGroups(of, members) };
    }
    return memo.catalog;
  }

  async function look(): Promise<{ named: number; unread: string[] }> {
    const named = Object.entries(base().entraGroups);
    const unread = await Promise.all(named.map(async ([name, id]) => ((await readOne(name, id)) ? [] : [name])));
    return { named: named.length, unread: unread.flat() };
  }

  async function readOne(name: string, id: string): Promise<boolean> {
    try {
      known.set(id, { members: await membersOf(id), at: clock.elapsed(), look: ++looks });
      return true;
    } catch (error) {
      logger.warn({ error, group: name }, 'A group of Entra could not be read; within the hour it counts for nothing');
      return false;
    }
  }

  return {
    catalog,
    look,
    async read() {
      await look();
    },
    async follow() {
      await look();
      const timer = setInterval(() => void look(), everyMs).unref();
      return () => clearInterval(timer);
    },
  };
}

/** The groups as lists of people of the catalog; whoever is known by them alone has just what they are granted. */
export function withEntraGroups(base: Catalog, groups: readonly (readonly [string, Members])[]): Catalog {
  const { people, keyOf } = withPeople(
    base,
    groups.flatMap(([, members]) => members),
    { onlyByName: true },
  );
  const lists = groups.map(([name, members]) => [name, [...new Set(members.flatMap(({ id }) => keyOf.get(id) ?? []))]]);
  return Object.freeze({ ...base, people, groups: { ...base.groups, ...Object.fromEntries(lists) } });
}
