import type { DescribeAudit, Feature } from '../../chat/contract';
import { describeEntryAudit } from '../scopes';
import { graphActions, graphCommands } from './commands';
import type { CommandParts } from './commands';
import { createFavorites } from './favorites/store';

/** What is measured of the services, as graphs and numbers. */
export function createGraphs(
  deps: CommandParts['deps'],
  needs: Omit<CommandParts, 'deps' | 'favorites'>,
): { readonly feature: Feature } {
  const favorites = createFavorites(deps);
  const parts = { deps, favorites, ...needs };
  return {
    feature: {
      name: 'graphs',
      commands: graphCommands(parts),
      actions: graphActions(parts),
      personalData: [favorites.personalData],
      describeAudit,
    },
  };
}

const describeAudit: DescribeAudit = (entry, names) =>
  describeEntryAudit({ kept: 'kept', removed: 'removed' }, entry, names);
