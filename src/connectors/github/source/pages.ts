import type { QueryValue } from '../../http/address';

/** Reads lists that come in pages of a hundred. */

export const entriesPerPage = 100;

/** `isComplete`: nothing was left out. */
export async function readAllPages<T>(
  read: (query: Readonly<Record<string, QueryValue>>) => Promise<readonly T[]>,
  maxPages: number,
): Promise<{ readonly items: T[]; readonly isComplete: boolean }> {
  const items: T[] = [];
  for (let page = 1; page <= maxPages; page += 1) {
    const found = await read({ per_page: entriesPerPage, page });
    items.push(...found);
    if (found.length < entriesPerPage) return { items, isComplete: true };
  }
  return { items, isComplete: false };
}
