import type { Command } from '../../chat/contract';
import { maxLines, spansBeyond } from '../../core/card/chart';
import { capitalize, cleanText, plainText, plural } from '../../core/text';
import { describeMoment, describeWhen } from '../../core/time/clock';
import { describeMeasured } from '../health';
import { figures } from './facts';
import type { Course, GraphLine, Metric } from './facts';

/** A graph in words: they say the same as the picture. */

interface Drawn {
  readonly metric: Metric;
  readonly course: Course;
  readonly toMs: number;
  readonly timeZone: string;
}

/** `p95`, `Queue length`: as the title of a card begins. */
export const describeMetric = ({ name }: Pick<Metric, 'name'>): string =>
  /^p\d/.test(name) ? cleanText(name, 60) : capitalize(cleanText(name, 60));

/** `last 3 h`, `last 2 days`, `last 37 h 12 min`. */
export function describePeriod(overMs: number): string {
  const minutes = Math.round(overMs / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (minutes === 60) return 'last hour';
  if (minutes <= 120 && rest > 0) return `last ${minutes}\u00A0min`;
  if (minutes > 1_440 && minutes % 1_440 === 0) return `last ${minutes / 1_440}\u00A0days`;
  return `last ${hours}\u00A0h${rest === 0 ? '' : `\u00A0${rest}\u00A0min`}`;
}

/** The most important sentence: the latest value, and whether it's beyond its limit. */
export function describeLatest({ metric, course, toMs, timeZone }: Drawn): string {
  const { unit, limit, isMinimum } = metric;
  const [main] = course.lines;
  const last = main && lastOf(main);
  if (!last && course.picture)
    return `**${plainText(course.picture.by, 40)} drew this graph.** Gavel can’t read the numbers in it.`;
  if (!last && course.silent !== undefined)
    return course.outage
      ? `**${plainText(course.silent, 40)} ${course.outage.is}.** Try again ${course.outage.again}.`
      : `**${plainText(course.silent, 40)} didn’t respond.** Try again, or check the connection.`;
  if (!last) return '**There is no data for this time range.**';
  const value = `${describeMeasured(last.value, unit)} ${describeWhen(last.at, toMs, timeZone)}`;
  const which = course.lines.length > 1 && main.name !== '' ? ` (${plainText(main.name, 60)}, the highest)` : '';
  if (limit === undefined) return which === '' ? `**${value}.**` : `**${value}**${which}.`;
  const isBelow = last.value < limit;
  const verdict = isMinimum
    ? `${isBelow ? 'below' : 'above'} its minimum`
    : `${last.value > limit ? 'over' : 'within'} its limit`;
  return `**${value}**${which}, ${verdict} of ${describeMeasured(limit, unit)}.`;
}

/** What the lines do, one sentence for each that is drawn, and how many aren't. */
export function describeCourse({ metric, course, toMs, timeZone }: Drawn): string {
  const { unit } = metric;
  const when = (time: number): string => describeWhen(time, toMs, timeZone);
  const sentences = course.lines.slice(0, maxLines).map((line) => {
    const name = line.name === '' ? 'The value' : plainText(line.name, 60);
    const values = line.points.flatMap(({ value }) => value ?? []);
    const [lowest, highest] = [Math.min(...values), Math.max(...values)];
    const peak = line.points.find(({ value }) => value === highest);
    return lowest === highest
      ? `${name} stayed at ${describeMeasured(lowest, unit)} the whole time.`
      : `${name} ranged from ${describeRange(lowest, highest, unit)}, peaking ${when(peak?.at ?? toMs)}.`;
  });
  const [main] = course.lines;
  const which = course.lines.length > 1 && main?.name ? plainText(main.name, 60) : 'It';
  const beyond = describeBeyond({ metric, course, toMs, timeZone }).map((words) => `${which} ${words}.`);
  const more = course.lines.length - maxLines;
  const mark = course.marks.at(-1);
  return [
    ...sentences,
    ...beyond,
    ...(more > 0 ? [`${plural(more, 'more line')} ${more === 1 ? 'isn’t' : 'aren’t'} drawn.`] : []),
    ...(mark ? [`${plainText(mark.version, 40)} went live ${when(mark.at)}.`] : []),
  ].join(' ');
}

/** `was over its limit from 12:57 to 12:58`. A period at the edge of the graph may have begun before or go on, so that end isn’t named. */
function describeBeyond({ metric, course, toMs, timeZone }: Drawn): string[] {
  const [main] = course.lines;
  const spans = main ? spansBeyond(main.points, metric.limit, metric.isMinimum) : [];
  const span = spans.at(-1);
  if (!main || !span) return [];
  const beyond = metric.isMinimum ? 'below its minimum' : 'over its limit';
  const [from, to] = [describeMoment(span.from, toMs, timeZone), describeMoment(span.to, span.from, timeZone)];
  const isFromStart = span.from === main.points.find(({ value }) => value !== undefined)?.at;
  if (isBeyondNow(metric, course)) return [`has been ${beyond} ${isFromStart ? 'the whole time' : `since ${from}`}`];
  if (isFromStart) return [`was ${beyond} until ${describeMoment(span.to, toMs, timeZone)}`];
  const often = spans.length > 1 ? ` ${spans.length} times, most recently` : '';
  return [`was ${beyond}${often} from ${from} to ${to}`];
}

/** `1 to 42 jobs`: a word as the unit belongs to the last number only, because one of the two may be 1. */
function describeRange(lowest: number, highest: number, unit: string): string {
  const isWord = /^\p{L}{3}/u.test(unit) && unit !== 'bytes';
  return `${describeMeasured(lowest, isWord ? '' : unit)} to ${describeMeasured(highest, unit)}`;
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

/** Whole sentences that ask for a graph. */

/** In a sentence, these words mean something else, too: `failures of shop`. */
const ambiguous: readonly string[] = ['failures', 'requests', 'rate'];

const drawing = '[the|a] graph|graphs|chart|plot';

/** What follows such a sentence is read as usual: the environment, and how far back. */
export const phrasings: NonNullable<Command['phrasings']> = [
  `${drawing} of|for|with`,
  `${drawing} of|for {service}`,
  `draw [me] ${drawing} of|for|with`,
  'draw [me]',
  '{service} graph|graphs|chart',
  ...figures.flatMap(({ name: metric, others }) => {
    const words = [metric, ...others].filter((each) => !ambiguous.includes(each)).join('|');
    return [
      `[what is|what was|how is|how was|how high is|how high was] [the] (${words}) [of|for|on|in] {service}`,
      `[what is|what was|how is|how was|how high is|how high was] {service} (${words})`,
      `[how did|how has] [the] (${words}) of|for|on {service} change|changed|develop|developed`,
      `[the|a] graph|chart|plot of|for|with [the] (${words}) [of|for|on|in] {service}`,
      `[the|a] (${words}) graph|chart of|for {service}`,
    ].map((say) => ({ say, fixed: { metric } }));
  }),
];
