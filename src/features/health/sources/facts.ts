import type { AnsweringSince, MetricPoint, Probe } from '../../../connectors/contract';
import { staleAfterMs } from '../record';

/** What several connections measure of one service, as if one had measured it. Pure. */

const figures = ['p95Ms', 'p50Ms', 'errorPercent', 'requestsPerSecond', 'saturationPercent'] as const;

/** Each figure from the first connection that has it. What is much older than the newest point says nothing about now. */
export function mergePoints(points: readonly (MetricPoint | undefined)[]): MetricPoint | undefined {
  const known = points.filter((each) => each !== undefined);
  if (known.length < 2) return known[0];
  const at = Math.max(...known.map((each) => each.at));
  return withEach(
    at,
    known.filter((each) => at - each.at <= staleAfterMs),
  );
}

/**
 * The points of the first connection that has any, and beside them each figure it lacks from the first other one that has it: of the point that is nearest
 * in time.
 */
export function mergeHistories(histories: readonly (readonly MetricPoint[])[]): readonly MetricPoint[] {
  const known = histories.filter((each) => each.length > 0);
  const [base = [], ...others] = known;
  if (others.length === 0) return base;
  const nearest = others.map((points) => nearestIn(points, spacingOf(points)));
  return base.map((point) => withEach(point.at, [point, ...nearest.flatMap((find) => find(point.at) ?? [])]));
}

function withEach(at: number, points: readonly MetricPoint[]): MetricPoint {
  const values = figures.map((figure) => [figure, points.find((each) => each[figure] !== undefined)?.[figure]]);
  return { ...(Object.fromEntries(values) as Omit<MetricPoint, 'at'>), at };
}

function spacingOf([first, second]: readonly MetricPoint[]): number {
  return first && second ? second.at - first.at : 60_000;
}

/** Finds the point nearest to a moment, if it's no farther than the points are apart. Moments have to be asked in order. */
function nearestIn(points: readonly MetricPoint[], spacingMs: number): (at: number) => MetricPoint | undefined {
  let index = 0;
  const distance = (position: number, at: number): number => Math.abs((points[position]?.at ?? Infinity) - at);
  return (at) => {
    while (distance(index + 1, at) <= distance(index, at)) index += 1;
    return distance(index, at) <= spacingMs ? points[index] : undefined;
  };
}

/** The worst of what several saw: no answer, then a complaint. */
export function worstProbe(probes: readonly Probe[]): Probe | undefined {
  return probes.find(({ answers }) => !answers) ?? probes.find(({ complaint }) => complaint !== undefined) ?? probes[0];
}

/** It responds well only since all of them have said so, and hasn't since the first of them said otherwise. */
export function mergeAnswering(all: readonly AnsweringSince[]): AnsweringSince | undefined {
  if (all.length < 2) return all[0];
  const unwell = all.filter(({ well }) => !well);
  const unwellAt = Math.max(0, ...all.map((each) => each.unwellAt ?? 0));
  return {
    well: unwell.length === 0,
    since:
      unwell.length === 0 ? Math.max(...all.map(({ since }) => since)) : Math.min(...unwell.map(({ since }) => since)),
    ...(unwellAt > 0 && { unwellAt }),
  };
}
