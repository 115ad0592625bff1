import type { Catalog } from '../../core/catalog';
import { may } from '../../core/catalog/rights';
import type { Freeze } from './contract';

/** The freeze as this person may see it: only in environments and for services they may look at; undefined where there are none. Pure. */
export function seenBy(catalog: Catalog, personId: string, freeze: Freeze): Freeze | undefined {
  const cells = freeze.environments.flatMap((environment) =>
    (freeze.services ?? Object.keys(catalog.services))
      .filter((service) => may(catalog, personId, 'view', { service, environment }))
      .map((service) => ({ service, environment })),
  );
  if (cells.length === 0) return undefined;
  const environments = freeze.environments.filter((each) => cells.some(({ environment }) => environment === each));
  const services = freeze.services?.filter((each) => cells.some(({ service }) => service === each));
  return { ...freeze, environments, services };
}
