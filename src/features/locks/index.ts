import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { lockActions, lockCommands } from './commands';
import type { Locks } from './contract';
import { createLockStore } from './store';

export type * from './contract';

/** Locks with owner, reason, end and a line of those who wait. */
export function createLocks(deps: FeatureDependencies): { feature: Feature; locks: Locks } {
  const locks = createLockStore(deps);
  const parts = { deps, locks };
  return { feature: { name: 'locks', commands: lockCommands(parts), actions: lockActions(parts) }, locks };
}
