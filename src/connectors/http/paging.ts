import { nextLink, nextPage } from './address';
import type { QueryValue } from './address';
import type { HttpAnswer, Pages, Paging } from './contract';

/** Reads an answer that comes in pages to its end. */

interface PageReader<Page> {
  readonly base: URL;
  readonly paging: Paging<Page>;
  readonly maxPages: number;
  /** The address of the first page. */
  readonly first: URL | undefined;
  /** Reads the page that the query names, or the one at this address. */
  readonly read: (
    query: Readonly<Record<string, QueryValue>>,
    at: URL | undefined,
  ) => Promise<HttpAnswer & { readonly value: Page }>;
  readonly fail: (words: string) => Error;
}

interface Next {
  readonly query: Readonly<Record<string, QueryValue>>;
  readonly at?: URL;
  /** The same one twice would go on forever. */
  readonly mark: string;
}

/** Rejects when a system sends the same page again, or one that isn't its own. */
export async function readPages<Page>(reader: PageReader<Page>): Promise<Pages<Page>> {
  const { paging, maxPages, read, fail } = reader;
  const pages: Page[] = [];
  const marks = new Set<string>();
  let next: Next | undefined = {
    query: paging.by === 'number' ? { [paging.parameter]: paging.first } : {},
    mark: reader.first?.href ?? '',
  };
  while (next && pages.length < maxPages) {
    if (marks.has(next.mark)) throw fail('the next page it names has already been read');
    marks.add(next.mark);
    const answer: HttpAnswer & { readonly value: Page } = await read(next.query, next.at);
    pages.push(answer.value);
    next = nextOf(reader, answer, pages.length, next.at);
  }
  return { pages, isComplete: next === undefined };
}

function nextOf<Page>(
  { base, paging, first, fail }: PageReader<Page>,
  { headers, value }: HttpAnswer & { readonly value: Page },
  count: number,
  at: URL | undefined,
): Next | undefined {
  if (paging.by === 'number') {
    const number = paging.first + count;
    return paging.isLast(value) ? undefined : { query: { [paging.parameter]: number }, mark: String(number) };
  }
  if (paging.by === 'cursor') {
    const cursor = paging.next(value);
    return cursor === undefined || cursor === ''
      ? undefined
      : { query: { [paging.parameter]: cursor }, mark: `cursor ${cursor}` };
  }
  const link = nextLink(headers.get('link'));
  if (link === undefined) return undefined;
  const url = nextPage(base, at ?? first ?? base, link);
  if (!url) throw fail('the next page is at another address');
  return { query: {}, at: url, mark: url.href };
}
