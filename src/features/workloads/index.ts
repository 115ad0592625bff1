import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { workloadActions } from './actions';
import { workloadCommands } from './commands';

/** What services run as, where their system runs several copies of them: pods, their logs, and their rollouts. */
export function createWorkloads(deps: FeatureDependencies): { readonly feature: Feature } {
  return {
    feature: { name: 'workloads', commands: workloadCommands(deps), actions: workloadActions(deps) },
  };
}
