import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { defineConnector } from '../contract/kinds';
import { hookProof, signedHook } from '../hooks/settings';
import { checkCall } from '../http/checks';
import { httpConnection, openHttpClient } from '../http/settings';
import { monitoredBinding, selectMonitored } from '../monitored/objects';
import { bindAlerts, createAlertSource } from './alerts';
import { createNagiosClient } from './client';
import type { NagiosClient } from './client';
import { createDowntimes } from './commands/downtimes';
import { bindControl } from './commands/recheck';
import { createNagiosCommands } from './commands/submit';
import type { NagiosCommands } from './commands/submit';
import { bindMetrics, metricsBinding } from './metrics';

const connection = httpConnection
  .safeExtend({
    /** The web server asks for digest authentication instead of basic. */
    digest: z.boolean().default(false),
    /** What `deploy/nagios-notify` signs with. */
    hook: signedHook.optional(),
  })
  .refine(({ user, digest }) => user !== undefined || !digest, { path: ['digest'], error: 'needs a user, too' });

/** Nagios Core, through the CGIs of its web pages: problems of hosts and services, acknowledgements, downtimes, checks and what they measure. */
export const nagiosConnector = defineConnector({
  kind: 'nagios',
  title: 'Nagios',
  connection,
  bindings: { alerts: monitoredBinding, metrics: metricsBinding, control: monitoredBinding },
  open(settings, parts) {
    const { name, clock } = parts;
    const http = openHttpClient(settings, parts);
    const client = createNagiosClient(name, http);
    const commands = createNagiosCommands({ name, http });
    const downtimes = createDowntimes({ name, client, commands, clock });
    return {
      bind: {
        alerts: (binding, target) => bindAlerts({ name, client, downtimes }, selectMonitored(binding, target)),
        metrics: (binding, target) => bindMetrics({ name, client }, binding, target),
        control: (binding, target) => bindControl({ name, client, commands }, selectMonitored(binding, target)),
      },
      hook: hookProof('gavel', settings.hook, parts.secret),
      alerts: createAlertSource({ name, client, commands, downtimes, clock, url: settings.url }),
      check: () =>
        Promise.all([
          checkCall('state', () => client.problems(), 'Allow GET cgi-bin/statusjson.cgi.'),
          checkCall('comments and downtimes', () => readNotes(client), 'Allow GET cgi-bin/statusjson.cgi.'),
          checkCall(
            'history',
            () => client.log(clock.now() - 60_000, clock.now()),
            'Allow GET cgi-bin/archivejson.cgi.',
          ),
          checkCall('commands', () => tryCommand(name, client, commands), commandFix),
        ]),
      close: () => http.close(),
    };
  },
});

const commandFix =
  'Allow POST cgi-bin/cmd.cgi. In cgi.cfg, add the user to authorized_for_all_host_commands and authorized_for_all_service_commands.';

async function readNotes(client: NagiosClient): Promise<void> {
  await Promise.all([client.acknowledgements(), client.downtimes()]);
}

async function tryCommand(name: string, client: NagiosClient, commands: NagiosCommands): Promise<void> {
  const [found] = (await client.names()).flatMap(({ host, service }) =>
    service === undefined ? [] : [{ host, service }],
  );
  if (!found) throw new ConnectorError(name, 'refused', 'Nagios shows no service to this user');
  await commands.tryCommand(found);
}
