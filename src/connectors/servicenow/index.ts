import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { withoutEnding } from '../../core/text';
import { defineConnector } from '../contract/kinds';
import { checkCall } from '../http/checks';
import { httpConnection, openHttpClient } from '../http/settings';
import { createServiceNowClient, keptFields } from './client';
import { bindTickets, incidentsBinding } from './tracker';

/** ServiceNow: incidents as tickets. */
export const servicenowConnector = defineConnector({
  kind: 'servicenow',
  title: 'ServiceNow',
  connection: httpConnection.safeExtend({
    /** What numbers of incidents begin with. */
    numberPrefix: z
      .string()
      .regex(/^[A-Z]{1,10}$/)
      .default('INC'),
    /** The resolution code of incidents that Gavel resolves or cancels. */
    closeCode: z.string().min(1).max(100).default('Solution provided'),
  }),
  bindings: { tickets: incidentsBinding },
  open(settings, parts) {
    const { name } = parts;
    const { url, numberPrefix, closeCode } = settings;
    const http = openHttpClient(settings, parts);
    const client = createServiceNowClient(http);
    const tracker = { name, client, numberPrefix, closeCode, site: withoutEnding(url, '/') };
    const refuse = (message: string): never => {
      throw new ConnectorError(name, 'refused', message);
    };
    return {
      bind: { tickets: (binding, target) => bindTickets(tracker, binding, target) },
      check() {
        const visible = client.readAny();
        const lines = keptFields.map((field) =>
          checkCall(
            `reading ${field} of incidents`,
            async () => {
              const record = (await visible) ?? refuse('no incident can be seen');
              if (!(field in record)) refuse(`${field} can’t be read`);
            },
            `Give Gavel’s user the role itil and a rule to read the field ${field}, and open an incident if there is none.`,
          ),
        );
        return Promise.all(lines);
      },
      close: () => http.close(),
    };
  },
});
