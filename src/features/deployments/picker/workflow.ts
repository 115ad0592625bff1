import { isDeepStrictEqual } from 'node:util';
import type { Target } from '../../../core/catalog/rights';
import { defineWorkflow, openWorkflow } from '../../../workflows';
import type { ActivityOf, Change, Circumstance } from '../../../workflows';
import type { FeatureDependencies } from '../../contract';
import type { Obstacle, Policy } from '../../policy';
import { pickerTopic } from './cards';
import type { Picker } from './commands';

/** Cards to deploy or roll back that a freeze or a lock blocks: they are drawn again when that ends. */

interface BlockedCard extends Target {
  readonly kind: Picker['kind'];
  readonly owner: string;
  /** The freezes and locks that it shows. */
  readonly blocks: readonly string[];
  /** After this, nobody can request from it anymore. */
  readonly expiresAt: number;
  readonly wakeAt?: number | undefined;
}

type BlockedCardEvent =
  | { readonly type: 'blocked'; readonly card: Omit<BlockedCard, 'wakeAt'> }
  /** What blocks it now. */
  | { readonly type: 'checked'; readonly blocks: readonly string[] };

/** Undefined: nothing changes. */
type BlockedCardVerdict = Change<BlockedCard, { readonly kind: 'redraw'; readonly topic: 'redraw' }> | undefined;

const checkEveryMs = 5_000;

export const blockedCardWorkflow = defineWorkflow({
  name: 'blocked-cards',
  collection: {
    name: 'blocked-cards',
    schema: 1,
    indexes: {},
    expiresAt: ({ expiresAt }: BlockedCard) => expiresAt,
  },
  transition: blockedCardTransition,
});

/** A card is drawn again whenever something else blocks it than it shows, and checked until nothing does. */
export function blockedCardTransition(
  record: BlockedCard | undefined,
  event: BlockedCardEvent,
  { now }: Pick<Circumstance, 'now'>,
): BlockedCardVerdict {
  const checkAt = now + checkEveryMs;
  if (event.type === 'blocked') return { record: { ...event.card, wakeAt: checkAt } };
  if (!record) return undefined;
  const { blocks } = event;
  const wakeAt = blocks.length > 0 && checkAt < record.expiresAt ? checkAt : undefined;
  const isSame = isDeepStrictEqual(blocks, record.blocks);
  return { record: { ...record, blocks, wakeAt }, effects: isSame ? [] : [{ kind: 'redraw', topic: 'redraw' }] };
}

export interface BlockedCards {
  /** Watches what blocks this card. */
  note(
    id: string,
    card: Target & Pick<Picker, 'kind' | 'owner' | 'expiresAt'>,
    obstacles: readonly Obstacle[],
  ): Promise<void>;
}

export function openBlockedCards(deps: FeatureDependencies, policy: Policy): BlockedCards {
  const { apply } = openWorkflow(
    deps,
    blockedCardWorkflow,
    (workflow): ActivityOf<BlockedCard, BlockedCardVerdict> => ({
      effects: { redraw: ({ id }) => deps.outbox.changed(pickerTopic(id)) },
      wakesWithinMs: () => checkEveryMs,
      async wake({ id, value: { service, environment, kind, owner } }) {
        const obstacles = await policy.obstacles({ service, environment }, kind, { id: owner, name: '' });
        await workflow.apply(id, { type: 'checked', blocks: idsOf(obstacles) }, {});
      },
    }),
  );
  return {
    async note(id, { service, environment, kind, owner, expiresAt }, obstacles) {
      const card = { service, environment, kind, owner, expiresAt, blocks: idsOf(obstacles) };
      await apply(id, { type: 'blocked', card }, {});
    },
  };
}

const idsOf = (obstacles: readonly Obstacle[]): string[] => obstacles.map(({ id }) => id).sort();
