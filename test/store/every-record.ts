import type { CollectionSpec, Store, Stored } from '../../src/store/contract';

/** All records of a collection, in the order of their ids: only tests read everything. */
export async function everyRecord<T>(store: Pick<Store, 'collection'>, spec: CollectionSpec<T>): Promise<Stored<T>[]> {
  const collection = store.collection({ ...spec, queries: [...spec.queries, {}] });
  const found: Stored<T>[] = [];
  let cursor: string | undefined;
  do {
    const page = await collection.find({ limit: 1_000, cursor });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
