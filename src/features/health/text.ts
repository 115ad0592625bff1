import type { MetricPoint } from '../../connectors/contract';
import type { ApprovalRule, HealthLimits } from '../../core/catalog';
import { capitalize, cleanText, enumerate, plainText, plural } from '../../core/text';
import { describeDuration, describeMoment, timeOfDay } from '../../core/time/clock';
import type { DeploymentMark } from './contract';
import type { Reading } from './facts';
import { scaleTop, spansBeyond } from './graph';
import type { ServiceTarget } from './parse';
import { describeDecimal, describeWhole } from './policy';
import type { Figure } from './policy';

/** How the state of one service reads, its latency graph, and what its buttons do. Pure. */

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly weight: 'Bolder' | 'Default';
  readonly limit: string;
}

/** The four figures with their limits, each name short enough for a quarter of a phone; the ones beyond are bold and marked. */
export function drawTiles({ report, passed }: Reading, limits: HealthLimits): Tile[] {
  const tile = (figure: Figure, name: string, value: string, limit: string): Tile => {
    const beyond = passed.includes(figure);
    return { name: beyond ? `▲\u202F${name}` : name, value, weight: beyond ? 'Bolder' : 'Default', limit };
  };
  const { figures } = report;
  return [
    tile('p95', 'p95\u00A0ms', describeWhole(figures?.p95Ms), `limit\u00A0${limits.p95Ms}`),
    tile('p50', 'p50\u00A0ms', describeWhole(figures?.p50Ms), `limit\u00A0${limits.p50Ms}`),
    tile('errors', 'Errors', describeDecimal(figures?.errorPercent), `limit\u00A0${limits.errorPercent}\u00A0%`),
    tile(
      'traffic',
      'Req/s',
      describeDecimal(figures?.requestsPerSecond),
      `min\u00A0${limits.minimumRequestsPerSecond}`,
    ),
  ];
}

/** The one sentence that matters: what is so, since when, after which deployment. */
export function describeReading(reading: Reading, marks: readonly DeploymentMark[], timeZone: string): string {
  const { report, passed } = reading;
  if (report.state === 'unknown') return `**Its health is not known**: ${report.trouble}.`;
  const lead = describeLead(reading);
  const since = report.since;
  const when = since === undefined ? `**${lead}**` : describeSince(lead, since, report.readAt, timeZone);
  if (report.state === 'healthy') return `${when}: ${describeWithinLimits(report.loneFailure)}.`;
  return [`${when}: ${report.trouble}.`, describeCause(since, marks), describeNormalFigures(report.state, passed)]
    .filter((part) => part !== '')
    .join(' ');
}

/** `every number is within its limit`, and what was forgiven. */
export function describeWithinLimits(loneFailure: boolean): string {
  const within = 'every number is within its limit';
  return loneFailure ? `${within} but the errors, and that is a single failed request` : within;
}

/** The notification and plain form of the card. */
export function summarizeReading({ report, passed }: Reading, timeZone: string): string {
  const where = `${report.service} in ${report.environment} is ${report.state}`;
  if (report.state === 'unknown' || report.since === undefined) return where;
  const since = `${where} since ${describeMoment(report.since, report.readAt, timeZone)}`;
  return passed.length > 0 ? `${since}: ${report.trouble}` : since;
}

function describeSince(lead: string, since: number, now: number, timeZone: string): string {
  const began = `**${lead} since ${describeMoment(since, now, timeZone)}**`;
  return now - since < 5_000 ? began : `${began}, for ${describeDuration(now - since)}`;
}

function describeLead({ report, passed }: Reading): string {
  if (report.state === 'healthy') return 'Well';
  if (report.state === 'down') return 'Down';
  if (passed[0] === 'errors') return 'Failing requests';
  return passed[0] === 'traffic' ? 'Too little traffic' : 'Slow';
}

/** Only what came shortly before is worth naming. */
const relatedMs = 3_600_000;

function describeCause(since: number | undefined, marks: readonly DeploymentMark[]): string {
  if (since === undefined) return '';
  const mark = marks.filter((each) => each.at <= since && since - each.at <= relatedMs).at(-1);
  if (!mark) return '';
  return `It began ${describeDuration(since - mark.at)} after ${plainText(mark.version, 40)}.`;
}

function describeNormalFigures(state: string, passed: readonly Figure[]): string {
  if (state !== 'degraded') return '';
  const well = [
    passed.includes('p95') || passed.includes('p50') ? '' : 'latency',
    passed.includes('errors') ? '' : 'errors',
    passed.includes('traffic') ? '' : 'traffic',
  ].filter((word) => word !== '');
  if (well.length === 0) return '';
  const words = enumerate(well);
  return `${capitalize(words)} ${well.length === 1 && well[0] !== 'errors' ? 'is' : 'are'} normal.`;
}

