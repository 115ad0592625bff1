import { grantsFor, oncePerCatalog, rightsOfRole } from '../rights';
import type { Catalog, Right } from '../schema';
import { coversPipeline } from './coverage';

/** Who may do what with pipelines. Deny by default; pure functions over the catalog. */

export { pipelineAddress } from './coverage';

/** Whether this person has this right for a pipeline. `address` is `<connection>/<pipeline>`. */
export function mayForPipeline(catalog: Catalog, personId: string, right: Right, address: string): boolean {
  return grantsFor(catalog, personId).some(
    (grant) => coversPipeline(grant, address) && rightsOfRole(catalog, grant.role).includes(right),
  );
}

/** Whether this person may start a pipeline. */
export function mayRun(catalog: Catalog, personId: string, address: string): boolean {
  return mayForPipeline(catalog, personId, 'run', address);
}

type Found = readonly { readonly id: string; readonly name: string }[];
const foundIn = oncePerCatalog(() => new Map<string, Found>());

/** The people who may start a pipeline, in catalog order. */
export function whoMayRun(catalog: Catalog, address: string): Found {
  const found = foundIn(catalog);
  let people = found.get(address);
  if (!people)
    found.set(address, (people = Object.values(catalog.people).filter(({ id }) => mayRun(catalog, id, address))));
  return people;
}
