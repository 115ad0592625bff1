import type { Feature } from '../../chat/contract';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import { freezeCommands } from './commands';
import type { Freezes } from './contract';
import { createFreezeStore } from './store';

export type * from './contract';
export { describeFreeze } from './text';

/** Times in which nothing is to change: those of the catalog and those declared in chat. */
export function createFreezes(
  deps: FeatureDependencies,
  announcements: Announcements,
): { feature: Feature; freezes: Freezes } {
  const freezes = createFreezeStore(deps, announcements);
  return { feature: { name: 'freezes', commands: freezeCommands({ deps, freezes }) }, freezes };
}
