import { defineConnector } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { httpConnection, openHttpClient } from '../http/settings';
import { annotationsBinding, bindAnnotations, tryReading, tryWriting } from './annotations';

/** Grafana: deploy marks on its dashboards. */
export const grafanaConnector = defineConnector({
  kind: 'grafana',
  title: 'Grafana',
  connection: httpConnection,
  bindings: { annotations: annotationsBinding },
  open(settings, parts) {
    const http = openHttpClient(settings, parts);
    return {
      bind: { annotations: (binding, target) => bindAnnotations(http, binding, target) },
      check: () =>
        Promise.all([
          checkCall('reading annotations', () => tryReading(http), 'Give its service account annotations:read.'),
          checkCall('making annotations', () => tryWriting(http), 'Give its service account annotations:create.'),
        ]),
      close: () => http.close(),
    };
  },
});
