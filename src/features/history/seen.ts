import type { Catalog } from '../../core/catalog';
import { may, mayAnywhere } from '../../core/catalog/rights';
import type { HistoryEntry } from './entry';

/** Whether this person may see an entry: their own, and those that speak of nothing they may not look at; undefined for who may see all. Pure. */
export function seenIn(catalog: Catalog, personId: string): ((entry: HistoryEntry) => boolean) | undefined {
  const hidden = hiddenCells(catalog, personId);
  if (hidden.length === 0) return undefined;
  const environments = Object.keys(catalog.environments);
  const closed = environments.filter((environment) => !mayAnywhere(catalog, personId, 'view', { environment }));
  return (entry) => {
    if (entry.person === personId) return true;
    const words = wordsOf(entry);
    if (closed.some((each) => words.has(each))) return false;
    const named = environments.filter((each) => words.has(each));
    // An entry that names no environment can be about any of them, so one that is hidden hides it.
    return !hidden.some(
      ({ service, environment }) => words.has(service) && (named.length === 0 || named.includes(environment)),
    );
  };
}

/** Where this person may not look. */
function hiddenCells(catalog: Catalog, personId: string) {
  return Object.entries(catalog.services).flatMap(([service, { environments }]) =>
    environments
      .filter((environment) => !may(catalog, personId, 'view', { service, environment }))
      .map((environment) => ({ service, environment })),
  );
}

function wordsOf({ said, meant = '', came }: HistoryEntry): ReadonlySet<string> {
  return new Set(
    [said, meant, came]
      .join(' ')
      .toLowerCase()
      .split(/[^a-z0-9-]+/),
  );
}
