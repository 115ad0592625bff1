import type { Command, Feature, FeatureDependencies } from '../contract';
import { helloCommand, thanksCommand } from './greet';
import { helpCommand } from './help';

/** How people find out what they can do. `commands` is asked late, when every feature is there. */
export function createHelp(
  deps: FeatureDependencies,
  { commands }: { commands: () => readonly Command[] },
): { feature: Feature } {
  return {
    feature: {
      name: 'help',
      commands: [helloCommand(deps), helpCommand(deps, commands), thanksCommand()],
    },
  };
}
