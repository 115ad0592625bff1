import { maxLines, spansBeyond } from '../../core/card/chart';
import { capitalize, cleanText, plainText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { describeMeasured } from '../health';
import type { Course, GraphLine, Metric } from './facts';

/** A graph in words: they say the same as the picture. */

interface Drawn {
  readonly metric: Metric;
  readonly course: Course;
  readonly toMs: number;
  readonly timeZone: string;
}

/** `p95`, `Queue length`: as the title of a card begins. */
export const describeMetric = ({ name }: Metric): string =>
  /^p\d/.test(name) ? cleanText(name, 60) : capitalize(cleanText(name, 60));

/** `last 3 h`, `last 2 days`. */
export function describePeriod(overMs: number): string {
  const minutes = Math.round(overMs / 60_000);
  if (minutes === 60) return 'last hour';
  if (minutes % 1_440 === 0) return minutes === 1_440 ? 'last 24\u00A0h' : `last ${minutes / 1_440}\u00A0days`;
  return minutes % 60 === 0 ? `last ${minutes / 60}\u00A0h` : `last ${minutes}\u00A0min`;
}

/** The most important sentence: the latest value, and whether it's beyond its limit. */
export function describeLatest({ metric, course, toMs, timeZone }: Drawn): string {
  const { unit, limit, isMinimum } = metric;
  const [main] = course.lines;
  const last = main && lastOf(main);
  if (!last)
    return course.silent === undefined
      ? '**There is no data for this time range.**'
      : `**${plainText(course.silent, 40)} didn’t answer.** Try again, or check the connection.`;
  const at = describeMoment(last.at, toMs, timeZone);
  const value = `${describeMeasured(last.value, unit)} at ${at}`;
  const which = course.lines.length > 1 && main.name !== '' ? ` (${plainText(main.name, 60)}, the highest)` : '';
  if (limit === undefined) return `**${value}**${which}.`;
  const isBelow = last.value < limit;
  const verdict = isMinimum
    ? `${isBelow ? 'below' : 'above'} its minimum`
    : `${last.value > limit ? 'over' : 'within'} its limit`;
  return `**${value}**${which}, ${verdict} of ${describeMeasured(limit, unit)}.`;
}

/** What the lines do, one sentence for each that is drawn, and how many aren't. */
export function describeCourse({ metric, course, toMs, timeZone }: Drawn): string {
  const { unit, limit, isMinimum } = metric;
  const at = (time: number): string => describeMoment(time, toMs, timeZone);
  const sentences = course.lines.slice(0, maxLines).map((line) => {
    const name = line.name === '' ? 'It' : plainText(line.name, 60);
    const values = line.points.flatMap(({ value }) => value ?? []);
    const [lowest, highest] = [Math.min(...values), Math.max(...values)];
    const peak = line.points.find(({ value }) => value === highest);
    return lowest === highest
      ? `${name} was ${describeMeasured(lowest, unit)} the whole time.`
      : `${name} was between ${describeMeasured(lowest, unit)} and ${describeMeasured(highest, unit)}, highest at ${at(peak?.at ?? toMs)}.`;
  });
  const [main] = course.lines;
  const spans = main ? spansBeyond(main.points, limit, isMinimum) : [];
  const span = spans.at(-1);
  const often = spans.length > 1 ? `${spans.length} times, most recently` : '';
  const beyond = span
    ? [
        `${course.lines.length > 1 && main?.name ? plainText(main.name, 60) : 'It'} was ${isMinimum ? 'below its minimum' : 'over its limit'} ${often} from ${at(span.from)} to ${at(span.to)}.`,
      ]
    : [];
  const more = course.lines.length - maxLines;
  const mark = course.marks.at(-1);
  return [
    ...sentences,
    ...beyond.map((each) => each.replace('  ', ' ')),
    ...(more > 0 ? [`${plural(more, 'more line')} ${more === 1 ? 'isn’t' : 'aren’t'} drawn.`] : []),
    ...(mark ? [`${plainText(mark.version, 40)} went live at ${at(mark.at)}.`] : []),
  ].join(' ');
}

/** The latest value of a line. */
function lastOf({ points }: GraphLine): { readonly at: number; readonly value: number } | undefined {
  const found = points.findLast(({ value }) => value !== undefined);
  return found?.value === undefined ? undefined : { at: found.at, value: found.value };
}

/** Whether the latest value of the first line is beyond the limit. */
export function isBeyondNow({ limit, isMinimum }: Metric, { lines: [main] }: Course): boolean {
  const last = main && lastOf(main);
  if (!last || limit === undefined) return false;
  return isMinimum ? last.value < limit : last.value > limit;
}
