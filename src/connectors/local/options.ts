import type { MachineOptions } from '../machine/options';

export const connectorName = 'local';

/** What the connector to the sandbox needs. */
export interface LocalOptions extends MachineOptions {
  /** How long the deploy script takes: 1 is 15 to 20 s, 0.05 is about one second. */
  readonly pace: number;
}
