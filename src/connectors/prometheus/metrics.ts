import type { z } from 'zod';
import type { Template } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { Clock } from '../../core/time/clock';
import type { MetricSource, Series } from '../contract';
import type { Target } from '../../core/catalog/rights';
import { boundFigures, historyOf, maxPoints, pointOf, seriesOf } from '../figures/points';
import type { MeasuredLine } from '../figures/points';
import { metricsSchema, namedQueries } from '../figures/schema';
import { probeIn, readAnsweringSince } from './answering';
import { momentsOf } from './client';
import type { Grid, PrometheusClient, RangeSeries } from './client';
import { fillQuery, promql } from './promql';

/** What is measured of a service, by the queries that the catalog names. */

export const metricsBinding = metricsSchema(promql, { usual: { time: 's', share: 'ratio' } }).extend({
  /** 1 for each target that is up. */
  up: promql.optional(),
});

const minStepMs = 5_000;

interface MetricParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: PrometheusClient;
  readonly clock: Clock;
}

export function bindMetrics(
  { name, client, clock }: MetricParts,
  binding: z.output<typeof metricsBinding>,
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

  const { up } = binding;
  const queries = new Map(Object.entries(binding.queries ?? {}));
  return {
    async figures(overMs) {
      const found = await Promise.all(
        boundFigures(binding).map(async ({ figure, query, factor }) => {
          const value = only(await client.instant(fill(query, overMs)), figure)?.value;
          return [figure, value === undefined ? undefined : value * factor] as const;
        }),
      );
      const values = new Map(found);
      return found.every(([, value]) => value === undefined) ? undefined : pointOf(values, clock.now());
    },
    async history(fromMs, toMs) {
      const grid = gridBetween(fromMs, toMs);
      const found = await Promise.all(
        boundFigures(binding).map(async ({ figure, query, factor }) => {
          const series = only(await client.range(fill(query, grid.stepMs), grid), figure);
          return series ? [[figure, lineOf(series, grid, '', factor)] as const] : [];
        }),
      );
      return historyOf(new Map(found.flat()));
    },
    ...(up && {
      async probe() {
        const probe = probeIn(await client.instant(fill(up, 0)), clock.now());
        if (!probe) throw fail('not found', 'no series that says whether it’s up,');
        return probe;
      },
      answeringSince: () => readAnsweringSince(client, fill(up, 0), clock.now()),
    }),
    queries: namedQueries(binding, target),
    async series(query, fromMs, toMs) {
      const template = queries.get(query)?.query;
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

/** The lines of a graph, each named by the labels in which they differ. */
export function linesOf(found: readonly RangeSeries[], grid: Grid): Series[] {
  const telling = tellingLabels(found);
  return seriesOf(found.map((series) => lineOf(series, grid, nameOf(series.labels, telling))));
}

function lineOf({ values }: RangeSeries, grid: Grid, name: string, factor = 1): MeasuredLine {
  const valueAt = (at: number): number | undefined => {
    const value = values.get(at);
    return value === undefined ? undefined : value * factor;
  };
  return { name, points: momentsOf(grid).map((at) => ({ at, value: valueAt(at) })) };
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
