import type { MetricPoint, WorkloadStatus } from '../../connectors/contract';
import { statuses } from '../../core/card';
import type { HealthLimits } from '../../core/catalog';
import { capitalize, enumerate, nameRelease, plainText } from '../../core/text';
import { describeDuration, describeMoment } from '../../core/time/clock';
import type { DeploymentMark, HealthReport, NamedReading } from './contract';
import type { Reading } from './facts';
import type { Figure } from './record';

/** Numbers and limits in words. */

/** Nothing is deployed there, so there is nothing to be healthy. */
export function isEmpty({ live }: Pick<HealthReport, 'live'>): boolean {
  return live.found === 'none';
}

/** `412`; `–` if there is none. */
export function describeWhole(value: number | undefined): string {
  return value === undefined ? '–' : String(Math.round(value));
}

/** `0.4`, `86`: one decimal below ten; `–` if there is none. */
export function describeDecimal(value: number | undefined): string {
  return value === undefined || value >= 10 ? describeWhole(value) : String(Math.round(value * 10) / 10);
}

/** `p95 is 412 ms (limit 300 ms)` */
export function describeTrouble(figure: Figure, figures: MetricPoint | undefined, limits: HealthLimits): string {
  const troubles: Readonly<Record<Figure, () => string>> = {
    p95: () => `p95 is ${describeWhole(figures?.p95Ms)}\u00A0ms (limit ${limits.p95Ms}\u00A0ms)`,
    p50: () => `p50 is ${describeWhole(figures?.p50Ms)}\u00A0ms (limit ${limits.p50Ms}\u00A0ms)`,
    errors: () => `the error rate is ${describeDecimal(figures?.errorPercent)}% (limit ${limits.errorPercent}%)`,
    traffic: () =>
      `traffic is ${describeDecimal(figures?.requestsPerSecond)}\u00A0req/s (minimum ${limits.minimumRequestsPerSecond})`,
    saturation: () =>
      `saturation is ${describeWhole(figures?.saturationPercent)}% (limit ${limits.saturationPercent}%)`,
  };
  return troubles[figure]();
}

/** `it’s responding, but there are no metrics for errors`; right after the start, Gavel may only not have them yet. */
export function describeMissing(metrics: string, canRespond: boolean, hasJustStarted: boolean): string {
  const missing = hasJustStarted ? `Gavel has just started and has no ${metrics} yet` : `there are no ${metrics}`;
  return canRespond ? `it’s responding, but ${missing}` : missing;
}

/** `queue length is 120 (limit 100)`, escaped. */
export function describeNamedTrouble({ name, unit, value, limit }: NamedReading): string {
  return `${plainText(name, 40)} is ${describeMeasured(value, unit)} (limit ${describeMeasured(limit, unit)})`;
}

/** `120`, `1.5 MB`, `71%`, `412 ms`: escaped, in at most three digits that count. */
export function describeMeasured(value: number | undefined, unit: string): string {
  if (value === undefined) return '–';
  const size = scales.find(([least]) => Math.abs(value) >= least && unit !== 'ms' && unit !== '%');
  const [least, sign] = size ?? [1, ''];
  const scaled = value / least;
  const digits = Math.abs(scaled) >= 10 || scaled === 0 ? 0 : Math.abs(scaled) >= 1 ? 1 : 2;
  const number = String(Number(scaled.toFixed(digits)));
  if (unit === 'bytes') return `${number}\u00A0${sign}B`;
  if (unit === '%' || unit === '/s') return `${number}${sign}${unit}`;
  return unit === '' ? `${number}${sign}` : `${number}${sign}\u00A0${plainText(unit, 20)}`;
}

const scales = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** `Last known metrics, 22:49` above the numbers of a service that doesn't respond; empty if they are current. */
export function describeTilesTime({ numbers, areCurrent, report }: Reading, timeZone: string): string {
  return numbers && !areCurrent ? `Last known metrics, ${describeMoment(numbers.at, report.readAt, timeZone)}` : '';
}

/** The live release, since when, and who requested it; empty if nothing is deployed. */
export function describeRunning(
  { live, readAt }: HealthReport,
  marks: readonly DeploymentMark[],
  timeZone: string,
): string {
  if (live.found !== 'release') return live.found === 'none' ? '' : 'couldn’t be read';
  const { version, commit, since } = live.running;
  const by = marks.findLast((mark) => mark.version === version)?.by;
  return [
    nameRelease({ version, commit }),
    `live since ${describeMoment(since, readAt, timeZone)}`,
    ...(by ? [`requested by ${plainText(by, 80)}`] : []),
  ].join(', ');
}

