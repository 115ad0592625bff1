import type { CardContent } from '../../chat/contract';
import { may } from '../../core/catalog/rights';
import { bandState, statuses } from '../../core/card';
import { capitalize, enumerate, plainText, plural } from '../../core/text';
import { describeDuration, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { HealthState } from './contract';
import { describeDecimal, describeWhole } from './checks';
import type { Figure } from './checks';
import type { HealthReader, Reading } from './facts';
import { environmentsByWeight, targetId } from './parse';

const severity: Record<HealthState, number> = { down: 0, degraded: 1, unknown: 2, healthy: 3 };
const columnsShown = 2;
const rowsShown = 12;

/**
 * All services this person may see, `cards/health/fleet.json`: one entry for each, worst first, one column below it for each of the two
 * weightiest environments.
 */
export async function readFleet(
  { catalog: catalogNow, clock, connectorOf }: FeatureDependencies,
  reader: HealthReader,
  viewer: string,
  reference: string,
): Promise<CardContent<'health/fleet'>> {
  const catalog = catalogNow();
  const byWeight = environmentsByWeight(catalog);
  const targets = Object.entries(catalog.services)
    .flatMap(([service, own]) =>
      byWeight.filter((each) => own.environments.includes(each)).map((environment) => ({ service, environment })),
    )
    .filter((target) => may(catalog, viewer, 'view', target));
  const environments = byWeight.filter((name) => targets.some(({ environment }) => environment === name));
  const place = ({ report }: Reading): number => environments.indexOf(report.environment);
  // The weightiest environment first; within one the worst first.
  const readings = (
    await Promise.all(targets.map(({ service, environment }) => reader.read(service, environment)))
  ).sort((one, other) => place(one) - place(other) || severity[one.report.state] - severity[other.report.state]);
  const troubled = readings.filter(({ report }) => report.state !== 'healthy');
  const services = [...new Set([...troubled, ...readings].map(({ report }) => report.service))];
  const sources = [...new Set(targets.map(({ service }) => connectorOf(service).name))];
  const columns = environments.slice(0, columnsShown);
  const worst = troubled[0]?.report;
  const now = clock.now();
  const count = `${readings.length - troubled.length}\u00A0of\u00A0${readings.length}`;
  return {
    card: 'health/fleet',
    data: {
      id: 'fleet',
      kind: 'Fleet',
      // The band shows the worst of the weightiest environment.
      state: bandState(readings[0]?.report.state ?? 'unknown'),
      title: `${plural(services.length, 'service')}, ${plural(environments.length, 'environment')}`,
      summary: `Fleet: ${troubled.length > 0 ? `${describeTroubled(troubled, 3)}, ` : ''}${count} healthy`,
      sentence: describeFleet(count, troubled),
      heads: columns.map((name) => ({ title: capitalize(name) })),
      rows: services
        .slice(0, rowsShown)
        .map((service) => ({ service, cells: columns.map((each) => drawCell(readings, service, each, now)) })),
      rowsMore: describeRest(services.length - rowsShown, environments.slice(columnsShown)),
      choices: readings.map(({ report }) => ({
        title: `${report.service} in ${report.environment}`,
        value: targetId(report),
      })),
      worst: worst
        ? { shown: true, id: targetId(worst), button: `Health of ${worst.service}` }
        : { shown: false, id: '', button: '' },
      footer: `${plainText(enumerate(sources), 80)} · ${footerTime(now, catalog.timeZone)} · ref\u00A0${reference}`,
    },
  };
}

function describeTroubled(troubled: readonly Reading[], max: number): string {
  const named = troubled
    .slice(0, max)
    .map(({ report }) => `${report.service} is ${report.state} in ${report.environment}`);
  const more = troubled.length - named.length;
  return enumerate(more > 0 ? [...named, `${more} more need care`] : named);
}

function describeFleet(count: string, troubled: readonly Reading[]): string {
  if (troubled.length === 0) return `**All is well**: ${count} are healthy.`;
  const known = troubled.filter(({ report }) => report.state !== 'unknown');
  const unseen = troubled.length - known.length;
  const rest = `${count} are healthy${unseen > 0 ? `, ${unseen}\u00A0can't be seen` : ''}.`;
  return known.length > 0
    ? `**${describeTroubled(known, 2)}.** ${rest}`
    : `**Nothing is known to be wrong**, but ${rest}`;
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
  detail: 'not there',
  title: '',
};

function drawCell(readings: readonly Reading[], service: string, environment: string, now: number): Cell {
  const reading = readings.find(({ report }) => report.service === service && report.environment === environment);
  if (!reading) return nothingThere;
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

function describeFigure(figure: Figure, figures: Reading['report']['figures']): string {
  return {
    p95: `p95\u00A0${describeWhole(figures?.p95Ms)}\u00A0ms`,
    p50: `p50\u00A0${describeWhole(figures?.p50Ms)}\u00A0ms`,
    errors: `errors\u00A0${describeDecimal(figures?.errorPercent)}\u00A0%`,
    traffic: `${describeDecimal(figures?.requestsPerSecond)}\u00A0req/s`,
  }[figure];
}

function describeRest(more: number, hidden: readonly string[]): string {
  return [
    ...(more > 0 ? [`And ${plural(more, 'more service')}, none of them worse.`] : []),
    ...(hidden.length > 0 ? [`Not shown here: ${enumerate(hidden)}.`] : []),
  ].join(' ');
}
