import { z } from 'zod';
import { fillTemplate, text } from '../../core/catalog/templates';
import type { Target } from '../../core/catalog/rights';
import { ConnectorError } from '../../core/errors';
import { cleanText } from '../../core/text';
import type { MetricPoint, MetricSource, NamedQuery } from '../contract';
import type { NagiosClient } from './client';
import { perfdataIn, secondsToMs } from './perfdata';
import type { PerfValue } from './perfdata';

/** What the checks of a service measure: the performance data of its last check. Nagios keeps no earlier ones. */

export const metricsBinding = z.strictObject({
  host: text,
  /** Its check gives the figures, by these labels of its performance data. */
  service: text,
  p50: text.optional(),
  p95: text.optional(),
  /** In percent. */
  errors: text.optional(),
  /** Requests per second. */
  rate: text.optional(),
  /** In percent. */
  saturation: text.optional(),
  /** What else people can ask for by name. */
  queries: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9 ._-]{0,39}$/i, 'a name of letters, digits, spaces, dots, and dashes'),
      z.strictObject({
        label: text,
        /** Another service on the host. */
        service: text.optional(),
        unit: text.optional(),
        limit: z.number().optional(),
      }),
    )
    .refine((queries) => Object.keys(queries).length <= 40, 'at most 40 queries')
    .optional(),
});

type MetricsBinding = z.output<typeof metricsBinding>;

const asIs = ({ value }: PerfValue): number => value;

/** Each figure with its field of a point, and its value in the field's unit. */
const figures = [
  ['p50', 'p50Ms', secondsToMs],
  ['p95', 'p95Ms', secondsToMs],
  ['errors', 'errorPercent', asIs],
  ['rate', 'requestsPerSecond', asIs],
  ['saturation', 'saturationPercent', asIs],
] as const;

interface MetricParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: NagiosClient;
}

export function bindMetrics({ name, client }: MetricParts, binding: MetricsBinding, target: Target): MetricSource {
  const host = fillTemplate(binding.host, target);
  const named = new Map(Object.entries(binding.queries ?? {}));

  /** What the last check of a service measured; undefined if there was none yet. */
  async function lastOf(service: string) {
    const { last_check: at, perf_data: data } = await client.stateOf({ host, service });
    return at > 0 ? { at, values: perfdataIn(data) } : undefined;
  }

  async function pointNow(): Promise<MetricPoint | undefined> {
    const last = await lastOf(fillTemplate(binding.service, target));
    if (!last) return undefined;
    const fields = figures.map(([figure, field, convert]) => {
      const label = binding[figure];
      const found = label && last.values.get(fillTemplate(label, target));
      return [field, found && convert(found)] as const;
    });
    if (fields.every(([, value]) => value === undefined)) return undefined;
    return { at: last.at, ...(Object.fromEntries(fields) as Omit<MetricPoint, 'at'>) };
  }

  return {
    figures: pointNow,
    async history(fromMs, toMs) {
      const point = await pointNow();
      return point && point.at >= fromMs && point.at <= toMs ? [point] : [];
    },
    queries: [...named].map(([query, { unit, limit }]): NamedQuery => ({
      name: query,
      unit: unit ? cleanText(fillTemplate(unit, target), 20) : '',
      ...(limit !== undefined && { limit }),
    })),
    async series(query, fromMs, toMs) {
      const wanted = named.get(query);
      if (!wanted) throw new ConnectorError(name, 'not found', `no such query of ${target.service}`);
      const last = await lastOf(fillTemplate(wanted.service ?? binding.service, target));
      const found = last?.values.get(fillTemplate(wanted.label, target));
      if (!last || !found || last.at < fromMs || last.at > toMs) return [];
      return [{ name: '', points: [{ at: last.at, value: found.value }] }];
    },
  };
}
