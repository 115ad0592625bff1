import type { Catalog } from '../../core/catalog';
import type { Clock } from '../../core/clock';
import { ConnectorError } from '../../core/errors';
import type { Logger } from '../../core/logger';
import type { DeclaredEnvironment } from './processes';

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

const nameForm = /^[a-z][a-z0-9-]{0,39}$/;
const versionForm = /^\d{1,6}\.\d{1,6}\.\d{1,6}(-[a-z0-9.]{1,20})?$/i;
const commitForm = /^[0-9a-f]{40}$/;

/** Every service and environment that this connector serves. */
export function placesOf(catalog: Catalog): { service: string; environment: string }[] {
  return Object.entries(catalog.services)
    .filter(([, each]) => each.connector === connectorName)
    .flatMap(([service, each]) => each.environments.map((environment) => ({ service, environment })));
}

/** Refuses a service that is not in the catalog. */
export function checkService(catalog: Catalog, service: string): void {
  const known = nameForm.test(service) && Object.hasOwn(catalog.services, service);
  if (!known || catalog.services[service]?.connector !== connectorName)
    throw new ConnectorError(connectorName, 'not found', `no service ${JSON.stringify(service)}`);
}

/** Refuses a service or environment that is not in the catalog. */
export function checkPlace(catalog: Catalog, service: string, environment: string): void {
  checkService(catalog, service);
  if (!nameForm.test(environment) || !catalog.services[service]?.environments.includes(environment))
    throw new ConnectorError(connectorName, 'not found', `${service} has no ${JSON.stringify(environment)}`);
}

export function isVersion(text: string): boolean {
  return versionForm.test(text);
}

export function isCommit(text: string): boolean {
  return commitForm.test(text);
}
