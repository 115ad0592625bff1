import type { Approvals } from '../approvals';
import type { Command, Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { createAccess } from './access';
import type { AskForRole } from './access';
import { createGive } from './give';
import type { GiveRole } from './give';
import type { GrantBook } from './book';
import { changeCommands } from './commands';
import { rightsData } from './personal-data';
import { showCommands } from './show';

export type { AskForRole } from './access';
export type { GiveRole } from './give';
export { roleNames } from './commands';
export { catalogWithGrants, createGrantBook } from './book';
export { withFirstAdmins } from './effective';
export { createEntraGroups } from './entra-groups';
export { createDoor, followGrants } from './follow';
export { justFor } from './list-card';
export { hasAdmin, holdsAlready } from './judge';

/** Rights in chat: given, taken, asked for and shown. */
export function createRoles(
  deps: FeatureDependencies,
  parts: { readonly book: GrantBook; readonly approvals: Approvals; readonly commands: () => readonly Command[] },
): { feature: Feature; ask: AskForRole; give: GiveRole } {
  const { book, approvals, commands } = parts;
  const access = createAccess(deps, book, approvals, commands);
  return {
    ask: access.ask,
    give: createGive(deps, book),
    feature: {
      name: 'roles',
      personalData: rightsData(deps, book),
      commands: [...changeCommands(deps, book), ...showCommands(deps, book, commands), access.command],
    },
  };
}
