import { cleanText } from '../../core/text';
import type { AnsweringSince, Probe } from '../contract';
import { momentsOf } from './client';
import type { Grid, InstantSeries, PrometheusClient } from './client';

/** Whether a service responds, by a query that gives 1 for each of its targets that is up. */

/** Pieces of an hour, each looked at every second; and of a day, each looked at as often as most targets are scraped. */
const fineMs = 15_000;
const coarseMs = 360_000;
const pieces = 240;

/** Undefined if nothing is known. */
export function probeIn(series: readonly InstantSeries[], at: number): Probe | undefined {
  const values = series.flatMap(({ value }) => (value === undefined ? [] : [value]));
  if (values.length === 0) return undefined;
  const down = values.filter((value) => value < 1).length;
  if (values.every((value) => value <= 0)) return { at, answers: false };
  if (down === 0) return { at, answers: true };
  const complaint =
    values.length === 1
      ? 'some of its targets are down'
      : `${down} of ${values.length} targets ${down === 1 ? 'is' : 'are'} down`;
  return { at, answers: true, complaint: cleanText(complaint) };
}

/** What was true in the whole piece of time that ends at a moment; undefined if nobody knows. */
interface Observation {
  readonly at: number;
  readonly isSame: boolean | undefined;
}

/** The last piece in which something else was true, or of which nobody knows. */
export const lastOther = (observations: readonly Observation[]): Observation | undefined =>
  observations.findLast(({ isSame }) => isSame !== true);

/**
 * Since when all targets are up, or not all: to 15 s, and at most for a day. A time without any sample is a break, since nobody knows what happened in it.
 * Undefined if nothing is known now.
 */
export async function readAnsweringSince(
  client: Pick<PrometheusClient, 'instant' | 'range'>,
  up: string,
  now: number,
): Promise<AnsweringSince | undefined> {
  const all = `min(\n${up}\n)`;
  const [current] = await client.instant(all);
  if (current?.value === undefined) return undefined;
  const well = current.value >= 1;
  // The worst moment of each piece if all is well now, else the best one: so nothing is missed, however short.
  const over = well ? 'min_over_time' : 'max_over_time';

  async function observe(grid: Grid, everySeconds: number): Promise<Observation[]> {
    const [series] = await client.range(`${over}(${all}[${grid.stepMs / 1_000}s:${everySeconds}s])`, grid);
    return momentsOf(grid).map((at) => {
      const value = series?.values.get(at);
      return { at, isSame: value === undefined ? undefined : value >= 1 === well };
    });
  }

  const to = Math.floor(now / 1_000) * 1_000;
  const hour = piecesUntil(to, fineMs);
  const recent = lastOther(await observe(hour, 1));
  if (recent) return describe(well, recent, to);
  const day = piecesUntil(hour.fromMs, coarseMs);
  const other = lastOther(await observe(day, fineMs / 1_000));
  if (!other) return { well, since: day.fromMs, ...(!well && { unwellAt: to }) };
  const exact = lastOther(await observe({ fromMs: other.at - coarseMs + fineMs, toMs: other.at, stepMs: fineMs }, 1));
  return describe(well, exact ?? other, to);
}

const piecesUntil = (toMs: number, stepMs: number): Grid => ({ fromMs: toMs - (pieces - 1) * stepMs, toMs, stepMs });

function describe(well: boolean, { at, isSame }: Observation, now: number): AnsweringSince {
  const unwellAt = well ? (isSame === false ? at : undefined) : now;
  return { well, since: at, ...(unwellAt !== undefined && { unwellAt }) };
}
