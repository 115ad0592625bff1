import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../core/catalog';
import { oncePerCatalog } from '../core/catalog/rights';
import { lookUp } from '../core/keys';
import type { Logger } from '../core/telemetry/logger';
import type { Telemetry } from '../core/telemetry';
import type { Clock } from '../core/time/clock';
import type { BoundTargets } from './bindings';
import type { Connector, MachineParts, OpenConnection, OpenParts } from './contract/kinds';
import { guardConnection } from './guards';
import type { OpenConnections } from './systems';

interface ConnectionOptions {
  readonly catalog: () => Catalog;
  readonly targets: BoundTargets;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** See `OpenParts.secret`. */
  readonly secret: (setting: string) => string;
  readonly machine: MachineParts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry | undefined;
  readonly tap?: OpenParts['tap'];
}

interface Opened {
  readonly settings: unknown;
  readonly connection: OpenConnection;
}

/**
 * Opens the connections of the catalog, and follows it: a connection whose settings change is opened anew, one that is gone is closed. A connection that
 * can't be opened is logged and isn't there; the others are.
 */
export function openConnections(options: ConnectionOptions): OpenConnections & { close(): Promise<void> } {
  const { catalog, targets, connectors, logger, telemetry, ...parts } = options;
  const opened = new Map<string, Opened>();
  let isClosed = false;

  function close(name: string, { connection }: Opened): Promise<void> {
    opened.delete(name);
    return connection.close().catch((error: unknown) => logger.warn({ error, connection: name }, 'It didn’t close'));
  }

  function open(name: string, kind: string, settings: unknown): void {
    const connector = connectors.get(kind);
    if (!connector || isClosed) return;
    try {
      const connection = connector.open(settings, {
        ...{ ...parts, name, logger, telemetry },
        targets: (capability) => targets.to(name, capability),
      });
      opened.set(name, {
        settings: { kind, settings },
        connection: guardConnection(connection, { name, telemetry, clock: parts.clock }),
      });
    } catch (error) {
      logger.error({ error, connection: name }, 'A connection can’t be opened; check its settings');
    }
  }

  const follow = oncePerCatalog(({ connections }) => {
    for (const [name, each] of opened) if (lookUp(connections, name) === undefined) void close(name, each);
    for (const [name, { kind, title: _, ...settings }] of Object.entries(connections)) {
      const before = opened.get(name);
      if (before && isDeepStrictEqual(before.settings, { kind, settings })) continue;
      if (before) void close(name, before);
      open(name, kind, settings);
    }
    return new Map([...opened].map(([name, { connection }]) => [name, connection]));
  });

  return {
    get: (name) => follow(catalog()).get(name),
    all: () => follow(catalog()),
    titleOf(name) {
      const { kind, title } = lookUp(catalog().connections, name) ?? {};
      return title ?? connectors.get(kind ?? '')?.title ?? name;
    },
    async close() {
      isClosed = true;
      await Promise.all([...opened].map(([name, each]) => close(name, each)));
    },
  };
}
