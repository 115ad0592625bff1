import { ConnectorError } from '../../core/errors';
import type { Target } from '../../core/catalog/rights';
import type { Clock } from '../../core/time/clock';
import type { MetricSource } from '../contract';
import { boundFigures, historyOf, maxPoints, pointOf, seriesOf } from './points';
import type { FigureName, MeasuredLine } from './points';
import { namedQueries } from './schema';
import type { MetricsBinding } from './schema';

/** The metrics of a binding, for systems each of whose queries gives lines of numbers. */

interface MeasuredParts<Query> {
  /** The name of the connection. */
  readonly name: string;
  readonly clock: Clock;
  readonly binding: MetricsBinding<Query>;
  readonly target: Target;
  /** Into how many points the time of a figure is divided; the figure is their mean. */
  readonly figurePoints: number;
  /** The lines of a query with about so many points each. Rejects with `ConnectorError`. */
  readonly read: (query: Query, fromMs: number, toMs: number, points: number) => Promise<MeasuredLine[]>;
}

export function measuredSource<Query>({ name, clock, binding, target, figurePoints, read }: MeasuredParts<Query>) {
  const fail = (failure: 'not found' | 'invalid answer', words: string): ConnectorError =>
    new ConnectorError(name, failure, `${words} of ${target.service} in ${target.environment}`);

  /** The line of each figure that has one. A figure is one line: which of several is meant, nobody could tell. */
  async function readFigures(
    fromMs: number,
    toMs: number,
    points: number,
  ): Promise<ReadonlyMap<FigureName, MeasuredLine>> {
    const found = await Promise.all(
      boundFigures(binding).map(async ({ figure, query, factor }) => {
        const lines = await read(query, fromMs, toMs, points);
        if (lines.length > 1) throw fail('invalid answer', `${lines.length} series instead of one for ${figure}`);
        return lines.map((line) => [figure, scaleLine(line, factor)] as const);
      }),
    );
    return new Map(found.flat());
  }

  /** Throws `not found` for a name that the binding doesn't have. */
  function queryNamed(query: string): Query {
    const found = new Map(Object.entries(binding.queries ?? {})).get(query);
    if (!found) throw fail('not found', 'no such query');
    return found.query;
  }

  const source = {
    async figures(overMs) {
      const now = clock.now();
      const lines = await readFigures(now - overMs, now, figurePoints);
      const values = new Map([...lines].map(([figure, line]) => [figure, meanOf(line)]));
      return [...values.values()].every((value) => value === undefined) ? undefined : pointOf(values, now);
    },
    history: async (fromMs, toMs) => historyOf(await readFigures(fromMs, toMs, maxPoints)),
    queries: namedQueries(binding, target),
    series: async (query, fromMs, toMs) => seriesOf(await read(queryNamed(query), fromMs, toMs, maxPoints)),
  } satisfies MetricSource;
  return { source, queryNamed };
}

export const scaleLine = ({ name, points }: MeasuredLine, factor: number): MeasuredLine => ({
  name,
  points: points.map(({ at, value }) => ({ at, value: value === undefined ? undefined : value * factor })),
});

function meanOf({ points }: MeasuredLine): number | undefined {
  const values = points.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