/** The most important sentence: the state, since when, and after which deployment. */
export function describeReading(
  reading: Reading,
  marks: readonly DeploymentMark[],
  { timeZone, limits }: { readonly timeZone: string; readonly limits: HealthLimits },
): string {
  const { report, passed } = reading;
  const { since, readAt, state, trouble } = report;
  const { running } = report.live;
  if (report.live.found === 'none')
    return `**${report.service} isn’t deployed to the ${report.environment} environment.**`;
  const lead = statuses[state].word;
  if (since === undefined) return `**${lead}**: ${trouble}.`;
  const began = `${lead} since ${describeMoment(since, readAt, timeZone)}`;
  if (state === 'healthy') {
    const beginning =
      running?.since === since ? `**${began}**, when ${plainText(running.version, 40)} went live.` : `**${began}.**`;
    if (Object.keys(limits).length === 0 && (report.named ?? []).length === 0)
      return `${beginning} No limits are set for this service’s metrics.`;
    return `${beginning} ${capitalize(describeWithinLimits(report.loneFailure))}.`;
  }
  return [
    `**${began}**${state === 'unknown' ? '' : describeCause(since, marks)}: ${trouble}.`,
    describeNormalFigures(state, passed),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** `all metrics are within their limits`, and the failed request that doesn’t count. */
export function describeWithinLimits(loneFailure: boolean): string {
  const within = 'all metrics are within their limits';
  return loneFailure ? `${within}, apart from one failed request` : within;
}

/** What was measured then may be different by now, so `the error rate is 7.9%` becomes `the error rate was 7.9%`. */
export function asPast(reason: string): string {
  return reason
    .replaceAll(/ is (?=[\d–]|degraded$|down$|live instead)/g, ' was ')
    .replace('isn’t responding', 'wasn’t responding')
    .replace('its health check reports', 'its health check reported');
}

/** The notification and plain form of the card. */
export function summarizeReading({ report, passed }: Reading, timeZone: string): string {
  if (report.live.found === 'none') return `${report.service} isn’t deployed to ${report.environment}`;
  const where = `${report.service} in ${report.environment} is ${report.state}`;
  if (report.state === 'unknown' || report.since === undefined) return where;
  const since = `${report.service} in ${report.environment} has been ${report.state} since ${describeMoment(report.since, report.readAt, timeZone)}`;
  return passed.length > 0 ? `${since}: ${report.trouble}` : since;
}

/** Only a deployment shortly before is worth naming. */
const relatedMs = 3_600_000;

/** `, 33 min after 2.14.0 went live`; empty if nothing went live shortly before. */
function describeCause(since: number, marks: readonly DeploymentMark[]): string {
  const mark = marks.filter((each) => each.at <= since && since - each.at <= relatedMs).at(-1);
  if (!mark) return '';
  return `, ${describeDuration(since - mark.at)} after ${plainText(mark.version, 40)} went live`;
}

function describeNormalFigures(state: string, passed: readonly Figure[]): string {
  if (state !== 'degraded') return '';
  const normal = [
    passed.includes('p95') || passed.includes('p50') ? '' : 'latency',
    passed.includes('errors') ? '' : 'the error rate',
    passed.includes('traffic') ? '' : 'traffic',
  ].filter((word) => word !== '');
  if (normal.length === 0) return '';
  const words = enumerate(normal);
  return `${capitalize(words)} ${normal.length === 1 ? 'is' : 'are'} normal.`;
}

/** How many pods are ready, and what keeps a rollout or a pod. */
export function describePods(status: WorkloadStatus | undefined): string {
  if (!status) return 'couldn’t be read';
  const { ready, wanted, rollout, pods } = status;
  const failing = pods.find(({ state }) => state === 'failing');
  const why = rollout.reason ?? failing?.reason;
  const state = rolloutWords[rollout.state];
  const words = [`${ready} of ${wanted} ready`, ...(state === '' ? [] : [state])].join(', ');
  const isFine = rollout.state === 'done' && ready >= wanted;
  return isFine || why === undefined ? words : `${words}: ${plainText(why, 200)}`;
}

const rolloutWords: Readonly<Record<WorkloadStatus['rollout']['state'], string>> = {
  done: '',
  running: 'rollout in progress',
  stuck: 'rollout stuck',
  paused: 'rollout paused',
};
