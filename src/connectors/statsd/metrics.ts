import { fillTemplate, text } from '../../core/catalog/templates';
import type { Template } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import { ConnectorError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import type { MetricSource } from '../contract';
import { boundFigures, pointOf } from '../figures/points';
import { metricsSchema, namedQueries } from '../figures/schema';
import type { MetricsBinding } from '../figures/schema';
import type { StatsdClient, StatsdTable } from './client';
import type { Inspected } from './inspected';

/** What statsd holds at the moment. */

const form = /^(gauges|counters|timers)\.(.+?)(?:#(median|p95|mean|max))?$/;

/** `gauges.shop.queue`, `counters.shop.requests` or `timers.shop.response#p95`. */
const statsdValue = text.refine((template) => {
  const [, table, , part] = form.exec(fillTemplate(template, { service: 'a', environment: 'b' })) ?? [];
  return table !== undefined && (table === 'timers') === (part !== undefined);
}, 'must be gauges.<name>, counters.<name> or timers.<name> with #median, #p95, #mean, or #max');

export const metricsBinding = metricsSchema(statsdValue).refine(
  (binding) => boundFigures(binding).every(({ query }) => !String(query.pieces[0]).startsWith('counters.')),
  'must not use counters for health: what they count since the last flush isn’t a rate. Read the rate from Graphite',
);

interface MetricParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: StatsdClient;
  readonly clock: Clock;
}

/** A value as part of a name in statsd: it has no dots, which would make more parts of it. */
export const encodeName = (value: string): string => value.replace(/[^A-Za-z0-9_-]/g, '_');

export function bindMetrics(
  { name, client, clock }: MetricParts,
  binding: MetricsBinding<Template>,
  target: Target,
): MetricSource {
  async function read(query: Template): Promise<number | undefined> {
    const [, table = '', key = '', part = ''] = form.exec(fillTemplate(query, target, encodeName)) ?? [];
    return readPart((await client.read(table as StatsdTable)).get(key), part);
  }

  return {
    async figures() {
      const found = await Promise.all(
        boundFigures(binding).map(async ({ figure, query, factor }) => {
          const value = await read(query);
          return [figure, value === undefined ? undefined : value * factor] as const;
        }),
      );
      return found.every(([, value]) => value === undefined) ? undefined : pointOf(new Map(found), clock.now());
    },
    // What it has flushed, statsd forgets.
    history: async () => [],
    queries: namedQueries(binding, target),
    async series(query) {
      const found = new Map(Object.entries(binding.queries ?? {})).get(query);
      if (!found)
        throw new ConnectorError(name, 'not found', `no such query of ${target.service} in ${target.environment}`);
      const value = await read(found.query);
      return value === undefined ? [] : [{ name: '', points: [{ at: clock.now(), value }] }];
    },
  };
}

/** The value, or this part of a timer's values; undefined if nothing was measured, or if statsd didn't show all of it. */
export function readPart(found: Inspected | undefined, part: string): number | undefined {
  if (found === undefined || typeof found === 'number') return found;
  const sorted = [...found.values].sort((one, other) => one - other);
  if (sorted.length === 0 || found.isCut) return undefined;
  if (part === 'mean') return sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const share = new Map([
    ['median', 0.5],
    ['p95', 0.95],
  ]).get(part);
  return sorted[Math.max(0, Math.ceil(sorted.length * (share ?? 1)) - 1)];
}
