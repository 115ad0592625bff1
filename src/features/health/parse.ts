import { z } from 'zod';
import type { Catalog, HealthLimits } from '../../core/catalog';
import { cannotSee, lacksRight, notThereError, unknownName } from '../../core/catalog/refusals';
import { may, mayAnywhere } from '../../core/catalog/rights';
import type { Reach, Target } from '../../core/catalog/rights';
import { placeIdForm } from '../../core/catalog/schema';
import { lookUp } from '../../core/keys';

/** A service in an environment, as cards name it: `shop/production`. */
export type ServiceTarget = Required<Target>;

/** What a click sends; checked against the catalog by `targetOf`. */
export const TargetId = z.string().regex(placeIdForm);

/** `shop/production`, as health buttons name it. */
export function targetId(target: ServiceTarget): string {
  return `${target.service}/${target.environment}`;
}

/** The target of an id; refuses one that isn't in the catalog. */
export function targetOf(catalog: Catalog, id: string): ServiceTarget {
  const [service = '', environment = ''] = id.split('/');
  return checkedTarget(catalog, service, environment);
}

/** Without an environment, the most important one: production if the service has it. */
export function checkedTarget(catalog: Catalog, serviceName: string, environmentName?: string): ServiceTarget {
  const service = lookUp(catalog.services, serviceName);
  if (!service) throw unknownName('service', serviceName, Object.keys(catalog.services));
  const environment =
    environmentName ?? environmentsByWeight(catalog).find((each) => service.environments.includes(each)) ?? '';
  if (!service.environments.includes(environment)) throw notThereError(serviceName, environment, service.environments);
  return { service: serviceName, environment };
}

/** The limits of a service's metrics; throws if the catalog doesn't have the service. */
export function limitsOf({ services }: Catalog, service: string): HealthLimits {
  const found = lookUp(services, service);
  if (!found) throw new Error(`No service ${service} in the catalog`);
  return found.limits;
}

const weight = { high: 0, medium: 1, low: 2 } as const;

/** The environments of the catalog, the most important first. */
export function environmentsByWeight(catalog: Catalog): string[] {
  return Object.entries(catalog.environments)
    .map(([name, { risk }], index) => ({ name, order: name === 'production' ? -1 : weight[risk], index }))
    .sort((one, other) => one.order - other.order || one.index - other.index)
    .map(({ name }) => name);
}

const needed = { see: 'view', restart: 'operate' } as const;

/** Refuses people without the right, and says who has it. */
export function requireRight(catalog: Catalog, personId: string, act: 'see' | 'restart', target: ServiceTarget): void {
  const right = needed[act];
  if (may(catalog, personId, right, target)) return;
  const reach = { service: target.service, environment: target.environment };
  throw act === 'see'
    ? cannotSee(catalog, reach)
    : lacksRight(catalog, { right, reach, act: `${act} ${target.service} in ${target.environment}` });
}

/** Refuses people who can't view anything, because there is no list to show. */
export function requireAnyView(catalog: Catalog, personId: string, within: Reach = {}): void {
  if (mayAnywhere(catalog, personId, 'view', within)) return;
  throw cannotSee(catalog, within);
}
