import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { __camel__Commands } from './commands';

/** `__words__`: what this feature offers. */
export function create__Pascal__(deps: FeatureDependencies): { feature: Feature } {
  return { feature: { name: '__name__', commands: __camel__Commands(deps) } };
}
