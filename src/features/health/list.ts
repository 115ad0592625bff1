import type { CardContent } from '../../chat/contract';
import { bandState, statuses } from '../../core/card';
import type { Catalog } from '../../core/catalog';
import { may } from '../../core/catalog/rights';
import { enumerate, enumerateFew, plainText, plural } from '../../core/text';
import { describeMoment, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import { describeDecimal, describeWhole, isEmpty } from './text';
import type { Figure } from './record';
import type { HealthReport, HealthState } from './contract';
import type { HealthReader, Reading } from './facts';
import { environmentsByWeight, targetId } from './parse';
import type { ServiceTarget } from './parse';

const severity: Record<HealthState, number> = { down: 0, degraded: 1, unknown: 2, healthy: 3 };
const columnsShown = 2;
const rowsShown = 12;

/** For whom the card is drawn; `only`: this environment. */
export interface FleetView {
  readonly viewer: string;
  readonly reference: string;
  readonly only?: string | undefined;
}

/**
 * All services that this person can view, `cards/health/fleet.json`: one entry for each, worst first, with one column for each of the two most important
 * environments. Its band names the worst of all that it shows.
 */
export async function readFleet(
  { catalog: catalogNow, clock }: FeatureDependencies,
  reader: HealthReader,
  { viewer, reference, only }: FleetView,
): Promise<CardContent<'health/fleet'>> {
  const catalog = catalogNow();
  const byWeight = environmentsByWeight(catalog);
  const targets = visibleTargets(catalog, viewer).filter(
    ({ environment }) => only === undefined || environment === only,
  );
  const environments = byWeight.filter((name) => targets.some(({ environment }) => environment === name));
  const read = await Promise.all(targets.map(({ service, environment }) => reader.read(service, environment)));
  const readings = sortWorstFirst(read, ({ report }) => report, byWeight);
  const reports = readings.map(({ report }) => report);
  const worst = reports.find((report) => report.state !== 'healthy' && !isEmpty(report));
  const services = [...new Set(reports.map(({ service }) => service))];
  const columns = environments.slice(0, columnsShown);
  const now = clock.now();
  const { timeZone } = catalog;
  return {
    card: 'health/fleet',
    data: {
      id: only ?? 'fleet',
      kind: 'Fleet',
      ...describeStates(reports, byWeight),
      title: `${plural(services.length, 'service')}, ${plural(environments.length, 'environment')}`,
      summary: `Fleet: ${summarizeStates(reports)}`,
      heads: columns.map((name) => ({ title: name })),
      rows: services.slice(0, rowsShown).map((service) => ({
        service,
        cells: columns.map((each) => drawCell(readings, service, each, { now, timeZone })),
      })),
      rowsMore: describeRest(services.length - rowsShown, environments.slice(columnsShown)),
      worst: worst
        ? { shown: true, id: targetId(worst), button: buttonFor(worst.service) }
        : { shown: false, id: '', button: '' },
      footer: `${footerTime(now, timeZone)} · ref\u00A0${reference}`,
    },
  };
}

const longestInButton = 12;

/** The service by name where a button has room for it. */
const buttonFor = (service: string): string =>
  service.length <= longestInButton ? `Show health of ${service}` : 'Show the worst';

/** What this person can view; the environments of each service by importance. */
export function visibleTargets(catalog: Catalog, viewer: string): ServiceTarget[] {
  const byWeight = environmentsByWeight(catalog);
  return Object.entries(catalog.services)
    .flatMap(([service, own]) =>
      byWeight.filter((each) => own.environments.includes(each)).map((environment) => ({ service, environment })),
    )
    .filter((target) => may(catalog, viewer, 'view', target));
}

/** The worst first, in any environment; of those that are equally bad, the most important environment. */
function sortWorstFirst<T>(all: readonly T[], reportOf: (one: T) => HealthReport, byWeight: readonly string[]): T[] {
  const place = (one: T): number => byWeight.indexOf(reportOf(one).environment);
  const rank = (one: T): number => severity[reportOf(one).state];
  return [...all].sort((one, other) => rank(one) - rank(other) || place(one) - place(other));
}

/**
 * The band and the sentence of a card about several services: the worst of what it shows, by name. `byWeight`: the environments, the most important first.
 */
export function describeStates(
  reports: readonly HealthReport[],
  byWeight: readonly string[],
): { readonly state: ReturnType<typeof bandState>; readonly sentence: string } {
  const deployed = reports.filter((report) => !isEmpty(report));
  const empty = reports.filter(isEmpty);
  const total = deployed.length;
  const troubled = sortWorstFirst(deployed, (report) => report, byWeight).filter(({ state }) => state !== 'healthy');
  const [worst] = troubled;
  const [only] = deployed;
  const gaps = empty.length === 0 ? '' : ` ${nameEmpty(empty, 2)}.`;
  if (!only && empty.length > 0)
    return {
      state: { ...bandState('draft'), word: 'Nothing deployed' },
      sentence: `**${describeNothing(empty)}.**`,
    };
  if (!only) return { state: bandState('unknown'), sentence: '**There is nothing to show.**' };
  if (!worst)
    return {
      state: { ...bandState('healthy'), word: 'All healthy' },
      sentence: (total <= 2 ? `**${nameStates(deployed, total)}.**` : `**All ${total} are healthy.**`) + gaps,
    };
  const known = troubled.filter(({ state }) => state !== 'unknown');
  const unknown = known.length === 0 ? 0 : troubled.length - known.length;
  const healthy = total - troubled.length;
  const rest = [
    ...(healthy === 0 ? [] : [`${healthy}\u00A0of\u00A0${total} ${healthy === 1 ? 'is' : 'are'} healthy`]),
    ...(unknown === 0 ? [] : [`${plural(unknown, 'other is', 'others are')} unknown`]),
  ];
  return {
    state: { ...bandState(worst.state), word: nameOrCount(worst, troubled) },
    sentence: `**${nameStates(known.length > 0 ? known : troubled, 2)}.**${rest.length === 0 ? '' : ` ${rest.join(', and ')}.`}${gaps}`,
  };
}

/** How a service looks where nothing of it is deployed. */
export const notDeployed = { glyph: '–', word: 'Not deployed', color: 'Default' } as const;

/** `None of these 3 services is deployed`, or the services by name if they are few. */
function describeNothing(reports: readonly HealthReport[]): string {
  const services = new Set(reports.map(({ service }) => service));
  return services.size > 2 ? `None of these ${services.size} services is deployed` : nameEmpty(reports, 2);
}

/** `shop and search aren’t deployed to production, and 2 more services aren’t deployed everywhere they can run` */
function nameEmpty(reports: readonly HealthReport[], max: number): string {
  const services = [...new Set(reports.map(({ service }) => service))];
  // What is missing in the same environments is said once.
  const byPlaces = new Map<string, string[]>();
  for (const service of services.slice(0, max)) {
    const places = reports.filter((each) => each.service === service).map(({ environment }) => environment);
    const where = enumerateFew(places, 'or');
    byPlaces.set(where, [...(byPlaces.get(where) ?? []), service]);
  }
  const named = [...byPlaces].map(
    ([where, missing]) => `${enumerate(missing)} ${missing.length === 1 ? 'isn’t' : 'aren’t'} deployed to ${where}`,
  );
  const more = services.length - max;
  const rest = `${plural(more, 'more service isn’t', 'more services aren’t')} deployed everywhere they can run`;
  const facts = more > 0 ? [...named, more === 1 ? rest.replace('they', 'it') : rest] : named;
  // Each fact can contain an “and” of its own.
  return facts.map((fact, index) => (index > 0 && index === facts.length - 1 ? `and ${fact}` : fact)).join(', ');
}

/** `shop is down in staging` */
function describeState({ service, state, environment }: HealthReport): string {
  return `${service} is ${state} in ${environment}`;
}

/** What fits beside the kind of a card on a phone. */
const longestWord = 30;

/** The worst by name; `2 down` if others are as bad, or its names are too long for the band: the sentence below has them. */
function nameOrCount(worst: HealthReport, troubled: readonly HealthReport[]): string {
  const named = describeState(worst);
  const equal = troubled.filter(({ state }) => state === worst.state).length;
  return equal === 1 && named.length <= longestWord ? named : `${equal} ${worst.state}`;
}

/** `shop and search are down in production and staging`; of more than `max` how many more there are. */
function nameStates(reports: readonly HealthReport[], max: number): string {
  const shown = reports.slice(0, max);
  const leads = new Map(shown.map((each) => [`${each.service} ${each.state}`, each]));
  const byState = new Map<string, string[]>();
  for (const { service, state } of leads.values()) {
    const places = shown.filter((each) => each.service === service && each.state === state);
    const how = `${state} in ${enumerate(places.map(({ environment }) => environment))}`;
    byState.set(how, [...(byState.get(how) ?? []), service]);
  }
  const named = [...byState].map(
    ([how, services]) => `${enumerate(services)} ${services.length === 1 ? 'is' : 'are'} ${how}`,
  );
  const more = reports.length - shown.length;
  if (more === 0) return enumerate(named);
  return `${named.join(', ')}, and ${more} more ${more === 1 ? 'isn’t' : 'aren’t'} healthy`;
}

function summarizeStates(worstFirst: readonly HealthReport[]): string {
  const deployed = worstFirst.filter((report) => !isEmpty(report));
  const troubled = deployed.filter(({ state }) => state !== 'healthy');
  const count = `${deployed.length - troubled.length}\u00A0of\u00A0${deployed.length} healthy`;
  return troubled.length > 0 ? `${nameStates(troubled, 3)}; ${count}` : count;
}

type Cell = CardContent<'health/fleet'>['data']['rows'][number]['cells'][number];

const nothingThere: Cell = {
  id: '',
  there: false,
  glyph: '–',
  word: '',
  color: 'Default',
  weight: 'Default',
  quiet: true,
  detail: 'doesn’t run here',
  title: '',
};

/** When and for whom a card is drawn. */
interface Drawn {
  readonly now: number;
  readonly timeZone: string;
}

function drawCell(readings: readonly Reading[], service: string, environment: string, drawn: Drawn): Cell {
  const reading = readings.find(({ report }) => report.service === service && report.environment === environment);
  if (!reading) return nothingThere;
  const { report } = reading;
  const { glyph, word, color } = isEmpty(report) ? notDeployed : statuses[report.state];
  const quiet = report.state === 'healthy' || isEmpty(report);
  return {
    id: targetId(report),
    there: true,
    glyph,
    word,
    color,
    weight: quiet ? 'Default' : 'Bolder',
    quiet,
    detail: describeCell(reading, drawn),
    title: `Show health of ${service} in ${environment}`,
  };
}

function describeCell({ report, passed }: Reading, { now, timeZone }: Drawn): string {
  const version = report.live.running ? plainText(report.live.running.version, 40) : '';
  const since = report.since === undefined ? '' : ` since ${describeMoment(report.since, now, timeZone)}`;
  const why = {
    healthy: '',
    unknown: isEmpty(report) ? '' : since.trim(),
    down: since.trim(),
    degraded: passed[0] ? describeFigure(passed[0], report.figures) : '',
  }[report.state];
  const said = [version, why].filter((part) => part !== '').join(' · ');
  return said;
}

function describeFigure(figure: Figure, figures: Reading['report']['figures']): string {
  return {
    p95: `p95\u00A0${describeWhole(figures?.p95Ms)}\u00A0ms`,
    p50: `p50\u00A0${describeWhole(figures?.p50Ms)}\u00A0ms`,
    errors: `errors\u00A0${describeDecimal(figures?.errorPercent)}%`,
    traffic: `${describeDecimal(figures?.requestsPerSecond)}\u00A0req/s`,
    saturation: `saturation\u00A0${describeWhole(figures?.saturationPercent)}%`,
  }[figure];
}

function describeRest(more: number, hidden: readonly string[]): string {
  return [
    ...(more > 0
      ? [`${plural(more, 'more service')} ${more === 1 ? 'isn’t' : 'aren’t'} shown. The worst are above.`]
      : []),
    ...(hidden.length > 0
      ? [`The ${enumerate(hidden)} ${hidden.length === 1 ? 'environment isn’t' : 'environments aren’t'} shown.`]
      : []),
  ].join(' ');
}
