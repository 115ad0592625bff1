import type { MetricPoint } from '../../connectors/contract';
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

const width = 720;
const height = 230;
const top = 14;
const base = 226;
const purple = '#7B80E2';
const grey = '#868686';
const red = '#D9595F';

/** More points than these can't be distinguished on a card and only enlarge the picture. */
const drawnPoints = 72;
const maxMarks = 6;

/** Fewer points, evenly spread, including the ends; of points that fall together, the slowest is kept, so no peak is lost. */
export function thinOut(points: readonly MetricPoint[]): readonly MetricPoint[] {
  const size = Math.ceil(points.length / drawnPoints);
  if (size <= 1) return points;
  const kept: MetricPoint[] = [];
  for (let start = 1; start < points.length - 1; start += size)
    kept.push(points.slice(start, Math.min(start + size, points.length - 1)).reduce(slower));
  return [...points.slice(0, 1), ...kept, ...points.slice(-1)];
}

const slower = (one: MetricPoint, other: MetricPoint): MetricPoint =>
  (other.p95Ms ?? -1) > (one.p95Ms ?? -1) ? other : one;

/** The top of the scale in milliseconds: a round number above everything drawn. */
export function scaleTop(points: readonly MetricPoint[], limitMs: number | undefined): number {
  const highest = Math.max(limitMs ?? 0, ...points.map((point) => point.p95Ms ?? point.p50Ms ?? 0)) * 1.1 || 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8].find((step) => step * power >= highest) ?? 10) * power;
}

/** The periods in which p95 is beyond its limit; crossings are between the points. */
export function spansBeyond(
  points: readonly MetricPoint[],
  limitMs: number | undefined,
): { from: number; to: number }[] {
  if (limitMs === undefined) return [];
  const spans: { from: number; to: number }[] = [];
  let from: number | undefined;
  let before: MetricPoint | undefined;
  for (const point of points) {
    const beyond = (point.p95Ms ?? 0) > limitMs;
    if (beyond && from === undefined) from = crossing(before, point, limitMs);
    if (!beyond && from !== undefined && before) {
      spans.push({ from, to: point.p95Ms === undefined ? before.at : crossing(before, point, limitMs) });
      from = undefined;
    }
    before = point;
  }
  if (from !== undefined && before) spans.push({ from, to: before.at });
  return spans;
}

/** SVG of 720 x 230, transparent, without text. */
export function drawGraph(input: Omit<LatencyHour, 'service' | 'timeZone' | 'isBeyond'>): string {
  const points = thinOut(input.points);
  const scale = scaleTop(input.points, input.limitMs);
  const x = (at: number): number => round(((at - input.fromMs) / (input.toMs - input.fromMs)) * width);
  const y = (value: number): number => round(base - (value / scale) * (base - top));
  const lines = (figure: 'p95Ms' | 'p50Ms'): string[] => polylines(points, figure, x, y);
  const shades = spansBeyond(points, input.limitMs).map(({ from, to }) => {
    const left = x(from);
    return `<rect x="${left}" y="${top}" width="${Math.max(2, round(x(to) - left))}" height="${base - top}" fill="${red}" opacity=".14"/>`;
  });
  const areas = lines('p95Ms').map((path) => {
    const [first = '0'] = path.slice(1).split(' ');
    const [last = '0'] = path.slice(path.lastIndexOf('L') + 1).split(' ');
    return `<path d="${path}L${last} ${base}L${first} ${base}Z" fill="${purple}" opacity=".13"/>`;
  });
  const marks = input.marks.slice(-maxMarks).map(({ at }) => {
    const middle = Math.min(width - 10, Math.max(10, x(at)));
    return `<path d="M${middle} ${top}V${base}" stroke="${grey}" stroke-width="3"/><path d="M${middle - 10} 0h20l-10 15z" fill="${grey}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    ...shades,
    `<path d="M0 228H${width}" stroke="${grey}" stroke-width="2" opacity=".7"/>`,
    ...areas,
    ...(input.limitMs === undefined
      ? []
      : [`<path d="M0 ${y(input.limitMs)}H${width}" stroke="${red}" stroke-width="3" stroke-dasharray="14 9"/>`]),
    ...marks,
    ...lines('p50Ms').map((path) => `<path d="${path}" fill="none" stroke="${grey}" stroke-width="3"/>`),
    ...lines('p95Ms').map(
      (path) =>
        `<path d="${path}" fill="none" stroke="${purple}" stroke-width="5.5" stroke-linejoin="round" stroke-linecap="round"/>`,
    ),
    '</svg>',
  ].join('');
}

function polylines(
  points: readonly MetricPoint[],
  figure: 'p95Ms' | 'p50Ms',
  x: (at: number) => number,
  y: (value: number) => number,
): string[] {
  const paths: string[][] = [[]];
  for (const point of points) {
    const value = point[figure];
    if (value === undefined) paths.push([]);
    else paths[paths.length - 1]?.push(`${x(point.at)} ${y(value)}`);
  }
  return paths.filter((path) => path.length > 1).map((path) => `M${path.join('L')}`);
}

function crossing(before: MetricPoint | undefined, after: MetricPoint, limitMs: number): number {
  if (before?.p95Ms === undefined || after.p95Ms === undefined) return after.at;
  const share = (limitMs - before.p95Ms) / (after.p95Ms - before.p95Ms);
  return Math.round(before.at + share * (after.at - before.at));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
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
    top: ms(scaleTop(measured, input.limitMs)),
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
  const highest = points.reduce((high, each) => ((each.p95Ms ?? 0) > (high.p95Ms ?? 0) ? each : high));
  const before = mark && median(points.filter((point) => point.at < mark.at && point.at >= mark.at - comparedMs));
  const after = mark && median(points.filter((point) => point.at >= mark.at && point.at <= mark.at + comparedMs));
  const version = plainText(mark?.version ?? '', 40);
  const start =
    before === undefined || after === undefined
      ? `${ms(first.p95Ms)} at ${at(first.at)}`
      : `${ms(before)} before ${version} and ${ms(after)} after it`;
  const peak =
    highest === last ? ', the highest of the hour' : `; the highest was ${ms(highest.p95Ms)} at ${at(highest.at)}`;
  return [
    `p95 was ${start}`,
    ...describeSpansBeyond(points, { limitMs, isBeyond }, at),
    `The last value is ${ms(last.p95Ms)} at ${at(last.at)}${peak}.`,
  ].join('. ');
}

/** `since` is only for a number that is beyond its limit now; for a healthy service, the periods have an end. */
function describeSpansBeyond(
  points: readonly MetricPoint[],
  { limitMs, isBeyond }: Pick<LatencyHour, 'limitMs' | 'isBeyond'>,
  at: (time: number) => string,
): string[] {
  const spans = spansBeyond(points, limitMs);
  const span = spans.at(-1);
  if (!span) return [];
  // The minute that was measured, as the rest of the card has it, and not the crossing before it.
  const measuredBeyond = points.find((point) => point.at >= span.from)?.at ?? span.from;
  if (isBeyond && span.to === points.at(-1)?.at) return [`It has been over its limit since ${at(measuredBeyond)}`];
  const often = spans.length > 1 ? `${spans.length} times over its limit, most recently` : 'over its limit';
  return [`It was ${often} from ${at(span.from)} to ${at(span.to)}`];
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
