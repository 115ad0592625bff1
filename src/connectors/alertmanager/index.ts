import { bindAlerts, createAlertSource } from '../alertmanager-api/alerts';
import { createAlertmanagerClient } from '../alertmanager-api/client';
import { defineConnector } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { hookProof, passwordHook } from '../hooks/settings';
import { httpConnection, openHttpClient } from '../http/settings';
import { alertMatch, heartbeatSetting } from '../labels/match';
import { wordsOfAlert } from '../labels/alert-words';
import { alertsPage } from './page';
import { readStart, settleAfterStartMs } from './start';

/** Alertmanager: the alerts that it knows, and silences for them. */
export const alertmanagerConnector = defineConnector({
  kind: 'alertmanager',
  title: 'Alertmanager',
  /** It can’t sign what it posts. */
  connection: httpConnection.safeExtend({ hook: passwordHook.optional(), ...heartbeatSetting }),
  bindings: { alerts: alertMatch },
  open(settings, parts) {
    const http = openHttpClient(settings, parts);
    const client = createAlertmanagerClient(http);
    const { clock } = parts;
    return {
      bind: { alerts: ({ match }, target) => bindAlerts({ client }, match, target) },
      hook: hookProof('password', settings.hook, parts.secret),
      alerts: {
        ...createAlertSource({
          ...{ client, clock },
          dialect: { hookVersion: '4', wordsOf: wordsOfAlert, pageOf: (labels) => alertsPage(settings.url, labels) },
          isComplete: async () => clock.now() - (await readStart(http)) >= settleAfterStartMs,
        }),
        heartbeat: settings.heartbeat,
      },
      check: () =>
        Promise.all([
          checkCall('status', () => readStart(http), 'Allow GET /api/v2/status.'),
          checkCall('alerts', () => client.alerts(), 'Allow GET /api/v2/alerts.'),
          checkCall('silences', () => client.silences(), 'Allow GET /api/v2/silences and /api/v2/silence.'),
          checkCall(
            'making silences',
            () => client.trySilence(),
            'Allow POST /api/v2/silences and DELETE /api/v2/silence, or nobody can silence an alert through Gavel.',
          ),
        ]),
      close: () => http.close(),
    };
  },
});
