import type { OpenConnections } from '../connectors/systems';
import { ConnectorError } from '../core/errors';
import type { Logger } from '../core/telemetry/logger';
import type { Leases } from '../jobs/contract';

const roundMs = 10 * 60_000;
const leaseMs = 60_000;

interface CatchUp {
  readonly connections: Pick<OpenConnections, 'all'>;
  readonly leases: Leases;
  readonly logger: Logger;
}

/** Asks systems now and every ten minutes to send again what Gavel didn't get, until the result is called. One instance at a time asks. */
export function catchUpOnEvents({ connections, leases, logger }: CatchUp): () => void {
  async function catchUp(connection: string, askAgain: () => Promise<number>): Promise<void> {
    try {
      const count = await askAgain();
      if (count > 0) logger.info({ connection, count }, 'Events that didn’t arrive will be sent again');
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, connection }, 'Gavel could not request the events that didn’t arrive');
    }
  }

  const round = async (): Promise<void> => {
    for (const [name, { events }] of connections.all()) {
      const askAgain = events?.askAgain;
      if (askAgain) await leases.withLease(`catch-up/${name}`, leaseMs, () => catchUp(name, askAgain));
    }
  };
  const begin = (): void =>
    void round().catch((error: unknown) => logger.warn({ error }, 'Gavel could not check which events didn’t arrive'));
  begin();
  const rounds = setInterval(begin, roundMs).unref();
  return () => clearInterval(rounds);
}
