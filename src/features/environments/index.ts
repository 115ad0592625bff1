import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { placeActions } from './actions';
import { placeCommands } from './commands';

/** Finds environments that outside systems have and the catalog doesn’t, and says which lines add them. */
export function createEnvironments(deps: FeatureDependencies): { readonly feature: Feature } {
  return { feature: { name: 'environments', commands: placeCommands(deps), actions: placeActions(deps) } };
}
