import { cursorAfter } from '../../store/contract';
import type { Collection, Query, Stored } from '../../store/contract';
import type { HistoryEntry } from './entry';
import { isWished } from './wish';
import type { Wish } from './wish';

/** What of the history somebody wants and may see. */
export interface HistoryQuestion {
  /** The place it was asked in, or undefined for what `person` asked anywhere. */
  readonly place?: string;
  readonly person: string;
  readonly wish: Wish;
  /** Older entries are about to be removed and are shown to nobody. */
  readonly keptSince: number;
  /** Undefined for somebody who may look at everything. */
  readonly isSeen?: (entry: HistoryEntry) => boolean;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** The cursor of the page before it; undefined on the last. */
  readonly older?: string;
  readonly count: number;
  readonly isCountExact: boolean;
  /** Something matches that this person may not look at. */
  readonly isInPart: boolean;
}

const pageSize = 15;
const readAtOnce = 200;
const maxCounted = 10_000;
/** Once a page is full, so many entries more are looked at to count them; then the count ends with `more than`. */
const maxLookedAt = 2_000;

/** A page of what matches, over everything that is kept; the store narrows by place, person and time, words and rights narrow here. */
export async function searchHistory(
  entries: Collection<HistoryEntry>,
  question: HistoryQuestion,
  from: string | undefined,
): Promise<HistoryPage> {
  const { wish, isSeen = () => true } = question;
  const query = queryOf(question);
  const found: { entry: HistoryEntry; cursor: string }[] = [];
  let isInPart = false;
  for await (const stored of walk(entries, query, from)) {
    if (!isWished(stored.value, wish)) continue;
    if (!isSeen(stored.value)) isInPart = true;
    else found.push({ entry: stored.value, cursor: cursorAfter(stored.value.at, stored.id) });
    if (found.length > pageSize) break;
  }
  const counted = await countAll(entries, query, question);
  const shown = found.slice(0, pageSize);
  const last = shown.at(-1);
  return {
    entries: shown.map(({ entry }) => entry),
    ...(found.length > pageSize && last && { older: last.cursor }),
    ...counted,
    isInPart: isInPart || counted.isInPart,
  };
}

function queryOf({ place, person, wish, keptSince }: HistoryQuestion): Query {
  const asker = wish.person ?? (place === undefined ? person : undefined);
  return {
    where: {
      ...(place !== undefined && { place }),
      ...(asker !== undefined && { person: asker }),
      at: { atLeast: Math.max(keptSince, wish.since ?? 0), ...(wish.until !== undefined && { atMost: wish.until }) },
    },
    orderBy: 'at',
    descending: true,
  };
}

async function countAll(
  entries: Collection<HistoryEntry>,
  query: Query,
  { wish, isSeen }: HistoryQuestion,
): Promise<Pick<HistoryPage, 'count' | 'isCountExact' | 'isInPart'>> {
  if (wish.words.length === 0 && !isSeen) {
    const all = await entries.count(query, maxCounted + 1);
    return { count: Math.min(all, maxCounted), isCountExact: all <= maxCounted, isInPart: false };
  }
  let count = 0;
  let looked = 0;
  let isInPart = false;
  for await (const { value } of walk(entries, query, undefined)) {
    if (++looked > maxLookedAt) return { count, isCountExact: false, isInPart };
    if (!isWished(value, wish)) continue;
    if (!isSeen || isSeen(value)) count += 1;
    else isInPart = true;
  }
  return { count, isCountExact: true, isInPart };
}

/** One after the other, the newest first; read in small pages, with a breath in between. */
async function* walk(
  entries: Collection<HistoryEntry>,
  query: Query,
  from: string | undefined,
): AsyncGenerator<Stored<HistoryEntry>> {
  let cursor = from;
  do {
    const page = await entries.find({ ...query, limit: readAtOnce, ...(cursor !== undefined && { cursor }) });
    yield* page.items;
    cursor = page.cursor;
    if (cursor !== undefined) await new Promise(setImmediate);
  } while (cursor !== undefined);
}
