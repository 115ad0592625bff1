import { checkCall } from '../http/checks';
import { defineConnector } from '../contract/kinds';
import { openTracker, trackerConnection } from './client';
import { ProjectAnswer } from './schema';
import { bindTickets, projectOf, ticketsBinding } from './tracker';

/** What connections to the tracker name. */
export const sandboxTicketsKind = 'sandbox-tickets';

/** The sandbox's own tracker: small, but a real one with an API, pages and a file for each ticket. */
export const sandboxTicketsConnector = defineConnector({
  kind: sandboxTicketsKind,
  title: 'Sandbox tickets',
  connection: trackerConnection,
  bindings: { tickets: ticketsBinding },
  open(settings, parts) {
    const client = openTracker(settings, parts);
    const fix =
      'Start Gavel in local mode, which starts the tracker, or set the URL of a tracker that you already run.';
    return {
      bind: { tickets: (binding, target) => bindTickets(parts.name, client, binding, target) },
      async check() {
        const projects = parts.targets('tickets').map(({ binding, ...target }) => projectOf(binding, target));
        const path = ['api', 'projects', projects[0] ?? 'GAVEL'];
        return [await checkCall('reading tickets', () => client.json({ kind: 'read', path }, ProjectAnswer), fix)];
      },
      close: () => client.close(),
    };
  },
});
