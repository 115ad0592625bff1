import type { Catalog } from '../../core/catalog';
import type { Clock } from '../../core/time/clock';
import type { Logger } from '../../core/telemetry/logger';
import type { DeclaredEnvironment } from './processes';

/** What starts processes of this machine has to know. */
export interface ProcessOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** All that children see of the environment, for example PATH. */
  readonly environment?: DeclaredEnvironment;
}

/** What every connector of this machine is made with. */
export interface MachineOptions extends ProcessOptions {
  /** Everything that the connector and its runs leave behind lies below it. */
  readonly dataDir: string;
  readonly catalog: () => Catalog;
  readonly sampleIntervalMs?: number;
}
