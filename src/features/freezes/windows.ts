import type { ActionKind, Catalog, CatalogFreeze } from '../../core/catalog';
import { readCatalogDate, weeklySpan } from '../../core/time/moments';
import type { Freeze, FreezeTarget } from './contract';

/** Which freezes there are, and what they stop. Pure. */

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

export function isOn({ from, until }: Pick<Freeze, 'from' | 'until'>, now: number): boolean {
  return from <= now && (until === undefined || now < until);
}

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
