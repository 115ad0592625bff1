import type { Command, Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { helpCommands } from './commands';

export { contactFor } from './commands';

/** How people find out what they can do. `commands` are all there are, asked for when they're needed. */
export function createHelp(
  deps: FeatureDependencies,
  { commands }: { readonly commands: () => readonly Command[] },
): { feature: Feature } {
  return { feature: { name: 'help', commands: helpCommands(deps, commands) } };
}
