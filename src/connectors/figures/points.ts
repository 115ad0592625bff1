import { cleanText } from '../../core/text';
import type { MetricPoint, Series } from '../contract';
import type { FigureQuery, MetricsBinding } from './schema';

/** From lines of numbers to what is drawn, for systems that answer with moments of their own. Pure. */

const fields = {
  p50: 'p50Ms',
  p95: 'p95Ms',
  errors: 'errorPercent',
  rate: 'requestsPerSecond',
  saturation: 'saturationPercent',
} as const;

export type FigureName = keyof typeof fields;

const figureNames = Object.keys(fields) as FigureName[];

/** The figures that a binding has, each with its query. */
export function boundFigures<Query>(
  binding: MetricsBinding<Query>,
): readonly (FigureQuery<Query> & { readonly figure: FigureName })[] {
  return figureNames.flatMap((figure) => {
    const found = binding[figure];
    return found ? [{ ...found, figure }] : [];
  });
}

/** The values of one moment, in the units of their fields. */
export function pointOf(values: ReadonlyMap<FigureName, number | undefined>, at: number): MetricPoint {
  const filled = figureNames.map((figure) => [fields[figure], values.get(figure)] as const);
  return { at, ...(Object.fromEntries(filled) as Omit<MetricPoint, 'at'>) };
}

/** One line as a system gives it: oldest first, evenly spaced. */
export interface MeasuredLine {
  readonly name: string;
  readonly points: readonly { readonly at: number; readonly value: number | undefined }[];
}

export const maxPoints = 240;
const maxLines = 10;

/** Several figures side by side, as far apart as the one with the fewest points. What lies between two moments is averaged. */
export function historyOf(found: ReadonlyMap<FigureName, MeasuredLine>): MetricPoint[] {
  const lines = [...found].filter(([, { points }]) => points.some(({ value }) => value !== undefined));
  const stepMs = Math.max(1, ...lines.map(([, line]) => stepOf(line)));
  const placeOf = (at: number): number => Math.floor(at / stepMs);
  const means = new Map(lines.map(([figure, line]) => [figure, meansOf(line, placeOf)]));
  const places = [...means.values()].flatMap((each) => [...each.keys()]);
  if (places.length === 0) return [];
  const last = places.reduce((one, other) => Math.max(one, other));
  const first = Math.max(
    places.reduce((one, other) => Math.min(one, other)),
    last - maxPoints + 1,
  );
  return Array.from({ length: last - first + 1 }, (_, index) =>
    pointOf(new Map([...means].map(([figure, each]) => [figure, each.get(first + index)])), (first + index) * stepMs),
  );
}

const stepOf = ({ points: [one, other] }: MeasuredLine): number => (one && other ? other.at - one.at : 1);

function meansOf({ points }: MeasuredLine, placeOf: (at: number) => number): ReadonlyMap<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { at, value } of points) {
    if (value === undefined) continue;
    const { sum, count } = sums.get(placeOf(at)) ?? { sum: 0, count: 0 };
    sums.set(placeOf(at), { sum: sum + value, count: count + 1 });
  }
  return new Map([...sums].map(([place, { sum, count }]) => [place, sum / count]));
}

/** The lines of a graph; of more than ten, those with the highest peaks. */
export function seriesOf(lines: readonly MeasuredLine[]): Series[] {
  const peakOf = ({ points }: MeasuredLine): number =>
    points.reduce((peak, { value }) => Math.max(peak, value ?? -Infinity), -Infinity);
  return [...lines]
    .sort((one, other) => peakOf(other) - peakOf(one))
    .slice(0, maxLines)
    .map(({ name, points }) => ({
      name: lines.length === 1 ? '' : cleanText(name, 100),
      points: points.slice(-maxPoints),
    }));
}
