import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { describeLockAudit } from './audit';
import { lockActions, lockCommands } from './commands';
import { createLockStore } from './store';
import type { Locks } from './store';

export type { HeldLock, Locks } from './store';
export type { Lock } from './workflow';

/** Locks with an owner, a reason, an end and a queue. */
export function createLocks(deps: FeatureDependencies): { feature: Feature; locks: Locks } {
  const locks = createLockStore(deps);
  const parts = { deps, locks };
  const doors = { commands: lockCommands(parts), actions: lockActions(parts) };
  return { feature: { name: 'locks', ...doors, describeAudit: describeLockAudit }, locks };
}
