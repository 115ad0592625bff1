import type { Collection, Store, Stored } from '../../src/store/contract';

/** A store of a process that dies at one of its writes, and what that process had stored until then. */
export interface CrashingStore {
  readonly store: Store;
  /** How many writes were started. */
  writes(): number;
  isDead(): boolean;
}

export interface Crash {
  /** The first write is 1. */
  readonly atWrite: number;
  /** Whether the write is lost with the process or was stored before it died. */
  readonly when: 'before' | 'after';
}

interface Options {
  readonly crash?: Crash | undefined;
  /** Whether the process with that name has died. */
  readonly hasEnded: (owner: string) => boolean;
  /** Called with every record as it was stored, not always in the order of the writes. */
  readonly onStored: (collection: string, record: Stored<unknown>) => void;
}

/** The store of a process that dies at one write: from then on, nothing it does arrives. Without a crash, it only counts. */
export function crashingStore(store: Store, { crash, hasEnded, onStored }: Options): CrashingStore {
  let writes = 0;
  let isDead = false;

  const refuseWhenDead = (): void => {
    if (isDead) throw new Error('This process is dead');
  };

  async function write<T>(work: () => Promise<T>): Promise<T> {
    refuseWhenDead();
    writes += 1;
    if (crash?.atWrite !== writes) return work();
    if (crash.when === 'after') await work();
    isDead = true;
    throw new Error('This process dies here');
  }

  function dying<T>(name: string, collection: Collection<T>): Collection<T> {
    const stored = <R extends Stored<T> | undefined>(result: R): R => {
      if (result) onStored(name, result);
      return result;
    };
    return {
      get: (id) => (refuseWhenDead(), collection.get(id)),
      find: (query) => (refuseWhenDead(), collection.find(query)),
      count: (query, most) => (refuseWhenDead(), collection.count(query, most)),
      insert: (id, value) => write(async () => stored(await collection.insert(id, value))),
      update: (id, change) => write(async () => stored(await collection.update(id, change))),
      upsert: (id, change) => write(async () => stored(await collection.upsert(id, change))),
      remove: (id) => write(() => collection.remove(id)),
    };
  }

  return {
    writes: () => writes,
    isDead: () => isDead,
    store: {
      ...store,
      presence: { announce: () => undefined, hasEnded },
      collection: (spec) => dying(spec.name, store.collection(spec)),
      audit: { ...store.audit, append: (entry) => write(() => store.audit.append(entry)) },
    },
  };
}
