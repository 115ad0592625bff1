import type { Connector } from './contract/kinds';
import { hostConnector } from './host';
import { localConnector } from './local';

/** Every kind of outside system that Gavel knows, by the name that connections give it. */
export const connectors: ReadonlyMap<string, Connector> = new Map(
  [hostConnector, localConnector].map((each) => [each.kind, each]),
);
