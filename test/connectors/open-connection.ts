import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  BoundCapabilities,
  Bindable,
  Connector,
  MachineParts,
  OpenConnection,
  OpenParts,
} from '../../src/connectors/contract/kinds';
import { readTemplates } from '../../src/core/catalog/templates';
import { silentLogger } from '../../src/core/telemetry/logger';
import type { Logger } from '../../src/core/telemetry/logger';
import { systemClock } from '../../src/core/time/clock';
import type { Clock } from '../../src/core/time/clock';

interface OpenOptions {
  /** The values of the settings that the connection names. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly limits?: OpenParts['limits'];
  readonly tap?: OpenParts['tap'];
  readonly machine?: Partial<MachineParts> | undefined;
  readonly targets?: OpenParts['targets'];
}

/** For connections that keep something although no test looks at it. */
const dataDir = join(tmpdir(), `gavel-connections-${process.pid}`);
process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));

/** Opens a connection as the catalog would, by what stands there. */
export function openConnection(
  connector: Connector,
  settings: unknown,
  {
    secrets = {},
    clock = systemClock,
    logger = silentLogger,
    limits,
    tap,
    machine,
    targets = () => [],
  }: OpenOptions = {},
): OpenConnection {
  const parts: OpenParts = {
    ...{ name: connector.kind, clock, logger, limits, tap, targets },
    machine: { dataDir, pace: 1, environment: {}, ...machine },
    secret: (setting) => new Map(Object.entries(secrets)).get(setting) ?? assert.fail(`${setting} isn’t set`),
  };
  return connector.open(settings, parts);
}

/** Binds a capability by what stands in the catalog. */
export function bind<C extends Bindable>(
  connection: OpenConnection,
  capability: C,
  binding: unknown,
  target: { readonly service: string; readonly environment: string },
): BoundCapabilities[C] {
  const { value, problems } = readTemplates(binding);
  assert.deepEqual(problems, []);
  return connection.bind(capability, value, target) ?? assert.fail(`no ${capability}`);
}
