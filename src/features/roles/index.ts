import type { Approvals } from '../approvals';
import type { Command, Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { createAccess } from './access/commands';
import type { AskForRole } from './access/commands';
import { createGiveRole, grantCommands } from './commands';
import type { GiveRole } from './commands';
import { roleLists } from './list';
import { personalRights } from './personal-data';
import type { GrantStore } from './store';

export type { AskForRole } from './access/commands';
export type { GiveRole } from './commands';
export { roleNames } from './parse';
export { hasAdmin, holdsAlready } from './policy';
export {
  catalogWithGrants,
  createDoor,
  createEntraGroups,
  createGrantStore,
  followGrants,
  withFirstAdmins,
} from './store';

/** Rights in chat: given, taken, asked for and shown. `commands` are all there are, asked for when they're needed. */
export function createRoles(
  deps: FeatureDependencies,
  {
    grants,
    approvals,
    commands,
  }: { readonly grants: GrantStore; readonly approvals: Approvals; readonly commands: () => readonly Command[] },
): { feature: Feature; ask: AskForRole; give: GiveRole } {
  const parts = { deps, grants };
  const access = createAccess({ ...parts, approvals }, commands);
  return {
    ask: access.ask,
    give: createGiveRole(parts),
    feature: {
      name: 'roles',
      personalData: personalRights(parts),
      commands: [...grantCommands(parts), ...roleLists(parts, commands), access.command],
    },
  };
}
