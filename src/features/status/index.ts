import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { statusActions, statusCommands } from './commands';
import type { StatusNeeds } from './facts';

/** `status`: what needs attention, what is waiting, and what is in progress, on one card that leads to all the others. */
export function createStatus(deps: FeatureDependencies, needs: StatusNeeds): { feature: Feature } {
  const parts = { deps, needs };
  return { feature: { name: 'status', commands: statusCommands(parts), actions: statusActions(parts) } };
}
