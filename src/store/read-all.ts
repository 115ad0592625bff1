import type { Collection, Query, Stored } from './contract';

/** Small enough that reading one page keeps nobody else waiting. */
const pageSize = 200;

/** All records that match, in the order of the query; read page by page, with a breath in between. */
export async function readAll<T>(
  collection: Pick<Collection<T>, 'find'>,
  query: Omit<Query, 'limit' | 'cursor'>,
): Promise<Stored<T>[]> {
  const all: Stored<T>[] = [];
  let cursor: string | undefined;
  do {
    const page = await collection.find({ ...query, limit: pageSize, ...(cursor !== undefined && { cursor }) });
    all.push(...page.items);
    cursor = page.cursor;
    if (cursor !== undefined) await new Promise(setImmediate);
  } while (cursor !== undefined);
  return all;
}
