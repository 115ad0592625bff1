import { readAll } from '../../store/read-all';
import type { PersonalData } from '../../chat/contract';
import { accessWorkflow } from './access/workflow';
import type { RoleParts } from './commands';
import { describeWhere } from './text';

/** What is kept of a person here: the rights they have, and those they asked for. */
export function personalRights({ deps: { store }, grants }: RoleParts): PersonalData[] {
  const requests = store.collection(accessWorkflow.spec);
  return [
    {
      name: 'rights',
      isKept: true,
      stays: 'The rights you have stay until they are revoked or run out: they say who may do what.',
      async exportOf(personId) {
        await grants.refresh();
        return grants
          .grants()
          .filter(({ to }) => 'person' in to && to.person.id === personId)
          .map(({ role, until, by, at, reason, ...scope }) => ({
            role,
            where: describeWhere(scope),
            ...(until !== undefined && { until: new Date(until).toISOString() }),
            by: by.name,
            at: new Date(at).toISOString(),
            ...(reason !== '' && { reason }),
          }));
      },
      deleteOf: async () => 0,
    },
    {
      name: 'requests for rights',
      stays: 'What still waits for its decision stays until then.',
      async exportOf(personId) {
        const all = await readAll(requests, { where: { person: personId } });
        return all.map(({ value: { role, reason, askedAt, outcome, ...scope } }) => ({
          role,
          where: describeWhere(scope),
          reason,
          askedAt: new Date(askedAt).toISOString(),
          outcome: outcome?.state ?? 'waits',
        }));
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
