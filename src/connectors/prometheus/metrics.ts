import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { Clock } from '../../core/time/clock';
import type { MetricPoint, MetricSource, NamedQuery, Series } from '../contract';
import type { Target } from '../../core/catalog/rights';
import { probeIn, readAnsweringSince } from './answering';
import { momentsOf } from './client';
import type { Grid, PrometheusClient, RangeSeries } from './client';
import { fillQuery, promql } from './promql';

/** What is measured of a service, by the queries that the catalog names. */

export const metricsBinding = z.strictObject({
  /** The median and the 95th percentile of the response time, in seconds. */
  p50: promql.optional(),
  p95: promql.optional(),
  /** The failed share of the requests, 0 to 1. */
  errors: promql.optional(),
  /** Requests per second. */
  rate: promql.optional(),
  /** How much of its scarcest resource it uses, 0 to 1. */
  saturation: promql.optional(),
  /** 1 for each target that is up. */
  up: promql.optional(),
  /** What else people can ask for by name. */
  queries: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9 ._-]{0,39}$/i, 'a name of letters, digits, spaces, dots and dashes'),
      z.strictObject({ query: promql, unit: text.optional(), limit: z.number().optional() }),
    )
    .refine((queries) => Object.keys(queries).length <= 40, 'at most 40 queries')
    .optional(),
});

type MetricsBinding = z.output<typeof metricsBinding>;

/** Each figure with its field of a point, and the number of the field's units in one of Prometheus'. */
const figures = [
  ['p50', 'p50Ms', 1_000],
  ['p95', 'p95Ms', 1_000],
  ['errors', 'errorPercent', 100],
  ['rate', 'requestsPerSecond', 1],
  ['saturation', 'saturationPercent', 100],
] as const;

type Figure = (typeof figures)[number][0];

const maxPoints = 240;
const maxLines = 10;
const minStepMs = 5_000;

interface MetricParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: PrometheusClient;
  readonly clock: Clock;
}

export function bindMetrics(
  { name, client, clock }: MetricParts,
  binding: MetricsBinding,
  target: Target,
): MetricSource {
  const fill = (template: Template, overMs: number): string => fillQuery(template, target, overMs);
  const fail = (failure: 'not found' | 'invalid answer', words: string): ConnectorError =>
    new ConnectorError(name, failure, `${words} of ${target.service} in ${target.environment}`);

  /** A figure is one number: which of several is meant, nobody could tell. */
  function only<T>(found: readonly T[], figure: string): T | undefined {
    if (found.length > 1) throw fail('invalid answer', `${found.length} series instead of one for ${figure}`);
    return found[0];
  }

  async function ofEach<T>(read: (query: Template, figure: Figure) => Promise<T>): Promise<Map<Figure, T>> {
    const found = await Promise.all(
      figures.map(async ([figure]) => {
        const query = binding[figure];
        return query ? [[figure, await read(query, figure)] as const] : [];
      }),
    );
    return new Map(found.flat());
  }

  const { up, queries = {} } = binding;
  const named = new Map(Object.entries(queries));
  return {
    async figures(overMs) {
      const found = await ofEach(
        async (query, figure) => only(await client.instant(fill(query, overMs)), figure)?.value,
      );
      return [...found.values()].every((value) => value === undefined) ? undefined : pointOf(found, clock.now());
    },
    async history(fromMs, toMs) {
      const grid = gridBetween(fromMs, toMs);
      const found = await ofEach(async (query, figure) =>
        only(await client.range(fill(query, grid.stepMs), grid), figure),
      );
      return pointsOf(found, grid);
    },
    ...(up && {
      async probe() {
        const probe = probeIn(await client.instant(fill(up, 0)), clock.now());
        if (!probe) throw fail('not found', 'no series that tells whether it is up,');
        return probe;
      },
      answeringSince: () => readAnsweringSince(client, fill(up, 0), clock.now()),
    }),
    queries: [...named].map(([query, { unit, limit }]): NamedQuery => ({
      name: query,
      unit: unit ? cleanText(fillTemplate(unit, target), 20) : '',
      ...(limit !== undefined && { limit }),
    })),
    async series(query, fromMs, toMs) {
      const template = named.get(query)?.query;
      if (!template) throw fail('not found', 'no such query');
      const grid = gridBetween(fromMs, toMs);
      return linesOf(await client.range(fill(template, grid.stepMs), grid), grid);
    },
  };
}

/** At most 240 moments. They are multiples of the step, so that what is read again a little later has the same ones. */
export function gridBetween(fromMs: number, toMs: number): Grid {
  const stepMs = Math.max(minStepMs, Math.ceil((toMs - fromMs) / (maxPoints - 1) / 1_000) * 1_000);
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  return { fromMs: first, toMs: Math.max(first, Math.floor(toMs / stepMs) * stepMs), stepMs };
}

function pointOf(values: ReadonlyMap<Figure, number | undefined>, at: number): MetricPoint {
  const inUnits = (figure: Figure, units: number): number | undefined => {
    const value = values.get(figure);
    return value === undefined ? undefined : value * units;
  };
  const fields = figures.map(([figure, field, units]) => [field, inUnits(figure, units)] as const);
  return { at, ...(Object.fromEntries(fields) as Omit<MetricPoint, 'at'>) };
}

function pointsOf(found: ReadonlyMap<Figure, RangeSeries | undefined>, grid: Grid): MetricPoint[] {
  const points = momentsOf(grid).map((at) => {
    const values = new Map([...found].map(([figure, series]) => [figure, series?.values.get(at)] as const));
    return { isKnown: [...values.values()].some((value) => value !== undefined), point: pointOf(values, at) };
  });
  // Before the first number and after the last one there is nothing to draw.
  const first = points.findIndex(({ isKnown }) => isKnown);
  const last = points.findLastIndex(({ isKnown }) => isKnown);
  return first < 0 ? [] : points.slice(first, last + 1).map(({ point }) => point);
}

/** The lines of a graph; of more than ten, those with the highest peaks. */
export function linesOf(series: readonly RangeSeries[], grid: Grid): Series[] {
  const peakOf = ({ values }: RangeSeries): number => Math.max(-Infinity, ...values.values());
  const shown = [...series].sort((one, other) => peakOf(other) - peakOf(one)).slice(0, maxLines);
  const telling = tellingLabels(shown);
  return shown.map(({ labels, values }) => ({
    name: nameOf(labels, telling),
    points: momentsOf(grid).map((at) => ({ at, value: values.get(at) })),
  }));
}

/** The labels in which the series differ. */
function tellingLabels(series: readonly RangeSeries[]): string[] {
  const names = new Set(series.flatMap(({ labels }) => Object.keys(labels)));
  return [...names]
    .filter((name) => new Set(series.map(({ labels }) => new Map(Object.entries(labels)).get(name))).size > 1)
    .sort();
}

function nameOf(labels: Readonly<Record<string, string>>, telling: readonly string[]): string {
  const values = new Map(Object.entries(labels));
  const parts = telling.flatMap((name) => {
    const value = values.get(name);
    if (value === undefined) return [];
    return [telling.length === 1 ? value : `${name}=${value}`];
  });
  return cleanText(parts.join(', '), 100);
}
