import type { PersonalData } from '../../chat/contract';
import { defineWorkflow, openWorkflow } from '../../workflows';
import type { Change, Circumstance } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { deletionCard } from './cards';

/** Somebody wants their data deleted. Contains their id and nothing else about them. */
export interface Deletion {
  readonly personId: string;
  readonly reference: string;
  readonly askedAt: number;
  readonly state: 'asked' | 'deleting' | 'deleted' | 'kept' | 'expired';
  readonly changedAt: number;
  readonly wakeAt?: number | undefined;
}

export type DeletionEvent =
  | { readonly type: 'ask'; readonly personId: string; readonly reference: string }
  | { readonly type: 'answer'; readonly deletes: boolean; readonly personId: string }
  | { readonly type: 'deleted' }
  | { readonly type: 'time' };

/** `ask` and `show` draw the current card, `delete` deletes everything. */
type DeletionEffect = { readonly kind: 'ask' | 'show' | 'delete' };

/** Undefined: nothing changes. */
type DeletionVerdict = Change<Deletion, DeletionEffect> | { readonly refusal: 'unknown' | 'not yours' } | undefined;

const confirmWithinMs = 15 * 60_000;
const keptMs = 86_400_000;

export function deletionTransition(
  deletion: Deletion | undefined,
  event: DeletionEvent,
  { now }: Pick<Circumstance, 'now'>,
): DeletionVerdict {
  if (event.type === 'ask') {
    if (deletion) return undefined;
    const { personId, reference } = event;
    const record = { personId, reference, askedAt: now, state: 'asked', changedAt: now } as const;
    return { record: { ...record, wakeAt: now + confirmWithinMs }, effects: [{ kind: 'ask' }] };
  }
  if (!deletion) return { refusal: 'unknown' };
  if (event.type === 'answer' && event.personId !== deletion.personId) return { refusal: 'not yours' };
  if (event.type === 'deleted')
    return deletion.state === 'deleting' ? become(deletion, 'deleted', now, 'show') : undefined;
  if (deletion.state !== 'asked') return undefined;
  // Without an answer in time, nothing is deleted.
  if (now >= (deletion.wakeAt ?? 0)) return become(deletion, 'expired', now, 'show');
  if (event.type === 'time') return undefined;
  return event.deletes ? become(deletion, 'deleting', now, 'delete') : become(deletion, 'kept', now, 'show');
}

function become(
  deletion: Deletion,
  state: Deletion['state'],
  now: number,
  kind: DeletionEffect['kind'],
): DeletionVerdict {
  return { record: { ...deletion, state, changedAt: now, wakeAt: undefined }, effects: [{ kind }] };
}

const isOver = ({ state }: Deletion): boolean => state !== 'asked' && state !== 'deleting';

export const deletionWorkflow = defineWorkflow({
  name: 'privacy',
  collection: {
    name: 'data-deletions',
    schema: 1,
    indexes: {},
    expiresAt: (deletion) => (isOver(deletion) ? deletion.changedAt + keptMs : undefined),
  },
  transition: deletionTransition,
  isOver,
});

export interface PrivacyParts {
  readonly deps: FeatureDependencies;
  /** All personal data, from everywhere. */
  readonly kinds: () => readonly PersonalData[];
}

type Call = { readonly id: string; readonly value: Deletion };

/** The requested deletions, with their effects. */
export function openDeletions({ deps, kinds }: PrivacyParts) {
  async function show({ id, value }: Call): Promise<void> {
    await deps.outbox.put({
      key: `privacy:${id}`,
      destination: { to: 'person', personId: value.personId },
      content: deletionCard(deps, kinds(), id, value),
      revision: { asked: 1, deleting: 2, kept: 2, expired: 2, deleted: 3 }[value.state],
      final: isOver(value),
    });
  }
  return openWorkflow(deps, deletionWorkflow, ({ apply }) => ({
    effects: {
      ask: show,
      show,
      // Deleting again finds nothing more, so after a crash it simply starts over.
      async delete({ id, value }: Call) {
        for (const each of kinds()) await each.deleteOf(value.personId);
        await apply(id, { type: 'deleted' }, {});
      },
    },
    wake: async ({ id }) => void (await apply(id, { type: 'time' }, {})),
  }));
}
