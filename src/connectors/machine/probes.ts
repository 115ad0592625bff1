import { ConnectorError } from '../../core/errors';
import { keepRecent } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import { createHttpClient } from '../http';
import type { HttpClient } from '../http';

export interface AddressAnswer {
  readonly code: number;
  readonly text: string;
}

/** GETs an address of a service nearby; undefined when there is no whole answer in time. Any status is an answer. */
export type AskAddress = (address: string, timeoutMs: number) => Promise<AddressAnswer | undefined>;

const maxBytes = 262_144;
const maxClients = 200;

/** `name` is the connector's. */
export function createAddressProbe(name: string, clock: Clock, logger: Logger): AskAddress {
  const clients = new Map<string, HttpClient>();
  function clientFor(origin: string): HttpClient {
    const client = clients.get(origin) ?? createHttpClient({ name, base: origin, clock, logger });
    keepRecent(clients, origin, client, maxClients);
    return client;
  }

  return async (address, timeoutMs) => {
    const { origin, pathname, search } = new URL(address);
    const limits = { totalMs: timeoutMs, maxBytes };
    try {
      const { status, text } = await clientFor(origin).text({
        ...{ kind: 'read', path: `${pathname}${search}`, accept: 'any', isProbe: true, limits },
      });
      return { code: status, text };
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      return undefined;
    }
  };
}
