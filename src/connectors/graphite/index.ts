import { defineConnector } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { httpConnection, openHttpClient } from '../http/settings';
import { annotationsBinding, bindAnnotations } from './annotations';
import { createGraphiteClient } from './client';
import { bindMetrics, metricsBinding } from './metrics';

/** Graphite: metrics by targets of the catalog, and deploy marks as its events. */
export const graphiteConnector = defineConnector({
  kind: 'graphite',
  title: 'Graphite',
  connection: httpConnection,
  bindings: { metrics: metricsBinding, annotations: annotationsBinding },
  open(settings, parts) {
    const { name, clock } = parts;
    const http = openHttpClient(settings, parts);
    const client = createGraphiteClient(name, http);
    return {
      bind: {
        metrics: (binding, target) => bindMetrics({ name, client, clock }, binding, target),
        annotations: (binding, target) => bindAnnotations(client, binding, target),
      },
      check: () =>
        Promise.all([
          checkCall('metrics', () => client.render('constantLine(1)', 0, 60_000, 1), 'Allow POST /render.'),
          checkCall('reading events', () => client.eventsWith('gavel', 0, 1_000), 'Allow GET /events/get_data.'),
          checkCall(
            'making events',
            () => client.tryEvent(),
            'Allow POST /events/, or Graphite won’t get deployment events.',
          ),
        ]),
      close: () => http.close(),
    };
  },
});
