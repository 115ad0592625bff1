import { StoreUnavailableError } from '../../../src/core/errors';
import type { Collection, Store } from '../../../src/store/contract';

/** A store with a switch: it refuses at once, or takes a call and never answers it, not even when it is back. */
export interface StoreSwitch {
  state: 'up' | 'refuses' | 'hangs';
  around(store: Store): Store;
}

export function createStoreSwitch(): StoreSwitch {
  const guarded = <T>(work: () => Promise<T>): Promise<T> => {
    if (here.state === 'refuses') return Promise.reject(new StoreUnavailableError('Switched off'));
    if (here.state === 'hangs') return new Promise(() => undefined);
    return work();
  };
  const collection = <T>(inner: Collection<T>): Collection<T> => ({
    get: (id) => guarded(() => inner.get(id)),
    insert: (id, value) => guarded(() => inner.insert(id, value)),
    update: (id, change) => guarded(() => inner.update(id, change)),
    upsert: (id, change) => guarded(() => inner.upsert(id, change)),
    find: (query) => guarded(() => inner.find(query)),
    count: (query, most) => guarded(() => inner.count(query, most)),
    remove: (id) => guarded(() => inner.remove(id)),
  });
  const here: StoreSwitch = {
    state: 'up',
    around: (store) => ({
      collection: (spec) => collection(store.collection(spec)),
      audit: {
        append: (entry) => guarded(() => store.audit.append(entry)),
        read: (filter) => guarded(() => store.audit.read(filter)),
        search: (filter) => guarded(() => store.audit.search(filter)),
        verify: () => guarded(() => store.audit.verify()),
        prune: (request) => guarded(() => store.audit.prune(request)),
      },
      check: () => guarded(() => store.check()),
      removeExpired: (now, longerMs) => guarded(() => store.removeExpired(now, longerMs)),
      sizes: () => guarded(() => store.sizes()),
      close: () => store.close(),
    }),
  };
  return here;
}
