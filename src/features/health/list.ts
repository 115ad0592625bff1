import type { CardContent } from '../../chat/contract';
import { may } from '../../core/catalog/rights';
import { bandState, statuses } from '../../core/card';
import { capitalize, enumerate, plainText, plural } from '../../core/text';
import { describeDuration, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { HealthState } from './contract';
import type { HealthReader, Reading } from './facts';
import { environmentsByWeight, targetId } from './parse';
import { describeDecimal, describeWhole } from './policy';

interface Fleet {
  readonly readings: readonly Reading[];
  /** In the order of their weight. */
  readonly environments: readonly string[];
  readonly sources: readonly string[];
  readonly now: number;
  readonly timeZone: string;
  readonly reference: string;
}

const severity: Record<HealthState, number> = { down: 0, degraded: 1, unknown: 2, healthy: 3 };
const columnsShown = 2;
const rowsShown = 12;

/** All services this person may see, worst first. */
export async function readFleet(
  { catalog: catalogNow, clock, connectorOf }: FeatureDependencies,
  reader: HealthReader,
  viewer: string,
  reference: string,
): Promise<CardContent<'health/fleet'>> {
  const catalog = catalogNow();
  const environments = environmentsByWeight(catalog);
  const targets = Object.entries(catalog.services).flatMap(([service, { environments: own }]) =>
    environments
      .filter((environment) => own.includes(environment) && may(catalog, viewer, 'view', { service, environment }))
      .map((environment) => ({ service, environment })),
  );
  const readings = await Promise.all(targets.map((target) => reader.read(target.service, target.environment)));
  return drawFleet({
    readings,
    environments: environments.filter((name) => targets.some(({ environment }) => environment === name)),
    sources: [...new Set(targets.map(({ service }) => connectorOf(service).name))],
    now: clock.now(),
    timeZone: catalog.timeZone,
    reference,
  });
}

/** `cards/health/fleet.json`: one entry for each service, worst first, one column below it for each of the two weightiest environments. */
function drawFleet(input: Fleet): CardContent<'health/fleet'> {
  const columns = input.environments.slice(0, columnsShown);
  const rows = sortedServices(input);
  const troubled = byWeight(input).filter((reading) => reading.report.state !== 'healthy');
  const worst = troubled[0]?.report;
  const lead = bandReading(input);
  return {
    card: 'health/fleet',
    data: {
      id: 'fleet',
      kind: 'Fleet',
      state: bandState(lead),
      title: `${plural(rows.length, 'service')}, ${plural(input.environments.length, 'environment')}`,
      summary: `Fleet: ${troubled.length > 0 ? `${describeTroubled(troubled, 3)}, ` : ''}${describeCount(input)}`,
      sentence: describeFleet(input, troubled),
      heads: columns.map((name) => ({ title: capitalize(name) })),
      rows: rows
        .slice(0, rowsShown)
        .map((service) => ({ service, cells: columns.map((environment) => drawCell(input, service, environment)) })),
      rowsMore: describeRest(rows, input.environments),
      choices: byWeight(input).map(({ report }) => ({
        title: `${report.service} in ${report.environment}`,
        value: targetId(report),
      })),
      worst: worst
        ? { shown: true, id: targetId(worst), button: `Health of ${worst.service}` }
        : { shown: false, id: '', button: '' },
      footer: `${plainText(enumerate(input.sources), 80)} · ${footerTime(input.now, input.timeZone)} · ref\u00A0${input.reference}`,
    },
  };
}

/** The band shows the worst of the weightiest environment. */
function bandReading({ readings, environments }: Fleet): HealthState {
  const weightiest = readings.filter(({ report }) => report.environment === environments[0]);
  return bySeverity(weightiest)[0]?.report.state ?? 'unknown';
}

function bySeverity(readings: readonly Reading[]): Reading[] {
  return [...readings].sort((one, other) => severity[one.report.state] - severity[other.report.state]);
}

/** The weightiest environment first; within one the worst first. */
function byWeight({ readings, environments }: Fleet): Reading[] {
  return environments.flatMap((name) => bySeverity(readings.filter(({ report }) => report.environment === name)));
}

function sortedServices(input: Fleet): string[] {
  const troubled = byWeight(input).filter(({ report }) => report.state !== 'healthy');
  return [...new Set([...troubled, ...byWeight(input)].map(({ report }) => report.service))];
}

function describeTroubled(troubled: readonly Reading[], max: number): string {
  const named = troubled
    .slice(0, max)
    .map(({ report }) => `${report.service} is ${report.state} in ${report.environment}`);
  const more = troubled.length - named.length;
  return enumerate(more > 0 ? [...named, `${more} more need care`] : named);
}

function describeCount({ readings }: Fleet): string {
  const healthy = readings.filter(({ report }) => report.state === 'healthy').length;
  return `${healthy}\u00A0of\u00A0${readings.length} healthy`;
}

function describeFleet({ readings }: Fleet, troubled: readonly Reading[]): string {
  const healthy = readings.length - troubled.length;
  const known = troubled.filter(({ report }) => report.state !== 'unknown');
  const unseen = troubled.length - known.length;
  if (troubled.length === 0) return `**All is well**: ${healthy}\u00A0of\u00A0${readings.length} are healthy.`;
  const count = `${healthy}\u00A0of\u00A0${readings.length} are healthy${unseen > 0 ? `, ${unseen}\u00A0can't be seen` : ''}.`;
  return known.length > 0
    ? `**${describeTroubled(known, 2)}.** ${count}`
    : `**Nothing is known to be wrong**, but ${count}`;
}

type Cell = CardContent<'health/fleet'>['data']['rows'][number]['cells'][number];

function drawCell({ readings, now }: Fleet, service: string, environment: string): Cell {
  const reading = readings.find(({ report }) => report.service === service && report.environment === environment);
  if (!reading)
    return {
      id: '',
      there: false,
      glyph: '–',
      word: '',
      color: 'Default',
      weight: 'Default',
      quiet: true,
      detail: 'not there',
      title: '',
    };
  const { report } = reading;
  const { glyph, word, color } = statuses[report.state];
  const quiet = report.state === 'healthy';
  return {
    id: targetId(report),
    there: true,
    glyph,
    word,
    color,
    weight: quiet ? 'Default' : 'Bolder',
    quiet,
    detail: describeCell(reading, now),
    title: `Health of ${service} in ${environment}`,
  };
}

function describeCell({ report, passed }: Reading, now: number): string {
  const version = report.running ? plainText(report.running.version, 40) : '';
  const since = report.since === undefined ? '' : ` for ${describeDuration(now - report.since)}`;
  const why = {
    healthy: '',
    unknown: report.trouble === 'nothing is deployed there' ? 'nothing deployed' : `no numbers${since}`,
    down: `not serving${since}`,
    degraded: passed[0] ? describeFigure(passed[0], report.figures) : '',
  }[report.state];
  return [version, why].filter((part) => part !== '').join(', ');
}

function describeFigure(figure: Reading['passed'][number], figures: Reading['report']['figures']): string {
  if (figure === 'p95') return `p95\u00A0${describeWhole(figures?.p95Ms)}\u00A0ms`;
  if (figure === 'p50') return `p50\u00A0${describeWhole(figures?.p50Ms)}\u00A0ms`;
  if (figure === 'errors') return `errors\u00A0${describeDecimal(figures?.errorPercent)}\u00A0%`;
  return `${describeDecimal(figures?.requestsPerSecond)}\u00A0req/s`;
}

function describeRest(rows: readonly string[], environments: readonly string[]): string {
  const more = rows.length - rowsShown;
  const hidden = environments.slice(columnsShown);
  return [
    ...(more > 0 ? [`And ${plural(more, 'more service')}, none of them worse.`] : []),
    ...(hidden.length > 0 ? [`Not shown here: ${enumerate(hidden)}.`] : []),
  ].join(' ');
}
