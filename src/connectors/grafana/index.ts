import { bindAlerts, createAlertSource } from '../alertmanager-api/alerts';
import { createAlertmanagerClient } from '../alertmanager-api/client';
import { defineConnector } from '../contract/kinds';
import { hookProof, signedHook } from '../hooks/settings';
import { httpConnection, openHttpClient } from '../http/settings';
import { alertMatch, heartbeatSetting, readWhile } from '../labels/match';
import { grafanaDialect, hasEach, readFiringLabels } from './alerts';
import { annotationsBinding, bindAnnotations } from './annotations';
import { checkGrafana } from './check';
import { createGrafanaClient } from './client';
import { bindMetrics, metricsBinding } from './metrics';

/** Grafana: the panels of its dashboards, the alerts of its own alerting, silences for them, and deploy marks. */
export const grafanaConnector = defineConnector({
  kind: 'grafana',
  title: 'Grafana',
  connection: httpConnection.safeExtend({ hook: signedHook.optional(), ...heartbeatSetting }),
  bindings: { metrics: metricsBinding, alerts: alertMatch, annotations: annotationsBinding },
  open(settings, parts) {
    const http = openHttpClient(settings, parts);
    const { name, clock } = parts;
    const client = createGrafanaClient(name, http, clock);
    const alertmanager = createAlertmanagerClient(http, ['api', 'alertmanager', 'grafana']);
    const alerts = createAlertSource({
      ...{ client: alertmanager, clock, dialect: grafanaDialect(settings.url) },
      isComplete: async (known) => hasEach(await readFiringLabels(http), known),
    });
    // A service account that only marks deployments can't read alerts, and needn't.
    const { hook, heartbeat } = settings;
    const usesAlerts = (): boolean =>
      hook !== undefined || heartbeat !== undefined || parts.targets('alerts').length > 0;
    return {
      bind: {
        metrics: (binding, target) => bindMetrics({ name, client, clock }, binding, target),
        alerts: ({ match }, target) => bindAlerts({ client: alertmanager }, match, target),
        annotations: (binding, target) => bindAnnotations(http, binding, target),
      },
      hook: hookProof('grafana', hook, parts.secret),
      alerts: { ...readWhile(usesAlerts, alerts), heartbeat },
      check: () => checkGrafana({ http, client, alertmanager }),
      close: () => http.close(),
    };
  },
});
