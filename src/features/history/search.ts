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

/** Parses the words after `history` in the asker's time zone; throws `UserError` for a time that can't be parsed. Pure. */
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

/** The part of the history that somebody wants and can view. */
interface HistoryQuestion {
  /** The place it was asked in, or undefined for what `person` asked anywhere. */
  readonly place?: string;
  readonly person: string;
  readonly filter: HistoryFilter;
  /** Older entries are about to be removed and aren't shown. */
  readonly keptSince: number;
  /** Undefined for somebody who can view everything. */
  readonly isSeen?: (entry: HistoryEntry) => boolean;
}

const pageSize = 15;
const maxCounted = 10_000;
/** Once a page is full, this many more entries are read to count them; beyond that, the count says `more than`. */
const maxLookedAt = 2_000;

/** A page of matches, over everything that is kept; the store filters by place, person and time, words and rights are filtered here. */
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
    /** The cursor of the next older page; undefined on the last. */
    older: last && cursorAfter(last.value.at, last.id),
    ...counted,
    /** Some matches aren't visible to this person. */
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

/**
 * Whether this person can see an entry: their own, and those that mention nothing hidden from them; undefined for people who can view everything.
 * Pure.
 */
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
    // An entry that names no environment could be about any of them, so one hidden environment hides it.
    return !hidden.some(
      ({ service, environment }) => words.has(service) && (named.length === 0 || named.includes(environment)),
    );
  };
}
