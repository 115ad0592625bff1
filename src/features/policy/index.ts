import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { Freezes } from '../freezes';
import type { Locks } from '../locks';
import { policyCommand } from './commands';
import type { Policy } from './contract';
import { findObstacles } from './policy';

export type * from './contract';
export { lostGround } from './checks';
export { describeObstacle } from './policy';
export { createAskLimit } from './store';

/** The rules that stand above a single request: freezes and locks. */
export function createPolicy(
  deps: FeatureDependencies,
  { freezes, locks }: { readonly freezes: Freezes; readonly locks: Locks },
): { feature: Feature; policy: Policy } {
  const { catalog, clock } = deps;
  const policy: Policy = {
    async obstacles(target, action, person, override) {
      const [stopping, lock] = await Promise.all([freezes.stopping(target, action), locks.held(target)]);
      return findObstacles({
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
  return { feature: { name: 'policy', commands: [policyCommand(deps, { freezes, locks })] }, policy };
}
