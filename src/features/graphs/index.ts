import type { Feature } from '../../chat/contract';
import { graphActions, graphCommands } from './commands';
import type { CommandParts } from './commands';

/** What is measured of the services, as graphs and numbers. */
export function createGraphs(
  deps: CommandParts['deps'],
  needs: Omit<CommandParts, 'deps'>,
): { readonly feature: Feature } {
  const parts = { deps, ...needs };
  return { feature: { name: 'graphs', commands: graphCommands(parts), actions: graphActions(parts) } };
}