interface DrawnGraph {
  readonly service: string;
  readonly points: readonly MetricPoint[];
  readonly marks: readonly DeploymentMark[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly limitMs: number;
  readonly timeZone: string;
}

/** The card text around the picture; it says the same as the picture. */
interface GraphText {
  readonly title: string;
  readonly from: string;
  readonly middle: string;
  readonly to: string;
  readonly limitWords: string;
  /** For a `TextRun`; empty without a deployment in the hour. */
  readonly markLegend: string;
  readonly words: string;
  readonly altText: string;
}

const comparedMs = 600_000;

/** Title, axis, key, words and alt text of a latency graph. */
export function describeGraph(input: DrawnGraph): GraphText {
  const at = (time: number): string => timeOfDay(time, input.timeZone);
  const measured = input.points.filter((point) => point.p95Ms !== undefined);
  const mark = input.marks[input.marks.length - 1];
  const drawn = measured.length > 1;
  const course = `${describeCourse(measured, mark, input, at)}.`;
  const p50 = input.points.flatMap((point) => (point.p50Ms === undefined ? [] : [Math.round(point.p50Ms)]));
  const range = p50.length > 0 ? ` p50: ${describeRange(Math.min(...p50), Math.max(...p50))}.` : '';
  return {
    title: drawn
      ? `Latency in the last hour, 0 to ${ms(scaleTop(measured, input.limitMs))}`
      : 'Latency in the last hour',
    from: at(input.fromMs),
    middle: at((input.fromMs + input.toMs) / 2),
    to: at(input.toMs),
    limitWords: ms(input.limitMs),
    markLegend: describeMarks(input.marks, at),
    words: drawn ? `p95: ${course}${range}` : describeTooFewPoints(measured.length),
    altText: `Line graph of ${input.service} latency from ${at(input.fromMs)} to ${at(input.toMs)}, limit ${ms(input.limitMs)}: p95 is ${course.replace(/\\(.)/g, '$1')}`,
  };
}

function describeTooFewPoints(points: number): string {
  if (points === 0) return 'There are no latency numbers for the last hour.';
  return 'It is too early for a line: the figures above are all there is so far.';
}

function describeCourse(
  points: readonly MetricPoint[],
  mark: DeploymentMark | undefined,
  input: DrawnGraph,
  at: (time: number) => string,
): string {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return '';
  const highest = points.reduce((high, each) => ((each.p95Ms ?? 0) > (high.p95Ms ?? 0) ? each : high));
  const before = mark && median(points.filter((point) => point.at < mark.at && point.at >= mark.at - comparedMs));
  const after = mark && median(points.filter((point) => point.at >= mark.at && point.at <= mark.at + comparedMs));
  const version = plainText(mark?.version ?? '', 40);
  const start =
    before === undefined || after === undefined
      ? `${ms(first.p95Ms)} at ${at(first.at)}`
      : `${ms(before)} before ${version}, ${ms(after)} after it`;
  return [
    start,
    ...describeSpansBeyond(points, input.limitMs, at),
    `highest ${ms(highest.p95Ms)} at ${at(highest.at)}`,
    `${ms(last.p95Ms)} now`,
  ].join(', ');
}

function describeSpansBeyond(points: readonly MetricPoint[], limitMs: number, at: (time: number) => string): string[] {
  const spans = spansBeyond(points, limitMs);
  const span = spans[spans.length - 1];
  if (!span) return [];
  if (span.to === points[points.length - 1]?.at) return [`beyond its limit since ${at(span.from)}`];
  const often = spans.length > 1 ? `${spans.length} times beyond its limit, last` : 'beyond its limit';
  return [`${often} from ${at(span.from)} to ${at(span.to)}`];
}

function describeMarks(marks: readonly DeploymentMark[], at: (time: number) => string): string {
  const mark = marks[marks.length - 1];
  if (!mark) return '';
  const more = marks.length > 1 ? ` and ${marks.length - 1} more` : '';
  return `${cleanText(mark.version, 40)}\u00A0at\u00A0${at(mark.at)}${more}`;
}

function median(points: readonly MetricPoint[]): number | undefined {
  const sorted = points.map((point) => point.p95Ms ?? 0).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

function describeRange(lowest: number, highest: number): string {
  return lowest === highest ? ms(lowest) : `${lowest} to ${ms(highest)}`;
}

function ms(value: number | undefined): string {
  return `${describeWhole(value)}\u00A0ms`;
}

/** What a restart does. */
export function describeRestart({ service, environment }: ServiceTarget, version: string): string {
  return `Stops ${service} in ${environment} and starts ${version} again; it does not answer meanwhile.`;
}

/** `Needs 1 approval by an approver.` */
export function describeNeeds(rule: Pick<ApprovalRule, 'required' | 'role'> | undefined): string {
  if (!rule || rule.required === 0) return 'It needs no approval.';
  const people = rule.required === 1 ? `${/^[aeiou]/.test(rule.role) ? 'an' : 'a'} ${rule.role}` : 'different people';
  return `It needs ${plural(rule.required, 'approval')} by ${people}${rule.required === 1 ? '' : ` (role ${rule.role})`}.`;
}
