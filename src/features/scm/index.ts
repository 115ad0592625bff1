import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { sourceCommands } from './commands';

export { attentionOf, failedIn, readSource } from './facts';
export type { SourceReport } from './facts';

/** Source control in chat: open pull requests, checks, and what waits for the next release. */
export function createScm(deps: FeatureDependencies): { readonly feature: Feature } {
  return { feature: { name: 'scm', commands: sourceCommands(deps) } };
}
