import type { Template } from '../../core/catalog/templates';
import type { Clock } from '../../core/time/clock';
import type { Target } from '../../core/catalog/rights';
import type { MetricSource } from '../contract';
import { metricsSchema } from '../figures/schema';
import type { MetricsBinding } from '../figures/schema';
import { measuredSource } from '../figures/source';
import type { GraphiteClient } from './client';
import { fillTarget, graphiteTarget } from './target';

/** What is measured of a service, by the targets that the catalog names. */

export const metricsBinding = metricsSchema(graphiteTarget, { hasPictures: true });

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
  const { source, queryNamed } = measuredSource({
    ...{ name, clock, binding, target },
    // Graphite itself makes one number of a time, as the target says.
    figurePoints: 1,
    read: (query, fromMs, toMs, points) => client.render(fillTarget(query, target), fromMs, toMs, points),
  });
  return {
    ...source,
    picture: async (query, fromMs, toMs, size) =>
      client.picture(fillTarget(queryNamed(query), target), fromMs, toMs, size),
  };
}
