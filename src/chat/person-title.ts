import type { Catalog } from '../core/catalog';
import { grantsFor } from '../core/catalog/rights';
import { cleanText, enumerate } from '../core/text';

/** `Avery Approver (avery, Release lead)`; whoever is known by a grant alone is told apart by it: `Nico Newcomer (developer on shop)`. */
export function personTitle(catalog: Catalog, personId: string): string {
  const found = Object.entries(catalog.people).find(([, { id }]) => id === personId);
  if (!found) return personId;
  const [key, { name, title, onlyByName }] = found;
  if (onlyByName) return cleanText(`${name} (${enumerate(describeRoles(catalog, personId)) || key})`, 100);
  return cleanText(`${name} (${title === undefined ? key : `${key}, ${title}`})`, 100);
}

function describeRoles(catalog: Catalog, personId: string): string[] {
  return grantsFor(catalog, personId).map(({ role, services, environments }) =>
    [role, services && `on ${enumerate(services)}`, environments && `in ${enumerate(environments)}`]
      .filter((each) => each !== undefined)
      .join(' '),
  );
}
