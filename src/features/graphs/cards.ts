import type { CardContent, Question, Turn } from '../../chat/contract';
import { bandState, noState } from '../../core/card';
import { drawChart, maxLines, scaleTop, thinOut } from '../../core/card/chart';
import { dataUri, rasterize } from '../../core/card/picture';
import { cleanText, plainText, plural } from '../../core/text';
import { describeMoment, footerTime } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { describeMeasured, targetId } from '../health';
import { readCourse } from './facts';
import type { Course, GraphParts, Metric, Offer } from './facts';
import { graphId, usualPeriodsMs } from './parse';
import type { GraphWish } from './parse';
import { describeCourse, describeLatest, describeMetric, describePeriod, isBeyondNow } from './text';

/** `cards/graphs/graph.json`: one metric of a service as a graph. */

type ChartData = CardContent<'graphs/graph'>['data']['chart'];

/** The graph of a metric that was found. */
export async function graphCard(
  parts: GraphParts,
  { reference }: Pick<Turn, 'reference'>,
  wish: GraphWish,
  metric: Metric,
): Promise<CardContent<'graphs/graph'>> {
  const { clock, catalog } = parts.deps;
  const { service, environment, overMs } = wish;
  const { timeZone } = catalog();
  const toMs = clock.now();
  const fromMs = toMs - overMs;
  const course = await readCourse(parts, wish, metric, { fromMs, toMs });
  const drawn = { metric, course, toMs, timeZone };
  const title = `${describeMetric(metric)} of ${service} in ${environment}`;
  const sentence = describeLatest(drawn);
  const named = { ...wish, metric: metric.name };
  const words = describeCourse(drawn);
  return {
    card: 'graphs/graph',
    data: {
      id: graphId(named),
      kind: `Graph, ${describePeriod(overMs)}`,
      state: isBeyondNow(metric, course)
        ? { ...bandState('degraded'), word: metric.isMinimum ? 'Too low' : 'Over limit' }
        : noState,
      title,
      summary: `${title}: ${withoutMarkdown(sentence)}`,
      sentence,
      chart: await drawCourse(drawn, fromMs),
      words: course.lines.length === 0 ? '' : words,
      buttons: [
        { title: 'Refresh', verb: 'graphs.show', id: graphId(named), asks: false },
        { title: 'Save this graph…', verb: 'graphs.keep', id: graphId(named), asks: true },
        { title: 'More…', verb: 'graphs.more', id: graphId(named), asks: true },
      ],
      footer: `${footerTime(toMs, timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** Other periods, and where else to look. */
export function askMore(wish: GraphWish): Question {
  const periods = usualPeriodsMs.filter((overMs) => overMs !== wish.overMs);
  const { service, environment } = wish;
  return {
    title: cleanText(`${describeMetric({ name: wish.metric })} of ${service} in ${environment}`, 120),
    sentence: 'Choose what to do.',
    rows: [
      ...periods.map((overMs) => ({
        title: `Show ${describePeriod(overMs)}`,
        detail: 'The same metric over another period',
        verb: 'graphs.show',
        id: graphId({ ...wish, overMs }),
      })),
      {
        title: `Show health of ${service}`,
        detail: 'All its figures and limits',
        verb: 'health.open',
        id: targetId(wish),
      },
    ],
  };
}

/** The words of a sentence where there is no Markdown. */
const withoutMarkdown = (sentence: string): string => sentence.replaceAll('**', '').replaceAll(/\\(.)/g, '$1');

const lineColors = ['Accent', 'Default', 'Good', 'Warning'] as const;

/** The picture of another system has its own axis and key. */
function showPicture(
  { name }: Metric,
  { png, by }: NonNullable<Course['picture']>,
  { words, from, to, timeZone }: Readonly<Record<'words' | 'from' | 'to' | 'timeZone', string>>,
): ChartData {
  const times = timeZone === 'UTC' ? '' : '; the times in it are in UTC';
  const period = `${cleanText(by, 40)}, ${from} to ${to}${times}`;
  return {
    ...{
      drawn: true,
      image: dataUri(png),
      drawnBy: `Drawn by ${plainText(period, 200)}`,
      top: '',
      from: '',
      middle: '',
      to: '',
    },
    ...{ lines: [], limitWords: '', markLegend: '' },
    altText: `Graph “${cleanText(name, 60)}”, drawn by ${period}. ${words}`.trim(),
  };
}

/** Room between two entries of the key, where a line may end. */
const keyEntry = (words: string): string => `${words}\u00A0\u00A0 `;

async function drawCourse(
  { metric, course, toMs, timeZone }: { metric: Metric; course: Course; toMs: number; timeZone: string },
  fromMs: number,
): Promise<ChartData> {
  const lines = course.lines.slice(0, maxLines);
  const isDrawn = lines.some(({ points }) => points.filter(({ value }) => value !== undefined).length > 1);
  const at = (time: number): string => describeMoment(time, toMs, timeZone);
  // The end says its day if the graph begins on another one.
  const end = describeMoment(toMs, fromMs, timeZone);
  const mark = course.marks.at(-1);
  const said = withoutMarkdown(describeCourse({ metric, course, toMs, timeZone }));
  if (course.picture) return showPicture(metric, course.picture, { words: said, from: at(fromMs), to: end, timeZone });
  const { unit, limit, isMinimum } = metric;
  const values = lines.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const scale = scaleTop(values, limit);
  const svg = isDrawn
    ? drawChart({
        ...{ limit, isMinimum, fromMs, toMs, scale, marks: course.marks.map((each) => each.at) },
        lines: lines.map(({ points }) => thinOut(points, ({ value }) => value)),
      })
    : '';
  return {
    drawn: isDrawn,
    image: isDrawn ? dataUri(await rasterize(svg)) : '',
    altText: isDrawn ? `Line graph of ${cleanText(metric.name, 60)} from ${at(fromMs)} to ${end}. ${said}` : '',
    top: describeMeasured(scale, unit),
    from: at(fromMs),
    middle: at((fromMs + toMs) / 2),
    to: at(toMs),
    lines: lines.map(({ name }, index) => ({
      glyph: index === 0 ? '▬\u00A0' : '─\u00A0',
      color: lineColors[index] ?? 'Default',
      text: keyEntry(cleanText(name === '' ? metric.name : name, 60)),
    })),
    limitWords:
      limit === undefined ? '' : keyEntry(`${isMinimum ? 'minimum' : 'limit'}\u00A0${describeMeasured(limit, unit)}`),
    drawnBy: '',
    markLegend: mark
      ? `${cleanText(mark.version, 40)}\u00A0at\u00A0${at(mark.at)}${course.marks.length > 1 ? ` and ${course.marks.length - 1} more` : ''}`
      : '',
  };
}

const maxButtons = 3;
const maxRows = 20;

/** A list of what can be drawn; a click draws it. `sentence`: why it's shown. */
export function offersCard(
  deps: FeatureDependencies,
  turn: Turn,
  { title, sentence, offers, overMs }: { title: string; sentence: string; offers: readonly Offer[]; overMs: number },
): CardContent<'policy/list'> {
  return drawList(deps, turn, {
    kind: 'Graphs',
    title,
    summary: `Graphs: ${plural(offers.length, 'metric')}`,
    sentence,
    most: maxRows,
    rows: offers.map(({ target: { service, environment }, metric: { name, unit, limit, isMinimum } }) => ({
      name: `${cleanText(name, 60)} of ${service} in ${environment}`,
      words: [
        ...(unit === '' || limit !== undefined ? [] : [`in ${cleanText(unit, 20)}`]),
        limit === undefined ? 'no limit' : `${isMinimum ? 'minimum' : 'limit'} ${describeMeasured(limit, unit)}`,
      ].join(', '),
      action: `Graph ${cleanText(name, 40)} of ${service} in ${environment}`,
      ...{ verb: 'graphs.show', id: graphId({ service, environment, metric: name, overMs }) },
    })),
    actions: offers.slice(0, maxButtons).map(({ target, metric }) => ({
      title: `Graph ${cleanText(metric.name, 40)}${offers.every((each) => each.target.service === target.service) ? '' : ` of ${target.service}`}`,
      verb: 'graphs.show',
      id: graphId({ ...target, metric: metric.name, overMs }),
    })),
  });
}
