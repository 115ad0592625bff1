import { startFairTimer } from '../core/concurrency';
import { CursorError, DamagedRecordError, StoreUnavailableError } from '../core/errors';
import type { Logger } from '../core/telemetry/logger';
import type { Collection, CollectionSpec, Condition, DeclaredQuery, Query, Store, Stored } from './contract';

/** Whether it asks for a range, not for given values. */
export function isRange(condition: Condition): condition is { readonly atLeast?: number; readonly atMost?: number } {
  return typeof condition === 'object' && !('in' in condition);
}

/** The declaration that covers this query; throws if there is none, and says what to declare. */
export function declaredFor(spec: Pick<CollectionSpec<never>, 'name' | 'queries'>, query: Query): DeclaredQuery {
  const conditions = Object.entries(query.where ?? {});
  const compared = conditions.filter(([, condition]) => !isRange(condition)).map(([name]) => name);
  const beside = conditions.filter(([name, condition]) => isRange(condition) && name !== query.orderBy);
  if (beside.length > 0)
    throw new Error(`${spec.name}: a range of ${beside.map(([name]) => name).join(', ')} needs that order as well`);
  const found = spec.queries.find(
    ({ where = [], orderBy }) =>
      orderBy === query.orderBy && where.length === compared.length && where.every((name) => compared.includes(name)),
  );
  if (found) return found;
  const wanted = [`where: [${compared.map((name) => `'${name}'`).join(', ')}]`];
  if (query.orderBy !== undefined) wanted.push(`orderBy: '${query.orderBy}'`);
  throw new Error(`${spec.name} declares no such query: { ${wanted.join(', ')} }`);
}

/** The maximum of records in a page of this query; one more shows whether there is a next one. */
export function pageSize(limit = 100): number {
  return Math.min(1_000, Math.max(1, Math.floor(limit)));
}

/** The place that a cursor names; throws `CursorError` for what is none. */
export function placeAfter(cursor: string, of = 'this collection'): readonly unknown[] {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as readonly unknown[];
  } catch (cause) {
    throw new CursorError(`Not a cursor of ${of}`, { cause });
  }
}

/** The fields of each index, in order; the id is always appended. Two queries with the same fields share one. Throws for a query of an undeclared field. */
export function indexesOf(
  spec: Pick<CollectionSpec<never>, 'name' | 'queries' | 'indexes'>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { where = [], orderBy } of spec.queries) {
    const fields = orderBy === undefined ? where : [...where, orderBy];
    const unknown = fields.find((field) => !Object.hasOwn(spec.indexes, field));
    if (unknown !== undefined) throw new Error(`${spec.name} declares a query of ${unknown}, which it doesn’t index`);
    if (new Set(fields).size < fields.length) throw new Error(`${spec.name} names a field twice in one query`);
    // Queries by id alone need none.
    if (fields.length > 0) found.set(`q-${fields.join('-')}`, fields);
  }
  return found;
}

/** The change of a record; without a value it stays, or isn't created. */
export type ChangeTo<T> = (value: T | undefined, version: number) => T | undefined;

/** `update` and `upsert`, built on a store's one way to change a record: that returns the current record and whether it was changed. */
export function changesBy<T>(
  change: (
    id: string,
    to: ChangeTo<T>,
  ) => Promise<{ readonly record: Stored<T> | undefined; readonly changed: boolean }>,
): Pick<Collection<T>, 'update' | 'upsert'> {
  return {
    async update(id, to) {
      const { record, changed } = await change(id, (value, version) =>
        value === undefined ? undefined : to(value, version),
      );
      return record && { ...record, changed };
    },
    upsert: async (id, to) => (await change(id, to)).record as Stored<T>,
  };
}

/** The readable records, in order. A damaged record fails only what needs it: lists leave it out, and the log names it once. */
export type ReadableOf = <From, To>(items: readonly From[], read: (item: From) => To) => To[];

const maxNamed = 1_000;

export function createReadableOf(logger: Logger): ReadableOf {
  const named = new Set<string>();
  return (items, read) =>
    items.flatMap((item) => {
      try {
        return [read(item)];
      } catch (error) {
        if (!(error instanceof DamagedRecordError)) throw error;
        const { collection, id } = error;
        const key = `${collection}/${id}`;
        if (named.has(key) || named.size >= maxNamed) return [];
        named.add(key);
        logger.error({ collection, id, cause: String(error.cause) }, 'A damaged record was left out');
        return [];
      }
    });
}

/** The same promise for all callers; after a failure, the next call tries again. */
export function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
}

/**
 * A store that doesn't answer in time counts as down: callers are told so instead of waiting. While it is silent, one call at a time finds out whether it is
 * back, and all others are refused at once.
 */
export function limitStoreTime(store: Store, options: { readonly limitMs: number; readonly logger: Logger }): Store {
  const { limitMs, logger } = options;
  let silent = false;
  let asking = false;
  let answers = 0;

  /** Every turn calls this several times, so it creates only one promise. */
  function limited<T>(work: () => Promise<T>): Promise<T> {
    if (silent && asking) return Promise.reject(new StoreUnavailableError('The store isn’t responding'));
    let isProbe = silent;
    if (isProbe) asking = true;
    const asked = (): void => {
      if (isProbe) asking = false;
      isProbe = false;
    };
    const answersBefore = answers;
    return new Promise((resolve, reject) => {
      const stop = startFairTimer(limitMs, () => {
        // A call from before the store came back says nothing about it now.
        const isSilent = answers === answersBefore;
        if (isSilent && !silent) logger.error({ limitMs }, 'The store isn’t responding');
        silent ||= isSilent;
        asked();
        reject(new StoreUnavailableError('The store didn’t respond in time'));
      });
      const ended = (): void => {
        stop();
        if (silent) logger.warn({}, 'The store is responding again');
        silent = false;
        answers += 1;
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
    ...store,
    collection: (spec) => collection(store.collection(spec)),
    audit: { ...store.audit, append: (entry) => limited(() => store.audit.append(entry)) },
    check: () => limited(() => store.check()),
  };
}

/** The same store. `onWrite` is called with the name of an observed collection after each write to it. */
export function observeWrites(store: Store, observed: ReadonlySet<string>, onWrite: (name: string) => void): Store {
  function observe<T>({ name }: CollectionSpec<T>, inner: Collection<T>): Collection<T> {
    const wrote = (): void => void (observed.has(name) && onWrite(name));
    return {
      ...inner,
      async insert(id, value) {
        const stored = await inner.insert(id, value);
        wrote();
        return stored;
      },
      async update(id, change) {
        const stored = await inner.update(id, change);
        if (stored?.changed) wrote();
        return stored;
      },
      async upsert(id, change) {
        const stored = await inner.upsert(id, change);
        wrote();
        return stored;
      },
      async remove(id) {
        const isRemoved = await inner.remove(id);
        if (isRemoved) wrote();
        return isRemoved;
      },
    };
  }
  return { ...store, collection: (spec) => observe(spec, store.collection(spec)) };
}
