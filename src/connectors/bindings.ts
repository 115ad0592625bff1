import type { Catalog } from '../core/catalog';
import { resolveBindings } from '../core/catalog/bindings';
import type { Capability, ResolvedBinding } from '../core/catalog/bindings';
import { oncePerCatalog } from '../core/catalog/rights';
import { lookUp } from '../core/keys';
import type { Bindable, Connector } from './contract/kinds';
import type { Target } from '../core/catalog/rights';

/** What the catalog binds, worked out once for each state of it. */
export interface BoundTargets {
  /** In the order of the catalog; none of a service or environment that it doesn't have. */
  of(service: string, environment: string): ReadonlyMap<Capability, readonly ResolvedBinding[]>;
  environmentsOf(service: string): readonly string[];
  /** What is bound to a connection. */
  to(connection: string, capability: Bindable): readonly (Target & { readonly values: unknown })[];
}

/** Follows the catalog. */
export function createBoundTargets(catalog: () => Catalog, connectors: ReadonlyMap<string, Connector>): BoundTargets {
  const none: ReadonlyMap<Capability, readonly ResolvedBinding[]> = new Map();

  const all = oncePerCatalog((now) => {
    const entries = Object.entries(now.services).flatMap(([service, { environments }]) =>
      environments.map((environment) => ({
        ...{ service, environment },
        bindings: resolveBindings(now, connectors, service, environment).bindings,
      })),
    );
    return { entries, byPlace: new Map(entries.map((each) => [placeOf(each), each.bindings])) };
  });

  const found = oncePerCatalog(() => new Map<string, readonly (Target & { readonly values: unknown })[]>());

  function boundTo(connection: string, capability: Bindable) {
    return all(catalog()).entries.flatMap(({ service, environment, bindings }) =>
      (bindings.get(capability) ?? [])
        .filter((each) => each.connection === connection)
        .map(({ values }) => ({ service, environment, values })),
    );
  }

  return {
    of: (service, environment) => all(catalog()).byPlace.get(placeOf({ service, environment })) ?? none,
    environmentsOf: (service) => lookUp(catalog().services, service)?.environments ?? [],
    to(connection, capability) {
      const known = found(catalog());
      const key = JSON.stringify([connection, capability]);
      let targets = known.get(key);
      if (!targets) known.set(key, (targets = boundTo(connection, capability)));
      return targets;
    },
  };
}

const placeOf = ({ service, environment }: Target): string => `${service}/${environment}`;
