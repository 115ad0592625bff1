import type { PersonalData } from '../../chat/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Workflow } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { deletionCard } from './cards';
import { deletionWorkflow } from './workflow';
import type { Deletion, DeletionEvent, DeletionVerdict } from './workflow';

export interface PrivacyParts {
  readonly deps: FeatureDependencies;
  /** Everything that is kept of people, anywhere. */
  readonly kinds: () => readonly PersonalData[];
}

export type Deletions = Workflow<Deletion, DeletionEvent, { readonly now: number }, DeletionVerdict>;

/** The deletions that people asked for, with what follows from them. */
export function openDeletions({ deps, kinds }: PrivacyParts): Deletions {
  async function show(id: string, deletion: Deletion): Promise<void> {
    await deps.outbox.put({
      key: `privacy:${id}`,
      destination: { to: 'person', personId: deletion.personId },
      content: deletionCard(id, deletion, kinds(), deps.catalog().timeZone),
      revision: { asked: 1, deleting: 2, kept: 2, expired: 2, deleted: 3 }[deletion.state],
      final: deletion.state !== 'asked' && deletion.state !== 'deleting',
    });
  }
  return openWorkflow(deps, deletionWorkflow, ({ apply }) => {
    const effects: ActivityOf<Deletion, DeletionVerdict>['effects'] = {
      ask: ({ id, value }) => show(id, value),
      show: ({ id, value }) => show(id, value),
      // Deleting again finds nothing more, so a crash in the middle only means that it is begun anew.
      async delete({ id, value }) {
        for (const each of kinds()) await each.deleteOf(value.personId);
        await apply(id, { type: 'deleted' }, {});
      },
    };
    return { effects, wake: async ({ id }) => void (await apply(id, { type: 'time' }, {})) };
  });
}
