import type { Catalog } from '../../core/catalog';
import type { Clock } from '../../core/clock';
import type { Logger } from '../../core/logger';
import type { DeclaredEnvironment } from '../machine/processes';

export const connectorName = 'local';

export interface LocalOptions {
  /** Everything the sandbox and its runs leave behind lies below it. */
  readonly dataDir: string;
  readonly catalog: () => Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long the deploy script takes: 1 is 15 to 20 s, 0.05 is about one second. */
  readonly pace: number;
  readonly sampleIntervalMs?: number;
  /** All that children see of the environment, for example PATH. */
  readonly environment?: DeclaredEnvironment;
}
