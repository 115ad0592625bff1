import type { Catalog, CatalogService } from '../../core/catalog';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';

/** The services and environments of the catalog that one connector serves. */
export interface ServicePlaces {
  readonly connectorName: string;
  all(): { service: string; environment: string }[];
  /** Refuses a service that is not in the catalog. */
  service(service: string): CatalogService;
  /** Refuses a service or environment that is not in the catalog. */
  check(service: string, environment: string): CatalogService;
}

/** Names become parts of files and folders, `<service>.<environment>`: without a dot, two of them never meet. */
const nameForm = /^[a-z][a-z0-9_-]{0,39}$/;
const versionForm = /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[a-z0-9.]{1,20})?$/i;
const commitForm = /^[0-9a-f]{40}$/;

export function createServicePlaces(connectorName: string, catalog: () => Catalog): ServicePlaces {
  function known(service: string): CatalogService {
    const { services } = catalog();
    const found = nameForm.test(service) ? lookUp(services, service) : undefined;
    if (found?.connector === connectorName) return found;
    throw new ConnectorError(connectorName, 'not found', `no service ${JSON.stringify(service)}`);
  }

  return {
    connectorName,
    all: () =>
      Object.entries(catalog().services)
        .filter(([, each]) => each.connector === connectorName)
        .flatMap(([service, each]) => each.environments.map((environment) => ({ service, environment }))),
    service: known,
    check(service, environment) {
      const found = known(service);
      if (nameForm.test(environment) && found.environments.includes(environment)) return found;
      throw new ConnectorError(connectorName, 'not found', `${service} has no ${JSON.stringify(environment)}`);
    },
  };
}

export function isVersion(text: string): boolean {
  return versionForm.test(text);
}

export function isCommit(text: string): boolean {
  return commitForm.test(text);
}
