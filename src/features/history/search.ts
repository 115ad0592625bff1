import type { Catalog } from '../../core/catalog';
import { readRecordFilter } from '../../core/catalog/record-filter';
import type { RecordFilter } from '../../core/catalog/record-filter';
import { may, mayAnywhere } from '../../core/catalog/rights';
import type { AskedWhen } from '../../core/time/typed/moment';
import { cursorAfter, readEach } from '../../store/contract';
import type { Collection, Query, Stored } from '../../store/contract';
import type { HistoryEntry } from './store';

/** `history dana deploy yesterday`: which entries somebody wants to see. */
export type HistoryFilter = Pick<RecordFilter, 'person' | 'since' | 'until' | 'words'>;

/** Reads the words after `history` by the clock of whoever asks; throws `UserError` for a time that can't be read. Pure. */
export function readHistoryFilter(text: string, catalog: Catalog, personId: string, asked: AskedWhen): HistoryFilter {
  const { service, environment, number, what, person, since, until, words } = readRecordFilter(text, {
    ...{ catalog, personId, asked, outcomes: {} },
    example: 'history dana yesterday',
  });
  const named = [service, environment, number?.toLowerCase(), what];
  return {
    ...(person !== undefined && { person }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    words: [...named.flatMap((word) => word ?? []), ...words],
  };
}

export function isMatch(
  entry: HistoryEntry,
  { person, since = -Infinity, until = Infinity, words }: HistoryFilter,
): boolean {
  const { at, personName, said, meant = '', what, outcome, came, placeName } = entry;
  if ((person !== undefined && entry.person !== person) || at < since || at > until) return false;
  const held = [personName, said, meant, what, outcome, came, placeName].join(' ').toLowerCase();
  return words.every((word) => held.includes(word));
}

/** What of the history somebody wants and may see. */
interface HistoryQuestion {
  /** The place it was asked in, or undefined for what `person` asked anywhere. */
  readonly place?: string;
  readonly person: string;
  readonly filter: HistoryFilter;
  /** Older entries are about to be removed and are shown to nobody. */
  readonly keptSince: number;
  /** Undefined for somebody who may look at everything. */
  readonly isSeen?: (entry: HistoryEntry) => boolean;
}

const pageSize = 15;
const maxCounted = 10_000;
/** Once a page is full, so many entries more are looked at to count them; then the count ends with `more than`. */
const maxLookedAt = 2_000;

/** A page of what matches, over everything that is kept; the store narrows by place, person and time, words and rights narrow here. */
export async function searchHistory(
  entries: Collection<HistoryEntry>,
  question: HistoryQuestion,
  cursor: string | undefined,
) {
  const { filter, isSeen = () => true } = question;
  const query = queryOf(question);
  const found: Stored<HistoryEntry>[] = [];
  let isInPart = false;
  for await (const stored of readEach(entries, { ...query, cursor })) {
    if (!isMatch(stored.value, filter)) continue;
    if (isSeen(stored.value)) found.push(stored);
    else isInPart = true;
    if (found.length > pageSize) break;
  }
  const counted = await countAll(entries, query, question);
  const last = found.length > pageSize ? found[pageSize - 1] : undefined;
  return {
    entries: found.slice(0, pageSize).map(({ value }) => value),
    /** The cursor of the page before it; undefined on the last. */
    older: last && cursorAfter(last.value.at, last.id),
    ...counted,
    /** Something matches that this person may not look at. */
    isInPart: isInPart || counted.isInPart,
  };
}

function queryOf({ place, person, filter, keptSince }: HistoryQuestion): Query {
  const asker = filter.person ?? (place === undefined ? person : undefined);
  return {
    where: {
      ...(place !== undefined && { place }),
      ...(asker !== undefined && { person: asker }),
      at: {
        atLeast: Math.max(keptSince, filter.since ?? 0),
        ...(filter.until !== undefined && { atMost: filter.until }),
      },
    },
    orderBy: 'at',
    descending: true,
  };
}

async function countAll(entries: Collection<HistoryEntry>, query: Query, { filter, isSeen }: HistoryQuestion) {
  if (filter.words.length === 0 && !isSeen) {
    const all = await entries.count(query, maxCounted + 1);
    return { count: Math.min(all, maxCounted), isCountExact: all <= maxCounted, isInPart: false };
  }
  let count = 0;
  let looked = 0;
  let isInPart = false;
  for await (const { value } of readEach(entries, query)) {
    if (++looked > maxLookedAt) return { count, isCountExact: false, isInPart };
    if (!isMatch(value, filter)) continue;
    if (!isSeen || isSeen(value)) count += 1;
    else isInPart = true;
  }
  return { count, isCountExact: true, isInPart };
}

/** Whether this person may see an entry: their own, and those that speak of nothing they may not look at; undefined for who may see all. Pure. */
export function seenIn(catalog: Catalog, personId: string): ((entry: HistoryEntry) => boolean) | undefined {
  const hidden = Object.entries(catalog.services).flatMap(([service, { environments }]) =>
    environments
      .map((environment) => ({ service, environment }))
      .filter((target) => !may(catalog, personId, 'view', target)),
  );
  if (hidden.length === 0) return undefined;
  const environments = Object.keys(catalog.environments);
  const closed = environments.filter((environment) => !mayAnywhere(catalog, personId, 'view', { environment }));
  return (entry) => {
    if (entry.person === personId) return true;
    const { said, meant = '', came } = entry;
    const words = new Set(
      [said, meant, came]
        .join(' ')
        .toLowerCase()
        .split(/[^a-z0-9-]+/),
    );
    if (closed.some((each) => words.has(each))) return false;
    const named = environments.filter((each) => words.has(each));
    // An entry that names no environment can be about any of them, so one that is hidden hides it.
    return !hidden.some(
      ({ service, environment }) => words.has(service) && (named.length === 0 || named.includes(environment)),
    );
  };
}
