import type { Reply, Turn } from '../../chat/contract';
import type { Command, Feature, FeatureDependencies } from '../contract';
import { helloCommand, thanksCommand } from './greet';
import { helpCommand } from './help';
import { tourCommand } from './tour';
import { createTourDialog } from './tour-dialog';
import { welcomeCard } from './welcome';

/** How people find out what they can do. `commands` is asked late, when every feature is there. */
export function createHelp(
  deps: FeatureDependencies,
  { commands }: { commands: () => readonly Command[] },
): { feature: Feature; welcome: (turn: Turn) => Promise<Reply> } {
  return {
    feature: {
      name: 'help',
      commands: [helloCommand(deps), helpCommand(deps, commands), tourCommand(), thanksCommand()],
      dialogs: [createTourDialog(deps.catalog)],
    },
    welcome: (turn) => Promise.resolve(welcomeCard(deps, turn)),
  };
}
