import type { ActionKind, Catalog, CatalogFreeze } from '../../core/catalog';
import { may } from '../../core/catalog/rights';
import { readCatalogDate, weeklySpan } from '../../core/time/moments';
import type { Freeze, FreezeTarget } from './contract';

/** Which freezes there are, what they stop, and who may see them. Pure. */

/** Each freeze of the catalog with the span that is on at `now`, else with its next one; those that are over for good are left out. */
export function catalogFreezes({ freezes, timeZone }: Catalog, now: number): Freeze[] {
  return freezes.flatMap((freeze) => {
    const span = spanOf(freeze, freeze.timeZone ?? timeZone, now);
    if (!span || span.until <= now) return [];
    const { name, reason, environments, services, stops } = freeze;
    return [{ name, reason, environments, services, stops, ...span, by: undefined }];
  });
}

function spanOf(
  { weekly, dates }: CatalogFreeze,
  zone: string,
  now: number,
): { from: number; until: number } | undefined {
  if (weekly) return weeklySpan(weekly.from, weekly.to, now, zone);
  const [from, until] = [readCatalogDate(dates?.from ?? '', zone), readCatalogDate(dates?.to ?? '', zone)];
  return from === undefined || until === undefined ? undefined : { from, until };
}

/** Whether it stops anything at this moment. */
export function isOn({ from, until }: Pick<Freeze, 'from' | 'until'>, now: number): boolean {
  return from <= now && (until === undefined || now < until);
}

/** Whether it is about this service there. */
export function covers({ environments, services }: Freeze, { service, environment }: FreezeTarget): boolean {
  return environments.includes(environment) && (services === undefined || services.includes(service));
}

/** What stops this action there now, the longest last. */
export function stoppingNow(
  freezes: readonly Freeze[],
  target: FreezeTarget,
  action: ActionKind,
  now: number,
): Freeze[] {
  return freezes
    .filter((freeze) => freeze.stops.includes(action) && covers(freeze, target) && isOn(freeze, now))
    .sort((a, b) => (a.until ?? Infinity) - (b.until ?? Infinity));
}

/** The services that a freeze holds up. */
export function affectedBy(
  catalog: Catalog,
  { service, environment }: { readonly service?: string | undefined; readonly environment: string },
): string[] {
  if (service !== undefined) return [service];
  return Object.entries(catalog.services).flatMap(([name, { environments }]) =>
    environments.includes(environment) ? [name] : [],
  );
}

/** The freeze as this person may see it: only in environments and for services they may look at; undefined where there are none. */
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
