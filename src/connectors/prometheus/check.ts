import type { CheckLine } from '../contract';
import { checkCall } from '../http/checks';
import type { PrometheusClient } from './client';

/** Each permission that Gavel needs, tried with a real call. */
export async function checkPrometheus(client: PrometheusClient): Promise<CheckLine[]> {
  return Promise.all([
    checkCall('version', () => client.version(), 'Allow GET /api/v1/status/buildinfo.'),
    checkCall('queries', () => client.instant('vector(1)'), 'Allow POST /api/v1/query and /api/v1/query_range.'),
    checkCall('alerting rules', () => client.rules(), 'Allow GET /api/v1/rules.'),
  ]);
}
