import { cleanText } from '../../core/text';
import type { AnsweringSince, Probe } from '../contract';
import { momentsOf } from './client';
import type { Grid, InstantSeries, PrometheusClient } from './client';

/** Whether a service responds, by a query that gives 1 for each of its targets that is up. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** As often as most are scraped. */
const fineMs = 15_000;
const coarseMs = 6 * minuteMs;

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

/** Whether all was well at a moment; undefined if nobody knows. */
export interface Observation {
  readonly at: number;
  readonly well: boolean | undefined;
}

interface LastRun {
  readonly well: boolean;
  readonly since: number;
  /** What was before; undefined if the first observation belongs to the run. */
  readonly before?: Observation;
}

/** The observations at the end that say the same; undefined if the last one says nothing. */
export function lastRun(observations: readonly Observation[]): LastRun | undefined {
  const last = observations.at(-1);
  if (last?.well === undefined) return undefined;
  const before = observations.findLast(({ well }) => well !== last.well);
  const since = before ? observations[observations.indexOf(before) + 1] : observations[0];
  return { well: last.well, since: since?.at ?? last.at, ...(before && { before }) };
}

/**
 * Since when all targets are up, or not: to 15 s. Looks back for an hour, and if nothing changed, for a day. A time without any sample is a break, since
 * nobody knows what happened in it.
 */
export async function readAnsweringSince(
  client: Pick<PrometheusClient, 'range'>,
  up: string,
  now: number,
): Promise<AnsweringSince | undefined> {
  const all = `min(\n${up}\n)`;
  const to = Math.floor(now / fineMs) * fineMs;
  const observe = async (query: string, grid: Grid): Promise<Observation[]> => {
    const [series] = await client.range(query, grid);
    return momentsOf(grid).map((at) => {
      const value = series?.values.get(at);
      return { at, well: value === undefined ? undefined : value >= 1 };
    });
  };

  // The last step may be so new that nothing was scraped in it yet.
  const recent = withoutOpenEnd(await observe(all, { fromMs: to - hourMs, toMs: to, stepMs: fineMs }));
  const run = lastRun(recent);
  if (!run || run.before) return run && describe(run, to);
  const begun = run.since;
  // Of each piece of the day the worst moment if all is well now, else the best one: nothing shorter is missed.
  const over = run.well ? 'min_over_time' : 'max_over_time';
  const pieces = `${over}(${all}[${coarseMs / 1_000}s:${fineMs / 1_000}s])`;
  const day = lastRun([...(await observe(pieces, dayBefore(begun))), { at: begun, well: run.well }]);
  if (!day?.before) return describe(day ?? run, to);
  const piece = { fromMs: day.since - 2 * coarseMs, toMs: day.since, stepMs: fineMs };
  const exact = lastRun(await observe(all, piece));
  return describe(exact?.well === run.well ? exact : day, to);
}

/** Pieces that end at these moments cover the day before. */
const dayBefore = (endMs: number): Grid => ({
  fromMs: endMs - 240 * coarseMs,
  toMs: endMs - coarseMs,
  stepMs: coarseMs,
});

function withoutOpenEnd(observations: readonly Observation[]): readonly Observation[] {
  return observations.at(-1)?.well === undefined ? observations.slice(0, -1) : observations;
}

function describe({ well, since, before }: LastRun, now: number): AnsweringSince {
  const unwellAt = well ? (before?.well === false ? before.at : undefined) : now;
  return { well, since, ...(unwellAt !== undefined && { unwellAt }) };
}
