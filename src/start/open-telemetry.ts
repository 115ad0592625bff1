import type { Config } from '../config';
import { allTelemetry, followCorrelations } from '../core/telemetry';
import { createApplicationInsights } from '../telemetry/application-insights';
import { createPrometheusMetrics } from '../telemetry/metrics';

/**
 * The telemetry that the configuration names; undefined if there is none. Each library is loaded only here, because Application Insights alone takes
 * a second of the start.
 */
export async function openTelemetry({ telemetry }: Pick<Config, 'telemetry'>) {
  const { connectionString, metrics: wanted } = telemetry;
  const insights = connectionString ? await createApplicationInsights(connectionString) : undefined;
  const metrics = wanted ? await createPrometheusMetrics() : undefined;
  const told = [insights, metrics].filter((each) => each !== undefined);
  if (told.length === 0) return { telemetry: undefined, metrics };
  followCorrelations();
  return { telemetry: allTelemetry(told), metrics };
}
