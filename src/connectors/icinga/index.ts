import { ConnectorError } from '../../core/errors';
import { defineConnector } from '../contract/kinds';
import type { CheckLine } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { httpConnection, openHttpClient } from '../http/settings';
import { monitoredBinding, selectMonitored } from '../monitored/objects';
import { bindIcingaAlerts, bindIcingaControl, createIcingaAlertSource } from './alerts';
import { createIcingaClient } from './client';
import type { IcingaClient } from './client';

/** Icinga 2, through its API: problems of hosts and services, acknowledgements, downtimes, checks, and its events as they happen. */
export const icingaConnector = defineConnector({
  kind: 'icinga',
  title: 'Icinga',
  connection: httpConnection,
  bindings: { alerts: monitoredBinding, control: monitoredBinding },
  open(settings, parts) {
    const { name, clock, logger } = parts;
    const http = openHttpClient(settings, parts);
    const client = createIcingaClient(name, http);
    const closing = new AbortController();
    return {
      bind: {
        alerts: (binding, target) => bindIcingaAlerts({ name, client }, selectMonitored(binding, target)),
        control: (binding, target) => bindIcingaControl({ name, client }, selectMonitored(binding, target)),
      },
      alerts: createIcingaAlertSource({ name, client, clock, logger, closed: closing.signal }),
      check: () => checkPermissions(name, client),
      async close() {
        closing.abort();
        await http.close();
      },
    };
  },
});

const needed = [
  ['hosts', 'objects/query/Host'],
  ['services', 'objects/query/Service'],
  ['comments', 'objects/query/Comment'],
  ['downtimes', 'objects/query/Downtime'],
  ['status', 'status/query'],
  ['events', 'events/*'],
  ['acknowledging', 'actions/acknowledge-problem'],
  ['taking back an acknowledgment', 'actions/remove-acknowledgement'],
  ['planning downtimes', 'actions/schedule-downtime'],
  ['ending downtimes', 'actions/remove-downtime'],
  ['checking now', 'actions/reschedule-check'],
] as const;

function checkPermissions(name: string, client: IcingaClient): Promise<CheckLine[]> {
  return Promise.all(
    needed.map(([about, permission]) =>
      checkCall(
        about,
        async () => {
          if (!(await client.permissions()).some((each) => covers(each, permission)))
            throw new ConnectorError(name, 'refused', `the user lacks ${permission}`);
        },
        `Allow GET /v1, and add ${permission} to the permissions of Gavel’s ApiUser.`,
      ),
    ),
  );
}

/** Whether a permission, which may end in a star, includes this one. */
function covers(permission: string, wanted: string): boolean {
  const [given, asked] = [permission.toLowerCase(), wanted.toLowerCase()];
  return given.endsWith('*') ? asked.startsWith(given.slice(0, -1)) : given === asked;
}
