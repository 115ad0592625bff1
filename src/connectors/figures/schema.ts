import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import { cleanText } from '../../core/text';
import type { Target } from '../../core/catalog/rights';
import type { NamedQuery } from '../contract';

/** What a binding of metrics says: the query of each figure with its unit, and the queries that people can ask for by name. Pure. */

/** What one of each unit is in the unit of the figure's field: milliseconds, percent, requests per second. */
const times = { ms: 1, s: 1_000 } as const;
const shares = { '%': 1, ratio: 100 } as const;
const rates = { '/s': 1, '/min': 1 / 60 } as const;

/** A figure's query, and what its value is multiplied with. */
export interface FigureQuery<Query> {
  readonly query: Query;
  readonly factor: number;
}

function figure<Query, Units extends Readonly<Record<string, number>>>(
  query: z.ZodType<Query>,
  units: Units,
  usualUnit: keyof Units & string,
) {
  const known = new Map(Object.entries(units));
  const usual = known.get(usualUnit) ?? 1;
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

interface MetricsOptions {
  /** The units of figures that name none: those in which this kind of system usually measures. */
  readonly usual?: { readonly time: keyof typeof times; readonly share: keyof typeof shares };
  /** The system draws pictures of its own. */
  readonly hasPictures?: boolean;
}

/** `query` is the schema of one query of the connector. */
export function metricsSchema<Query>(
  query: z.ZodType<Query>,
  { usual: { time, share } = { time: 'ms', share: '%' }, hasPictures = false }: MetricsOptions = {},
) {
  const picture = hasPictures ? z.boolean().optional() : z.undefined().optional();
  return z.strictObject({
    /** The median and the 95th percentile of the response time. */
    p50: figure(query, times, time),
    p95: figure(query, times, time),
    /** The failed share of the requests. */
    errors: figure(query, shares, share),
    /** Requests in a time. */
    rate: figure(query, rates, '/s'),
    /** How much of its scarcest resource it uses. */
    saturation: figure(query, shares, share),
    /** What else people can ask for by name. */
    queries: z
      .record(
        z.string().regex(/^[a-z0-9][a-z0-9 ._-]{0,39}$/i, 'a name of letters, digits, spaces, dots, and dashes'),
        z.strictObject({ query, unit: text.optional(), limit: z.number().optional(), picture }),
      )
      .refine((queries) => Object.keys(queries).length <= 40, 'at most 40 queries')
      .optional(),
  });
}

/** What a schema of `metricsSchema` reads. */
export type MetricsBinding<Query> = z.output<ReturnType<typeof metricsSchema<Query>>>;

/** The named queries of a binding for a target, in its order. */
export function namedQueries<Query>({ queries = {} }: MetricsBinding<Query>, target: Target): NamedQuery[] {
  return Object.entries(queries).map(([name, { unit, limit, picture }]) => ({
    name,
    unit: unit ? cleanText(fillTemplate(unit, target), 20) : '',
    ...(limit !== undefined && { limit }),
    ...(picture === true && { prefersPicture: true }),
  }));
}
