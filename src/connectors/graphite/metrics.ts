import { ConnectorError } from '../../core/errors';
import type { Template } from '../../core/catalog/templates';
import type { Clock } from '../../core/time/clock';
import type { Target } from '../../core/catalog/rights';
import type { MetricSource } from '../contract';
import { boundFigures, historyOf, maxPoints, pointOf, seriesOf } from '../figures/points';
import type { FigureName, MeasuredLine } from '../figures/points';
import { metricsSchema, namedQueries } from '../figures/schema';
import type { MetricsBinding } from '../figures/schema';
import type { GraphiteClient } from './client';
import { fillTarget, graphiteTarget } from './target';

/** What is measured of a service, by the targets that the catalog names. */

export const metricsBinding = metricsSchema(graphiteTarget);

interface MetricParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: GraphiteClient;
  readonly clock: Clock;
}

export function bindMetrics(
  { name, client, clock }: MetricParts,
  binding: MetricsBinding<Template>,
  target: Target,
): MetricSource {
  const fail = (failure: 'not found' | 'invalid answer', words: string): ConnectorError =>
    new ConnectorError(name, failure, `${words} of ${target.service} in ${target.environment}`);

  /** The line of each figure that has one. A figure is one line: which of several is meant, nobody could tell. */
  async function read(fromMs: number, toMs: number, points: number): Promise<ReadonlyMap<FigureName, MeasuredLine>> {
    const found = await Promise.all(
      boundFigures(binding).map(async ({ figure, query, factor }) => {
        const lines = await client.render(fillTarget(query, target), fromMs, toMs, points);
        if (lines.length > 1) throw fail('invalid answer', `${lines.length} series instead of one for ${figure}`);
        return lines.map((line) => [figure, scaled(line, factor)] as const);
      }),
    );
    return new Map(found.flat());
  }

  function targetOf(query: string): string {
    const found = new Map(Object.entries(binding.queries ?? {})).get(query);
    if (!found) throw fail('not found', 'no such query');
    return fillTarget(found.query, target);
  }

  return {
    async figures(overMs) {
      const now = clock.now();
      const lines = await read(now - overMs, now, 1);
      const values = new Map([...lines].map(([figure, { points }]) => [figure, points.at(-1)?.value]));
      return [...values.values()].every((value) => value === undefined) ? undefined : pointOf(values, now);
    },
    history: async (fromMs, toMs) => historyOf(await read(fromMs, toMs, maxPoints)),
    queries: namedQueries(binding, target),
    series: async (query, fromMs, toMs) => seriesOf(await client.render(targetOf(query), fromMs, toMs, maxPoints)),
    picture: async (query, fromMs, toMs, size) => client.picture(targetOf(query), fromMs, toMs, size),
  };
}

const scaled = ({ name, points }: MeasuredLine, factor: number): MeasuredLine => ({
  name,
  points: points.map(({ at, value }) => ({ at, value: value === undefined ? undefined : value * factor })),
});
