import type { Bound, FoundPlace, PlaceSource, Systems } from '../../../src/connectors/contract';

/** What GitHub has of the shop and the catalog doesn’t. */
export const europe: FoundPlace = {
  ...{ name: 'EU Production of acme/shop', service: 'shop', environment: 'EU Production', capability: 'running' },
  values: { repository: 'acme/shop', environmentName: 'EU Production' },
};

/** These systems know these environments from now on. `'silent'`: they can’t be read. */
export function withPlaces(systems: Systems, found: readonly FoundPlace[] | 'silent' = [europe]): void {
  const source: Bound<PlaceSource> = {
    connection: 'github',
    findUnbound: async () => (found === 'silent' ? Promise.reject(new Error('no route')) : found),
  };
  const { titleOf } = systems;
  Object.assign(systems, {
    placeSources: () => [source],
    titleOf: (connection: string) => (connection === 'github' ? 'GitHub' : titleOf(connection)),
  });
}
