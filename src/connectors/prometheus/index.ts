import { defineConnector } from '../contract/kinds';
import { httpConnection, openHttpClient } from '../http/settings';
import { alertMatch, fillLabels, hasLabels, heartbeatSetting, readWhile } from '../labels/match';
import { createAlertSource } from './alerts';
import { checkPrometheus } from './check';
import { createPrometheusClient } from './client';
import { bindMetrics, metricsBinding } from './metrics';

/** Prometheus, and what answers as it does: metrics by queries of the catalog, and the alerts of its rules. */
export const prometheusConnector = defineConnector({
  kind: 'prometheus',
  title: 'Prometheus',
  connection: httpConnection.safeExtend(heartbeatSetting),
  bindings: { metrics: metricsBinding, alerts: alertMatch },
  open(settings, parts) {
    const http = openHttpClient(settings, parts);
    const client = createPrometheusClient(http);
    const { name, clock } = parts;
    const { url, heartbeat } = settings;
    const usesAlerts = (): boolean => heartbeat !== undefined || parts.targets('alerts').length > 0;
    return {
      bind: {
        metrics: (binding, target) => bindMetrics({ name, client, clock }, binding, target),
        alerts(binding, target) {
          const wanted = fillLabels(binding.match, target);
          return { concerns: ({ labels }) => hasLabels(labels, wanted) };
        },
      },
      alerts: { ...readWhile(usesAlerts, createAlertSource({ client, clock, url })), heartbeat },
      check: () => checkPrometheus(client),
      close: () => http.close(),
    };
  },
});
