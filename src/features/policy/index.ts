import type { FeatureDependencies } from '../contract';
import type { Freezes } from '../freezes';
import type { Locks } from '../locks';
import type { Policy } from './contract';
import { judge } from './judge';

export type * from './contract';
export { capital, obstacleWords } from './judge';

/** The rules that stand above a single request: freezes and locks. */
export function createPolicy(
  { catalog, clock }: FeatureDependencies,
  { freezes, locks }: { readonly freezes: Freezes; readonly locks: Locks },
): Policy {
  return {
    async obstacles(target, action, person, override) {
      const [stopping, lock] = await Promise.all([freezes.stopping(target, action), locks.held(target)]);
      return judge({
        target,
        personId: person.id,
        override,
        freezes: stopping,
        lock,
        catalog: catalog(),
        now: clock.now(),
      });
    },
  };
}
