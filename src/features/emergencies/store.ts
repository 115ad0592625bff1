import type { OutboxMessage, Person } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { may, whoMay } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { describeDuration } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, EffectCall } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { reviewCard } from './cards';
import { remindEveryMs, reviewWorkflow } from './workflow';
import type { Review, ReviewEffect, ReviewEvent, ReviewRefusal, ReviewVerdict } from './workflow';

/** The reviews in the store: opened once for each emergency, told everywhere, closed by somebody else. */
export interface ReviewStore {
  open(review: Extract<ReviewEvent, { type: 'open' }>['review']): Promise<void>;
  /** By its id or by the number of its deployment. Rejects with `UserError` when this person can't close it so. */
  close(idOrNumber: string, by: Person, findings: string): Promise<Stored<Review>>;
  /** Rejects with `UserError` where there is none. */
  known(idOrNumber: string): Promise<Review>;
  waiting(): Promise<readonly Stored<Review>[]>;
}

export function createReviewStore(deps: FeatureDependencies): ReviewStore {
  const { catalog } = deps;
  const { records, apply } = openWorkflow(deps, reviewWorkflow, (workflow) => ({
    effects: reviewEffects(deps),
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    wakesWithinMs: () => remindEveryMs,
  }));

  async function existing(idOrNumber: string): Promise<Stored<Review>> {
    const byId = await records.get(idOrNumber);
    if (byId) return byId;
    const number = Number(idOrNumber.replace(/^D-/i, ''));
    const [found] = Number.isInteger(number) ? (await records.find({ where: { number }, limit: 1 })).items : [];
    if (found) return found;
    throw new UserError(`There is no review ${plainText(idOrNumber, 20)}. Write \`reviews\` to see what waits.`);
  }

  return {
    known: async (idOrNumber) => (await existing(idOrNumber)).value,
    async open(review) {
      await apply(idFrom('review', review.deploymentId), { type: 'open', review }, {});
    },
    async close(idOrNumber, by, findings) {
      const { id, value } = await existing(idOrNumber);
      const { service, environment, number } = value;
      if (!may(catalog(), by.id, 'approve', { service, environment })) {
        const who = whoMay(catalog(), 'approve', { service, environment }).map(({ name }) => plainText(name, 60));
        throw new UserError(`You may not review D-${number}. ${enumerate(who.slice(0, 4), 'or') || 'Nobody yet'} can.`);
      }
      const { verdict, stored } = await apply(id, { type: 'close', by, findings }, {});
      if (verdict && 'refusal' in verdict) throw new UserError(describeRefusal(verdict.refusal, number));
      if (!stored) throw new UserError(`There is no review of D-${number} any more.`);
      return stored;
    },
    async waiting() {
      return (await records.find({ where: { state: 'open' }, orderBy: 'openedAt', limit: 100 })).items;
    },
  };
}

function reviewEffects({ outbox, catalog }: FeatureDependencies): ActivityOf<Review, ReviewVerdict>['effects'] {
  async function tell(
    { value }: EffectCall<Review, ReviewEffect>,
    key: string,
    { content, revision }: Pick<OutboxMessage, 'content' | 'revision'>,
  ): Promise<void> {
    for (const placeId of value.placeIds)
      await outbox.put({
        key: `${key}:${idFrom('place', placeId).slice(0, 12)}`,
        destination: { to: 'place', placeId },
        content,
        revision,
        final: true,
      });
  }

  return {
    publish: (call) =>
      tell(call, `emergency:${call.id}:card`, {
        content: reviewCard(call.id, call.value, call.now, catalog().timeZone),
        revision: call.version,
      }),
    remind(call) {
      const { number, openedAt, title } = call.value;
      const text = `**D-${number} still waits for its review**, ${describeDuration(call.now - openedAt)} after the emergency: ${plainText(title, 120)}. Use its card, or \`close review D-${number} because …\`.`;
      return tell(call, call.key, { content: { text }, revision: 1 });
    },
  };
}

function describeRefusal(refusal: ReviewRefusal, number: number): string {
  switch (refusal) {
    case 'own':
      return `D-${number} was your own emergency, so somebody else reviews it. Nothing was changed.`;
    case 'closed':
      return `D-${number} was reviewed already. Nothing was changed.`;
    case 'no findings':
      return `A review says what was found, so it stays open. Write \`close review D-${number} because …\` or use the card.`;
  }
}
