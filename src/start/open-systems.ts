import type { Config } from '../config';
import { createBoundTargets } from '../connectors/bindings';
import { openConnections } from '../connectors/connections';
import type { Connector, OpenParts } from '../connectors/contract/kinds';
import type { Catalog } from '../core/catalog';
import type { Telemetry } from '../core/telemetry';
import type { Logger } from '../core/telemetry/logger';
import type { Clock } from '../core/time/clock';

interface SystemParts {
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly catalog: () => Catalog;
  readonly childEnvironment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry | undefined;
  readonly tap?: OpenParts['tap'];
}

/** The connections of the catalog, and what it binds them to. They aren't called yet. */
export function openSystems(
  { dataDir, sandboxPace: pace, secret }: Pick<Config, 'dataDir' | 'sandboxPace' | 'secret'>,
  { childEnvironment: environment, ...parts }: SystemParts,
) {
  const targets = createBoundTargets(parts.catalog, parts.connectors);
  const machine = { dataDir, pace, environment };
  return { targets, connections: openConnections({ ...parts, targets, secret, machine }) };
}
