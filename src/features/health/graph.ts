import type { MetricPoint } from '../../connectors/contract';
import { drawChart, scaleTop, spansBeyond, thinOut } from '../../core/card/chart';
import type { ChartPoint } from '../../core/card/chart';
import { cleanText, plainText } from '../../core/text';
import { timeOfDay } from '../../core/time/clock';
import { describeWhole } from './text';
import type { DeploymentMark } from './contract';

/** The latency graph of a health card, and its texts. Pure. */

interface LatencyHour {
  readonly service: string;
  /** Oldest first. */
  readonly points: readonly MetricPoint[];
  /** When deployments went live, oldest first. */
  readonly marks: readonly DeploymentMark[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Undefined if it has none. */
  readonly limitMs: number | undefined;
  /** Its p95 is beyond the limit now. */
  readonly isBeyond: boolean;
  readonly timeZone: string;
}

/** The top of the scale, in milliseconds. */
const topOf = (points: readonly MetricPoint[], limitMs: number | undefined): number =>
  scaleTop(
    points.map((point) => point.p95Ms ?? point.p50Ms ?? 0),
    limitMs,
  );

const lineOf = (points: readonly MetricPoint[], figure: 'p95Ms' | 'p50Ms'): ChartPoint[] =>
  points.map((point) => ({ at: point.at, value: point[figure] }));

/** SVG of 720 x 230, transparent, without text. */
export function drawGraph(input: Omit<LatencyHour, 'service' | 'timeZone' | 'isBeyond'>): string {
  const { fromMs, toMs, limitMs: limit } = input;
  const points = thinOut(input.points, ({ p95Ms }) => p95Ms);
  return drawChart({
    ...{ fromMs, toMs, limit, scale: topOf(input.points, limit) },
    lines: [lineOf(points, 'p95Ms'), lineOf(points, 'p50Ms')],
    marks: input.marks.map(({ at }) => at),
  });
}

const comparedMs = 600_000;

/** Title, axis, legend, sentence and alt text of a latency graph: the card text around the picture, which says the same as the picture. */
export function describeGraph(input: LatencyHour) {
  const at = (time: number): string => timeOfDay(time, input.timeZone);
  const measured = input.points.filter((point) => point.p95Ms !== undefined);
  const mark = input.marks.at(-1);
  const drawn = measured.length > 1;
  const course = describeCourse(measured, mark, input, at);
  const p50 = input.points.flatMap((point) => (point.p50Ms === undefined ? [] : [Math.round(point.p50Ms)]));
  const range = p50.length > 0 ? ` p50 was ${describeRange(Math.min(...p50), Math.max(...p50))}.` : '';
  return {
    title: drawn ? 'p95 and p50 latency, last hour' : 'Latency, last hour',
    top: ms(topOf(measured, input.limitMs)),
    from: at(input.fromMs),
    middle: at((input.fromMs + input.toMs) / 2),
    to: at(input.toMs),
    limitWords: input.limitMs === undefined ? '' : ms(input.limitMs),
    markLegend: describeMarks(input.marks, at),
    words: drawn
      ? `${course}${range}`
      : measured.length === 0
        ? 'There is no latency data for the last hour.'
        : 'There aren’t enough measurements for a graph yet.',
    altText: drawn
      ? `Line graph of ${input.service} latency from ${at(input.fromMs)} to ${at(input.toMs)}${input.limitMs === undefined ? '' : `, limit ${ms(input.limitMs)}`}: ${course.replace(/\\(.)/g, '$1')}`
      : '',
  };
}

function describeCourse(
  points: readonly MetricPoint[],
  mark: DeploymentMark | undefined,
  { limitMs, isBeyond }: Pick<LatencyHour, 'limitMs' | 'isBeyond'>,
  at: (time: number) => string,
): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  const highest = points.reduce((high, each) => ((each.p95Ms ?? 0) >= (high.p95Ms ?? 0) ? each : high));
  const before = mark && median(points.filter((point) => point.at < mark.at && point.at >= mark.at - comparedMs));
  const after = mark && median(points.filter((point) => point.at >= mark.at && point.at <= mark.at + comparedMs));
  const version = plainText(mark?.version ?? '', 40);
  const compared =
    ms(before) === ms(after)
      ? `${ms(before)} just before and just after ${version}`
      : `${ms(before)} just before ${version} and ${ms(after)} just after it`;
  const start = before === undefined || after === undefined ? `${ms(first.p95Ms)} at ${at(first.at)}` : compared;
  const peak =
    highest === last ? ', the highest so far' : `; the highest was ${ms(highest.p95Ms)} at ${at(highest.at)}`;
  return [
    `p95 was ${start}`,
    ...describeSpansBeyond(points, { limitMs, isBeyond }, at),
    `The latest value is ${ms(last.p95Ms)} at ${at(last.at)}${peak}.`,
  ].join('. ');
}

/** `since` is only for a number that is beyond its limit now; for a healthy service, the periods have an end. */
function describeSpansBeyond(
  points: readonly MetricPoint[],
  { limitMs, isBeyond }: Pick<LatencyHour, 'limitMs' | 'isBeyond'>,
  at: (time: number) => string,
): string[] {
  const spans = spansBeyond(lineOf(points, 'p95Ms'), limitMs);
  const span = spans.at(-1);
  if (!span) return [];
  // The minute that was measured, as the rest of the card has it, and not the crossing before it.
  const measuredBeyond = points.find((point) => point.at >= span.from)?.at ?? span.from;
  // The graph doesn’t show when this one began.
  const isFromStart = span.from === points[0]?.at;
  const isToEnd = span.to === points.at(-1)?.at;
  if (isBeyond && isToEnd)
    return [`It has been over its limit ${isFromStart ? 'the whole time' : `since ${at(measuredBeyond)}`}`];
  if (isFromStart) return [`It was over its limit until ${isToEnd ? 'the latest measurement' : at(span.to)}`];
  const often = spans.length > 1 ? `${spans.length} times over its limit, most recently` : 'over its limit';
  const end = isToEnd ? 'until the latest measurement' : `to ${at(span.to)}`;
  return [`It was ${often} from ${at(span.from)} ${end}`];
}

function describeMarks(marks: readonly DeploymentMark[], at: (time: number) => string): string {
  const mark = marks.at(-1);
  if (!mark) return '';
  const more = marks.length > 1 ? ` and ${marks.length - 1} more` : '';
  return `${cleanText(mark.version, 40)}\u00A0at\u00A0${at(mark.at)}${more}`;
}

function median(points: readonly MetricPoint[]): number | undefined {
  const sorted = points.map((point) => point.p95Ms ?? 0).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

function describeRange(lowest: number, highest: number): string {
  return lowest === highest ? ms(lowest) : `between ${lowest} and ${ms(highest)}`;
}

function ms(value: number | undefined): string {
  return `${describeWhole(value)}\u00A0ms`;
}
