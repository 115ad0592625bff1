import type { ActionKind, Catalog, CatalogFreeze } from '../../core/catalog';
import { may } from '../../core/catalog/rights';
import type { Target } from '../../core/catalog/rights';
import { idFrom } from '../../core/keys';
import { cleanText, enumerate, quoteClean } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { readCatalogDate, weeklySpan } from '../../core/time/moments';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Freeze, Freezes } from '.';
import { freezeOf, freezeWorkflow } from './workflow';
import type { DeclaredFreeze, FreezeEvent, FreezeVerdict } from './workflow';

/** The freezes of the catalog and the declared ones: what they stop, who can view them, and their descriptions. */

export type FreezeStore = ReturnType<typeof createFreezeStore>;

const weekMs = 7 * 86_400_000;

export function createFreezeStore(deps: FeatureDependencies, announcements: Announcements) {
  const { catalog, clock, outbox } = deps;
  const workflow = openWorkflow(deps, freezeWorkflow, (): ActivityOf<DeclaredFreeze, FreezeVerdict> => ({
    effects: {
      // Tells the channels of the affected services, except the place where it was declared.
      async tell({ value, effect: { text, saidIn, turn } }) {
        const services = affectedBy(catalog(), value);
        const places = new Set(await Promise.all(services.map((service) => announcements.placeOf(service))));
        for (const placeId of places) {
          if (placeId === undefined || placeId === saidIn) continue;
          await outbox.put({
            key: `freeze:${turn}:${idFrom('place', placeId).slice(0, 12)}`,
            destination: { to: 'place', placeId },
            content: { text },
            revision: 1,
            final: true,
          });
        }
      },
    },
  }));

  /** Freezes that nobody has ended; their time may be over. */
  const declared = async (): Promise<readonly Stored<DeclaredFreeze>[]> =>
    (await workflow.records.find({ where: { state: 'declared' }, limit: 1000 })).items;

  async function all(now: number): Promise<Freeze[]> {
    const open = (await declared()).map(({ id, value }) => ({ ...freezeOf(value), id }));
    return [...catalogFreezes(catalog(), now), ...open.filter(({ until }) => until === undefined || until > now)];
  }

  const freezes: Freezes = {
    async stopping(target, action) {
      const now = clock.now();
      return stoppingNow(await all(now), target, action, now);
    },
    async upcoming(target) {
      const now = clock.now();
      return (await all(now))
        .filter((freeze) => freeze.from <= now + weekMs && (target === undefined || covers(freeze, target)))
        .sort((a, b) => a.from - b.from);
    },
  };
  return { ...freezes, declared, apply: (id: string, event: FreezeEvent) => workflow.apply(id, event, {}) };
}

/** Each freeze of the catalog with its span at `now`, or else its next one; without freezes that are over for good. Pure. */
export function catalogFreezes({ freezes, timeZone }: Catalog, now: number): Freeze[] {
  return freezes.flatMap((freeze) => {
    const span = spanOf(freeze, freeze.timeZone ?? timeZone, now);
    if (!span || span.until <= now) return [];
    const { name, reason, environments, services, stops } = freeze;
    return [{ name, reason, environments, services, stops, ...span, by: undefined }];
  });
}

function spanOf({ weekly, dates }: CatalogFreeze, zone: string, now: number) {
  if (weekly) return weeklySpan(weekly.from, weekly.to, now, zone);
  const [from, until] = [readCatalogDate(dates?.from ?? '', zone), readCatalogDate(dates?.to ?? '', zone)];
  return from === undefined || until === undefined ? undefined : { from, until };
}

/** Whether it stops anything at this moment. */
export function isOn({ from, until }: Pick<Freeze, 'from' | 'until'>, now: number): boolean {
  return from <= now && (until === undefined || now < until);
}

/** Whether it applies to this service there. */
export function covers({ environments, services }: Freeze, { service, environment }: Target): boolean {
  return environments.includes(environment) && (services === undefined || services.includes(service));
}

/** What stops this action there now, the longest last. Pure. */
export function stoppingNow(freezes: readonly Freeze[], target: Target, action: ActionKind, now: number): Freeze[] {
  return freezes
    .filter((freeze) => freeze.stops.includes(action) && covers(freeze, target) && isOn(freeze, now))
    .sort((a, b) => (a.until ?? Infinity) - (b.until ?? Infinity));
}

/** The services that a freeze stops. */
export function affectedBy(
  { services }: Catalog,
  { service, environment }: Pick<DeclaredFreeze, 'service' | 'environment'>,
): string[] {
  if (service !== undefined) return [service];
  return Object.entries(services).flatMap(([name, { environments }]) =>
    environments.includes(environment) ? name : [],
  );
}

/** The parts of a freeze that this person can view: only environments and services they have access to; undefined if there are none. */
export function seenBy(catalog: Catalog, personId: string, freeze: Freeze): Freeze | undefined {
  const cells = freeze.environments.flatMap((environment) =>
    (freeze.services ?? Object.keys(catalog.services))
      .map((service) => ({ service, environment }))
      .filter((cell) => may(catalog, personId, 'view', cell)),
  );
  if (cells.length === 0) return undefined;
  const environments = freeze.environments.filter((each) => cells.some(({ environment }) => environment === each));
  const services = freeze.services?.filter((each) => cells.some(({ service }) => service === each));
  return { ...freeze, environments, services };
}

/** `until Nov 30, 08:00`, or that the end is open; `say` formats the moment. */
export function describeFreezeEnd(
  until: number | undefined,
  now: number,
  timeZone: string,
  say = describeMoment,
): string {
  return until === undefined ? 'until someone ends it' : `until ${say(until, now, timeZone)}`;
}

/** `production`, `shop in production`. */
export function describeExtent({ environments, services }: Pick<Freeze, 'environments' | 'services'>): string {
  const where = enumerate(environments);
  return services === undefined ? where : `${enumerate(services)} in ${where}`;
}

/** `by Noor Operator until Monday 08:00: “finance is closing the books”`: outside text. */
export function describeFreezeDetail(freeze: Freeze, now: number, timeZone: string): string {
  const end = describeFreezeEnd(freeze.until, now, timeZone);
  const terms = freeze.by ? `by ${cleanText(freeze.by, 60)} ${end}` : `${end} (${cleanText(freeze.name, 60)})`;
  return `${terms}: ${quoteClean(freeze.reason)}`;
}

/** `production is frozen until Nov 30, 08:00 (Weekend: nobody is at work)`: what stops something. Escape it before showing it. */
export function describeFreeze(freeze: Freeze, now: number, timeZone: string): string {
  const who = freeze.by ?? freeze.name;
  return `${describeExtent(freeze)} is frozen ${describeFreezeEnd(freeze.until, now, timeZone)} (${cleanText(who, 60)}: ${quoteClean(freeze.reason)})`;
}
