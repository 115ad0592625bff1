import type { Command, Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { askPersonCommand } from './ask-person';
import { helloCommand, thanksCommand } from './greet';
import { helpCommand } from './help';

export { contactFor } from './ask-person';

/** How people find out what they can do. `commands` is asked late, when every feature is there. */
export function createHelp(
  deps: FeatureDependencies,
  { commands }: { commands: () => readonly Command[] },
): { feature: Feature } {
  return {
    feature: {
      name: 'help',
      commands: [helloCommand(deps), helpCommand(deps, commands), askPersonCommand(deps), thanksCommand()],
    },
  };
}
