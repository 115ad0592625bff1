import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import { cleanText } from '../../core/text';
import type { Target } from '../../core/catalog/rights';
import type { NamedQuery } from '../contract';

/** What a binding of metrics says: the query of each figure with its unit, and the queries that people can ask for by name. Pure. */

/** What one of each unit is in the unit of the figure's field: milliseconds, percent, requests per second. The first is the default. */
const times = { ms: 1, s: 1_000 } as const;
const shares = { '%': 1, ratio: 100 } as const;
const rates = { '/s': 1, '/min': 1 / 60 } as const;

/** A figure's query, and what its value is multiplied with. */
export interface FigureQuery<Query> {
  readonly query: Query;
  readonly factor: number;
}

function figure<Query>(query: z.ZodType<Query>, units: Readonly<Record<string, number>>) {
  const known = new Map(Object.entries(units));
  const [usual = 1] = known.values();
  const unit = text.transform((template, context) => {
    const factor = known.get(fillTemplate(template, {}));
    if (factor === undefined)
      context.addIssue({ code: 'custom', message: `must be ${[...known.keys()].join(' or ')}` });
    return factor ?? usual;
  });
  const whole = z.strictObject({ query, unit: unit.optional() });
  // Without a unit, the query stands alone.
  return z
    .preprocess((given) => (isText(given) ? { query: given } : given), whole)
    .transform((found): FigureQuery<Query> => ({ query: found.query, factor: found.unit ?? usual }))
    .optional();
}

const isText = (given: unknown): boolean => text.safeParse(given).success;

/** `query` is the schema of one query of the connector. */
export function metricsSchema<Query>(query: z.ZodType<Query>) {
  return z.strictObject({
    /** The median and the 95th percentile of the response time. */
    p50: figure(query, times),
    p95: figure(query, times),
    /** The failed share of the requests. */
    errors: figure(query, shares),
    /** Requests in a time. */
    rate: figure(query, rates),
    /** How much of its scarcest resource it uses. */
    saturation: figure(query, shares),
    /** What else people can ask for by name. */
    queries: z
      .record(
        z.string().regex(/^[a-z0-9][a-z0-9 ._-]{0,39}$/i, 'a name of letters, digits, spaces, dots and dashes'),
        z.strictObject({ query, unit: text.optional(), limit: z.number().optional() }),
      )
      .refine((queries) => Object.keys(queries).length <= 40, 'at most 40 queries')
      .optional(),
  });
}

/** What a schema of `metricsSchema` reads. */
export type MetricsBinding<Query> = z.output<ReturnType<typeof metricsSchema<Query>>>;

/** The named queries of a binding for a target, in its order. */
export function namedQueries<Query>({ queries = {} }: MetricsBinding<Query>, target: Target): NamedQuery[] {
  return Object.entries(queries).map(([name, { unit, limit }]) => ({
    name,
    unit: unit ? cleanText(fillTemplate(unit, target), 20) : '',
    ...(limit !== undefined && { limit }),
  }));
}
