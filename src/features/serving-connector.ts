import type { Connector } from '../connectors/contract';
import type { FeatureDependencies } from './contract';

/** The connector of a service; undefined once the catalog no longer has the service, whose records are still shown and ended. */
export function servingConnector(
  { catalog, connectorOf }: Pick<FeatureDependencies, 'catalog' | 'connectorOf'>,
  service: string,
): Connector | undefined {
  return Object.hasOwn(catalog().services, service) ? connectorOf(service) : undefined;
}
