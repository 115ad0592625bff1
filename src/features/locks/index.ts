import type { Feature, FeatureDependencies } from '../contract';
import { createLockBook } from './book';
import { lockActions, lockCommands } from './commands';
import type { Locks } from './contract';

export type * from './contract';

/** Locks with owner, reason, end and a line of those who wait. */
export function createLocks(deps: FeatureDependencies): { feature: Feature; locks: Locks } {
  const book = createLockBook(deps);
  const talk = { deps, book };
  return { feature: { name: 'locks', commands: lockCommands(talk), actions: lockActions(talk) }, locks: book };
}
