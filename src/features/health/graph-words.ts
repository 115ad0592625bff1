import type { MetricPoint } from '../../connectors/contract';
import { cleanText, plainText } from '../../core/text';
import { timeOfDay } from '../../core/time/words';
import { whole } from './assess';
import type { DeploymentMark } from './contract';
import { scaleTop, spansBeyond } from './graph';

export interface GraphWordsInput {
  readonly service: string;
  readonly points: readonly MetricPoint[];
  readonly marks: readonly DeploymentMark[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly limitMs: number;
  readonly timeZone: string;
}

/** The card text around the picture; it says the same as the picture. */
export interface GraphWords {
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
export function graphWords(input: GraphWordsInput): GraphWords {
  const at = (time: number): string => timeOfDay(time, input.timeZone);
  const measured = input.points.filter((point) => point.p95Ms !== undefined);
  const mark = input.marks[input.marks.length - 1];
  const drawn = measured.length > 1;
  const course = `${courseOfP95(measured, mark, input, at)}.`;
  const p50 = input.points.flatMap((point) => (point.p50Ms === undefined ? [] : [Math.round(point.p50Ms)]));
  const range = p50.length > 0 ? ` p50: ${rangeWords(Math.min(...p50), Math.max(...p50))}.` : '';
  return {
    title: drawn
      ? `Latency in the last hour, 0 to ${ms(scaleTop(measured, input.limitMs))}`
      : 'Latency in the last hour',
    from: at(input.fromMs),
    middle: at((input.fromMs + input.toMs) / 2),
    to: at(input.toMs),
    limitWords: ms(input.limitMs),
    markLegend: markLegend(input.marks, at),
    words: drawn ? `p95: ${course}${range}` : tooFewWords(measured.length),
    altText: `Line graph of ${input.service} latency from ${at(input.fromMs)} to ${at(input.toMs)}, limit ${ms(input.limitMs)}: p95 is ${course.replace(/\\(.)/g, '$1')}`,
  };
}

function tooFewWords(points: number): string {
  if (points === 0) return 'There are no latency numbers for the last hour.';
  return 'It is too early for a line: the figures above are all there is so far.';
}

function courseOfP95(
  points: readonly MetricPoint[],
  mark: DeploymentMark | undefined,
  input: GraphWordsInput,
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
    ...beyondWords(points, input.limitMs, at),
    `highest ${ms(highest.p95Ms)} at ${at(highest.at)}`,
    `${ms(last.p95Ms)} now`,
  ].join(', ');
}

function beyondWords(points: readonly MetricPoint[], limitMs: number, at: (time: number) => string): string[] {
  const spans = spansBeyond(points, limitMs);
  const span = spans[spans.length - 1];
  if (!span) return [];
  if (span.to === points[points.length - 1]?.at) return [`beyond its limit since ${at(span.from)}`];
  const often = spans.length > 1 ? `${spans.length} times beyond its limit, last` : 'beyond its limit';
  return [`${often} from ${at(span.from)} to ${at(span.to)}`];
}

function markLegend(marks: readonly DeploymentMark[], at: (time: number) => string): string {
  const mark = marks[marks.length - 1];
  if (!mark) return '';
  const more = marks.length > 1 ? ` and ${marks.length - 1} more` : '';
  return `${cleanText(mark.version, 40)}\u00A0at\u00A0${at(mark.at)}${more}`;
}

function median(points: readonly MetricPoint[]): number | undefined {
  const sorted = points.map((point) => point.p95Ms ?? 0).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

function rangeWords(lowest: number, highest: number): string {
  return lowest === highest ? ms(lowest) : `${lowest} to ${ms(highest)}`;
}

function ms(value: number | undefined): string {
  return `${whole(value)}\u00A0ms`;
}
