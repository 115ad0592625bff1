import type { CardContent } from '../../chat/contract';
import { bandState, statuses } from '../../core/card/status';
import { enumerate, plainText, plural } from '../../core/text';
import { describeDuration, footerTime } from '../../core/time/words';
import { decimal, whole } from './assess';
import type { HealthState } from './contract';
import type { Reading } from './reader';
import { targetId } from './target';

export interface FleetInput {
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

/** `cards/health/fleet.json`: one entry for each service, worst first, one column below it for each of the two weightiest environments. */
export function fleetCard(input: FleetInput): CardContent {
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
      summary: `Fleet: ${troubled.length > 0 ? `${troubleList(troubled, 3)}, ` : ''}${countWords(input)}`,
      sentence: fleetSentence(input, troubled),
      heads: columns.map((name) => ({ title: `${name.charAt(0).toUpperCase()}${name.slice(1)}` })),
      rows: rows
        .slice(0, rowsShown)
        .map((service) => ({ service, cells: columns.map((environment) => cell(input, service, environment)) })),
      rowsMore: moreWords(rows, input.environments),
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
function bandReading({ readings, environments }: FleetInput): HealthState {
  const weightiest = readings.filter(({ report }) => report.environment === environments[0]);
  return bySeverity(weightiest)[0]?.report.state ?? 'unknown';
}

function bySeverity(readings: readonly Reading[]): Reading[] {
  return [...readings].sort((one, other) => severity[one.report.state] - severity[other.report.state]);
}

/** The weightiest environment first; within one the worst first. */
function byWeight({ readings, environments }: FleetInput): Reading[] {
  return environments.flatMap((name) => bySeverity(readings.filter(({ report }) => report.environment === name)));
}

function sortedServices(input: FleetInput): string[] {
  const troubled = byWeight(input).filter(({ report }) => report.state !== 'healthy');
  return [...new Set([...troubled, ...byWeight(input)].map(({ report }) => report.service))];
}

function troubleList(troubled: readonly Reading[], most: number): string {
  const named = troubled
    .slice(0, most)
    .map(({ report }) => `${report.service} is ${report.state} in ${report.environment}`);
  const more = troubled.length - named.length;
  return enumerate(more > 0 ? [...named, `${more} more need care`] : named);
}

function countWords({ readings }: FleetInput): string {
  const healthy = readings.filter(({ report }) => report.state === 'healthy').length;
  return `${healthy}\u00A0of\u00A0${readings.length} healthy`;
}

function fleetSentence({ readings }: FleetInput, troubled: readonly Reading[]): string {
  const healthy = readings.length - troubled.length;
  const known = troubled.filter(({ report }) => report.state !== 'unknown');
  const unseen = troubled.length - known.length;
  if (troubled.length === 0) return `**All is well**: ${healthy}\u00A0of\u00A0${readings.length} are healthy.`;
  const count = `${healthy}\u00A0of\u00A0${readings.length} are healthy${unseen > 0 ? `, ${unseen}\u00A0cannot be seen` : ''}.`;
  return known.length > 0 ? `**${troubleList(known, 2)}.** ${count}` : `**Nothing is known to be wrong**, but ${count}`;
}

function cell({ readings, now }: FleetInput, service: string, environment: string): Record<string, unknown> {
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
    detail: detail(reading, now),
    title: `Health of ${service} in ${environment}`,
  };
}

function detail({ report, passed }: Reading, now: number): string {
  const version = report.running ? plainText(report.running.version, 40) : '';
  const since = report.since === undefined ? '' : ` for ${describeDuration(now - report.since)}`;
  const why = {
    healthy: '',
    unknown: report.trouble === 'nothing is deployed there' ? 'nothing deployed' : `no numbers${since}`,
    down: `not serving${since}`,
    degraded: passed[0] ? figureWords(passed[0], report.figures) : '',
  }[report.state];
  return [version, why].filter((part) => part !== '').join(', ');
}

function figureWords(figure: Reading['passed'][number], figures: Reading['report']['figures']): string {
  if (figure === 'p95') return `p95\u00A0${whole(figures?.p95Ms)}\u00A0ms`;
  if (figure === 'p50') return `p50\u00A0${whole(figures?.p50Ms)}\u00A0ms`;
  if (figure === 'errors') return `errors\u00A0${decimal(figures?.errorPercent)}\u00A0%`;
  return `${decimal(figures?.requestsPerSecond)}\u00A0req/s`;
}

function moreWords(rows: readonly string[], environments: readonly string[]): string {
  const more = rows.length - rowsShown;
  const hidden = environments.slice(columnsShown);
  return [
    ...(more > 0 ? [`And ${plural(more, 'more service')}, none of them worse.`] : []),
    ...(hidden.length > 0 ? [`Not shown here: ${enumerate(hidden)}.`] : []),
  ].join(' ');
}
