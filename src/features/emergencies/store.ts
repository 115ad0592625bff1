import type { Content, Person } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { may, whoMay } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { describeDuration } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { reviewCard } from './cards';
import { remindEveryMs, reviewWorkflow } from './workflow';
import type { Review, ReviewEvent, ReviewRefusal, ReviewVerdict } from './workflow';

export type ReviewStore = ReturnType<typeof createReviewStore>;

/** The reviews in the store: opened once for each emergency, told everywhere, closed by somebody else. */
export function createReviewStore(deps: FeatureDependencies) {
  const { catalog } = deps;
  const { records, apply } = openWorkflow(deps, reviewWorkflow, (workflow) => ({
    effects: reviewEffects(deps),
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    wakesWithinMs: () => remindEveryMs,
  }));

  async function known(idOrNumber: string): Promise<Stored<Review>> {
    const byId = await records.get(idOrNumber);
    if (byId) return byId;
    const number = Number(idOrNumber.replace(/^D-/i, ''));
    const [found] = Number.isInteger(number) ? (await records.find({ where: { number }, limit: 1 })).items : [];
    if (found) return found;
    throw new UserError(`There is no review ${plainText(idOrNumber, 20)}. Write \`reviews\` to see what waits.`);
  }

  return {
    /** By its id or by the number of its deployment. Rejects with `UserError` where there is none. */
    known,
    async open(review: Extract<ReviewEvent, { type: 'open' }>['review']): Promise<void> {
      await apply(idFrom('review', review.deploymentId), { type: 'open', review }, {});
    },
    /** Rejects with `UserError` when this person can't close it so. */
    async close(idOrNumber: string, by: Person, findings: string): Promise<Stored<Review>> {
      const { id, value } = await known(idOrNumber);
      const { number } = value;
      if (!may(catalog(), by.id, 'approve', value)) {
        const who = whoMay(catalog(), 'approve', value).map(({ name }) => plainText(name, 60));
        throw new UserError(`You may not review D-${number}. ${enumerate(who.slice(0, 4), 'or') || 'Nobody yet'} can.`);
      }
      const { verdict, stored } = await apply(id, { type: 'close', by, findings }, {});
      if (verdict && 'refusal' in verdict) throw new UserError(sentenceOf(verdict.refusal, number));
      if (!stored) throw new UserError(`There is no review of D-${number} any more.`);
      return stored;
    },
    async waiting(): Promise<readonly Stored<Review>[]> {
      return (await records.find({ where: { state: 'open' }, orderBy: 'openedAt', limit: 100 })).items;
    },
  };
}

function reviewEffects({ outbox, catalog }: FeatureDependencies): ActivityOf<Review, ReviewVerdict>['effects'] {
  async function tell({ value }: Stored<Review>, key: string, content: Content, revision: number): Promise<void> {
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
    publish(call) {
      const { id, value, version, now } = call;
      return tell(call, `emergency:${id}:card`, reviewCard(id, value, now, catalog().timeZone), version);
    },
    remind(call) {
      const { number, openedAt, title } = call.value;
      const text = `**D-${number} still waits for its review**, ${describeDuration(call.now - openedAt)} after the emergency: ${plainText(title, 120)}. Use its card, or \`close review D-${number} because …\`.`;
      return tell(call, call.key, { text }, 1);
    },
  };
}

function sentenceOf(refusal: ReviewRefusal, number: number): string {
  const sentences: Record<ReviewRefusal, string> = {
    own: `D-${number} was your own emergency, so somebody else reviews it. Nothing was changed.`,
    closed: `D-${number} was reviewed already. Nothing was changed.`,
    'no findings': `A review says what was found, so it stays open. Write \`close review D-${number} because …\` or use the card.`,
  };
  return sentences[refusal];
}
