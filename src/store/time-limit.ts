import { StoreUnavailableError } from '../core/errors';
import type { Logger } from '../core/telemetry/logger';
import type { Collection, Store } from './contract';

/**
 * A store that does not answer in time is as good as down: whoever asked is told so instead of waiting on. While it is silent one call at a time
 * finds out whether it is back, and all others are refused at once.
 */
export function limitStoreTime(store: Store, options: { readonly limitMs: number; readonly logger: Logger }): Store {
  const { limitMs, logger } = options;
  let silent = false;
  let asking = false;

  function heard(): void {
    if (silent) logger.warn({}, 'The store answers again');
    silent = false;
  }

  /** Every turn comes here several times, so it makes one promise and no more. */
  function limited<T>(work: () => Promise<T>): Promise<T> {
    if (silent && asking) return Promise.reject(new StoreUnavailableError('The store is silent'));
    let isProbe = silent;
    if (isProbe) asking = true;
    const asked = (): void => {
      if (isProbe) asking = false;
      isProbe = false;
    };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if (!silent) logger.error({ limitMs }, 'The store does not answer');
        silent = true;
        asked();
        reject(new StoreUnavailableError('The store did not answer in time'));
      }, limitMs);
      const ended = (): void => {
        clearTimeout(timer);
        heard();
        asked();
      };
      work().then(
        (result) => {
          ended();
          resolve(result);
        },
        (error: unknown) => {
          ended();
          reject(error as Error);
        },
      );
    });
  }

  function collection<T>(inner: Collection<T>): Collection<T> {
    return {
      get: (id) => limited(() => inner.get(id)),
      insert: (id, value) => limited(() => inner.insert(id, value)),
      update: (id, change) => limited(() => inner.update(id, change)),
      upsert: (id, change) => limited(() => inner.upsert(id, change)),
      find: (query) => limited(() => inner.find(query)),
      count: (query, most) => limited(() => inner.count(query, most)),
      remove: (id) => limited(() => inner.remove(id)),
    };
  }

  return {
    collection: (spec) => collection(store.collection(spec)),
    audit: {
      append: (entry) => limited(() => store.audit.append(entry)),
      read: (filter) => store.audit.read(filter),
      search: (filter) => store.audit.search(filter),
      verify: () => store.audit.verify(),
      ...(store.audit.prune && { prune: store.audit.prune }),
    },
    ...(store.presence && { presence: store.presence }),
    ...(store.inspect && { inspect: (limitMs: number) => store.inspect?.(limitMs) ?? Promise.resolve([]) }),
    check: () => limited(() => store.check()),
    removeExpired: (now, longerMs) => store.removeExpired(now, longerMs),
    sizes: () => store.sizes(),
    close: () => store.close(),
  };
}
