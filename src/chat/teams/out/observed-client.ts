import type { Clock } from '../../../core/time/clock';
import { measure } from '../../../core/telemetry';
import type { Telemetry } from '../../../core/telemetry';
import type { ConnectorClient } from './connector-client';

/** A client whose every call to Teams is a dependency of the turn or record it is made for. Addresses of people and places are left out. */
export function observedClient(client: ConnectorClient, telemetry: Telemetry, clock: Clock): ConnectorClient {
  return {
    call: (serviceUrl, method, path, body, slot) =>
      measure({ target: 'Teams', name: `Teams ${method} ${kindOf(path)}` }, telemetry, clock, () =>
        client.call(serviceUrl, method, path, body, slot),
      ),
  };
}

/** `v3/conversations/19:…/activities/17` is `activities`. */
function kindOf(path: string): string {
  const kinds = path
    .split('/')
    .filter((part) => ['conversations', 'activities', 'members', 'pagedmembers', 'teams'].includes(part));
  return kinds.at(-1) ?? 'other';
}
