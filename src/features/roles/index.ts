import type { Command, Feature, PersonalData } from '../../chat/contract';
import { readAll, readEach } from '../../store/contract';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { createAccess } from './access/commands';
import type { AskForRole } from './access/commands';
import { accessWorkflow } from './access/workflow';
import { describeRoleAudit } from './audit';
import { createGiveRole, grantCommands } from './commands';
import type { GiveRole, RoleParts } from './commands';
import { roleLists } from './list';
import type { GrantStore } from './store';
import { describeWhere } from './text';

export type { AskForRole } from './access/commands';
export type { GiveRole } from './commands';
export { roleNames } from './commands';
export { hasAdmin } from './record';
export {
  catalogWithGrants,
  createDoor,
  createEntraGroups,
  createGrantStore,
  followGrants,
  withFirstAdmins,
} from './store';

/** Roles in chat: granted, revoked, requested and shown. `commands` are all commands, requested when they're needed. */
export function createRoles(
  deps: FeatureDependencies,
  needs: { readonly grants: GrantStore; readonly approvals: Approvals; readonly commands: () => readonly Command[] },
): { feature: Feature; ask: AskForRole; give: GiveRole } {
  const { commands } = needs;
  const parts = { deps, ...needs };
  const access = createAccess(parts, commands);
  return {
    ask: access.ask,
    give: createGiveRole(parts),
    feature: {
      name: 'roles',
      personalData: personalRights(parts),
      describeAudit: describeRoleAudit,
      commands: [...grantCommands(parts), ...roleLists(parts, commands), access.command],
    },
  };
}

/** The data about a person here: their roles and their requests. */
function personalRights({ deps: { store }, grants }: RoleParts): PersonalData[] {
  const requests = store.collection(accessWorkflow.spec);
  return [
    {
      name: 'roles',
      isKept: true,
      stays: 'Your roles stay until they’re revoked or expire, because they control what you can do.',
      async *exportOf(personId) {
        await grants.refresh();
        const own = grants.grants().filter(({ to }) => 'person' in to && to.person.id === personId);
        for (const { role, until, by, at, reason, ...scope } of own)
          yield {
            role,
            where: describeWhere(scope),
            ...(until !== undefined && { until: new Date(until).toISOString() }),
            by: by.name,
            at: new Date(at).toISOString(),
            ...(reason !== '' && { reason }),
          };
      },
      deleteOf: async () => 0,
    },
    {
      name: 'access requests',
      stays: 'Requests that are still open stay until someone approves or rejects them, or until they expire.',
      async *exportOf(personId) {
        for await (const { value } of readEach(requests, { where: { person: personId } })) {
          const { role, reason, askedAt, outcome, ...scope } = value;
          yield {
            role,
            where: describeWhere(scope),
            reason,
            askedAt: new Date(askedAt).toISOString(),
            outcome: outcome?.state ?? 'waits',
          };
        }
      },
      async deleteOf(personId) {
        const all = await readAll(requests, { where: { person: personId } });
        const over = all.filter(({ value }) => value.outcome !== undefined && value.pending.length === 0);
        for (const { id } of over) await requests.remove(id);
        return over.length;
      },
    },
  ];
}
