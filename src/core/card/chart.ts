/** A line chart as SVG, and the numbers around it. Pure. */

/** The value of a line at a moment, in milliseconds since 1970; undefined is a gap. */
export interface ChartPoint {
  readonly at: number;
  readonly value: number | undefined;
}

/** What is drawn. All lines have one scale, which begins at 0. */
interface Chart {
  /** Oldest first. The first one stands out: it has an area, and its periods beyond the limit are shaded. At most four are drawn. */
  readonly lines: readonly (readonly ChartPoint[])[];
  /** Drawn as a dashed line; undefined if there is none. */
  readonly limit: number | undefined;
  /** What is below the limit is wrong, not what is above it. */
  readonly isMinimum?: boolean;
  /** Moments to mark, oldest first. */
  readonly marks: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
  /** The top of the scale. */
  readonly scale: number;
}

const width = 720;
const height = 230;
const top = 14;
const base = 226;
const purple = '#7B80E2';
const grey = '#868686';
const red = '#D9595F';
const others = [grey, '#4F9A63', '#C08A2E'] as const;

/** How many lines of a chart can be told apart. */
export const maxLines = 1 + others.length;
/** More points than these can't be distinguished on a card and only enlarge the picture. */
const drawnPoints = 72;
const maxMarks = 6;

/** Fewer points, evenly spread, including the ends; of points that fall together, the highest is kept, so no peak is lost. */
export function thinOut<P>(points: readonly P[], valueOf: (point: P) => number | undefined): readonly P[] {
  const size = Math.ceil(points.length / drawnPoints);
  if (size <= 1) return points;
  const higher = (one: P, other: P): P => ((valueOf(other) ?? -1) > (valueOf(one) ?? -1) ? other : one);
  const kept: P[] = [];
  for (let start = 1; start < points.length - 1; start += size)
    kept.push(points.slice(start, Math.min(start + size, points.length - 1)).reduce(higher));
  return [...points.slice(0, 1), ...kept, ...points.slice(-1)];
}

/** The top of the scale: a round number above everything drawn. */
export function scaleTop(values: readonly number[], limit: number | undefined): number {
  const highest = Math.max(limit ?? 0, ...values) * 1.1 || 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8].find((step) => step * power >= highest) ?? 10) * power;
}

/** The periods in which a line is beyond its limit; crossings are between the points. */
export function spansBeyond(
  points: readonly ChartPoint[],
  limit: number | undefined,
  isMinimum = false,
): { from: number; to: number }[] {
  if (limit === undefined) return [];
  const spans: { from: number; to: number }[] = [];
  let from: number | undefined;
  let before: ChartPoint | undefined;
  for (const point of points) {
    const { value } = point;
    const beyond = value !== undefined && (isMinimum ? value < limit : value > limit);
    if (beyond && from === undefined) from = crossing(before, point, limit);
    if (!beyond && from !== undefined && before) {
      spans.push({ from, to: value === undefined ? before.at : crossing(before, point, limit) });
      from = undefined;
    }
    before = point;
  }
  if (from !== undefined && before) spans.push({ from, to: before.at });
  return spans;
}

/** SVG of 720 x 230, transparent, without text. */
export function drawChart({ lines, limit, isMinimum, marks, fromMs, toMs, scale }: Chart): string {
  const [main = [], ...rest] = lines.slice(0, maxLines);
  const x = (at: number): number => round(((at - fromMs) / (toMs - fromMs)) * width);
  const y = (value: number): number => round(base - (Math.max(0, value) / scale) * (base - top));
  const pathsOf = (points: readonly ChartPoint[]): string[] => polylines(points, x, y);
  const shades = spansBeyond(main, limit, isMinimum).map(({ from, to }) => {
    const left = x(from);
    return `<rect x="${left}" y="${top}" width="${Math.max(2, round(x(to) - left))}" height="${base - top}" fill="${red}" opacity=".14"/>`;
  });
  const areas = pathsOf(main).map((path) => {
    const [first = '0'] = path.slice(1).split(' ');
    const [last = '0'] = path.slice(path.lastIndexOf('L') + 1).split(' ');
    return `<path d="${path}L${last} ${base}L${first} ${base}Z" fill="${purple}" opacity=".13"/>`;
  });
  const drawnMarks = marks.slice(-maxMarks).map((at) => {
    const middle = Math.min(width - 10, Math.max(10, x(at)));
    return `<path d="M${middle} ${top}V${base}" stroke="${grey}" stroke-width="3"/><path d="M${middle - 10} 0h20l-10 15z" fill="${grey}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    ...shades,
    `<path d="M0 228H${width}" stroke="${grey}" stroke-width="2" opacity=".7"/>`,
    ...areas,
    ...(limit === undefined
      ? []
      : [`<path d="M0 ${y(limit)}H${width}" stroke="${red}" stroke-width="3" stroke-dasharray="14 9"/>`]),
    ...drawnMarks,
    ...rest.flatMap((points, index) =>
      pathsOf(points).map((path) => `<path d="${path}" fill="none" stroke="${others[index]}" stroke-width="3"/>`),
    ),
    ...pathsOf(main).map(
      (path) =>
        `<path d="${path}" fill="none" stroke="${purple}" stroke-width="5.5" stroke-linejoin="round" stroke-linecap="round"/>`,
    ),
    '</svg>',
  ].join('');
}

function polylines(points: readonly ChartPoint[], x: (at: number) => number, y: (value: number) => number): string[] {
  const paths: string[][] = [[]];
  for (const { at, value } of points) {
    if (value === undefined) paths.push([]);
    else paths[paths.length - 1]?.push(`${x(at)} ${y(value)}`);
  }
  return paths.filter((path) => path.length > 1).map((path) => `M${path.join('L')}`);
}

function crossing(before: ChartPoint | undefined, after: ChartPoint, limit: number): number {
  if (before?.value === undefined || after.value === undefined) return after.at;
  const share = (limit - before.value) / (after.value - before.value);
  return Math.round(before.at + share * (after.at - before.at));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
