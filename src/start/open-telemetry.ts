import type { Config } from '../config';
import { allTelemetry, followCorrelations } from '../core/telemetry';
import { createApplicationInsights } from '../telemetry/application-insights';
import { createPrometheusMetrics } from '../telemetry/metrics';

/** Who hears of what Gavel does, as the configuration names it; undefined where nobody does. Each loads its library only here: Application Insights alone costs a second of the start. */
export async function openTelemetry({ telemetry }: Pick<Config, 'telemetry'>) {
  const { connectionString, metrics: wanted } = telemetry;
  const insights = connectionString ? await createApplicationInsights(connectionString) : undefined;
  const metrics = wanted ? await createPrometheusMetrics() : undefined;
  const told = [insights, metrics].filter((each) => each !== undefined);
  if (told.length === 0) return { telemetry: undefined, metrics };
  followCorrelations();
  return { telemetry: allTelemetry(told), metrics };
}
