import type { Person } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { may, whoMay } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { describeDuration } from '../../core/time/words';
import type { PendingEffect } from '../../jobs/contract';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { closedReview, openedReview, remindedReview, reviewCard, reviewsSpec } from './review';
import type { Review } from './review';

/** The reviews in the store: opened once for each emergency, told everywhere, closed by somebody else. */
export interface ReviewBook {
  open(review: Parameters<typeof openedReview>[0]): Promise<void>;
  /** By its id or by the number of its deployment. Throws `UserError` when it may not be closed so. */
  close(idOrNumber: string, by: Person, findings: string): Promise<Stored<Review>>;
  /** Throws `UserError` where there is none. */
  known(idOrNumber: string): Promise<Review>;
  waiting(): Promise<readonly Stored<Review>[]>;
}

const sweepName = 'emergencies';

export function createReviewBook(deps: FeatureDependencies): ReviewBook {
  const { catalog, clock, outbox, store, sweeper } = deps;
  const reviews = store.collection(reviewsSpec);

  async function perform({ id, version, value }: Stored<Review>, { kind, key }: PendingEffect): Promise<void> {
    if (kind === 'audit') return auditClosed(id, value);
    const now = clock.now();
    const content =
      kind === 'publish'
        ? reviewCard(id, value, now, catalog().timeZone)
        : {
            text: `**D-${value.number} still waits for its review**, ${describeDuration(now - value.openedAt)} after the emergency: ${plainText(value.title, 120)}. Use its card, or \`close review D-${value.number} because …\`.`,
          };
    for (const placeId of value.placeIds)
      await outbox.put({
        key: `emergency:${id}:${kind === 'publish' ? 'card' : key}:${idFrom('place', placeId).slice(0, 12)}`,
        destination: { to: 'place', placeId },
        content,
        revision: kind === 'publish' ? version : 1,
        final: true,
      });
  }

  async function auditClosed(id: string, { closed, number, correlationId }: Review): Promise<void> {
    if (!closed) return;
    await store.audit.append({
      at: closed.at,
      who: closed.by.id,
      what: 'emergencies.close',
      target: `D-${number}`,
      from: 'gavel',
      outcome: 'reviewed',
      detail: { findings: closed.findings },
      correlationId,
      key: `emergency:${id}:closed`,
    });
  }

  sweeper.register<Review>({
    name: sweepName,
    collection: reviews,
    perform,
    wake: async ({ id }) => void (await reviews.update(id, (review) => remindedReview(review, clock.now()))),
  });

  async function find(idOrNumber: string): Promise<Stored<Review> | undefined> {
    const byId = await reviews.get(idOrNumber);
    if (byId) return byId;
    const number = Number(idOrNumber.replace(/^D-/i, ''));
    if (!Number.isInteger(number)) return undefined;
    return (await reviews.find({ where: { number }, limit: 1 })).items[0];
  }

  async function existing(idOrNumber: string): Promise<Stored<Review>> {
    const found = await find(idOrNumber);
    if (!found)
      throw new UserError(`There is no review ${plainText(idOrNumber, 20)}. Write \`reviews\` to see what waits.`);
    return found;
  }

  return {
    known: async (idOrNumber) => (await existing(idOrNumber)).value,
    async open(review) {
      const id = idFrom('review', review.deploymentId);
      await reviews.upsert(id, (known) => known ?? openedReview(review, clock.now()));
      sweeper.kick(sweepName, id);
    },
    async close(idOrNumber, by, findings) {
      const found = await existing(idOrNumber);
      const { service, environment, number } = found.value;
      if (!may(catalog(), by.id, 'approve', { service, environment })) {
        const who = whoMay(catalog(), 'approve', { service, environment }).map(({ name }) => plainText(name, 60));
        throw new UserError(`You may not review D-${number}. ${enumerate(who.slice(0, 4), 'or') || 'Nobody yet'} can.`);
      }
      const after = await reviews.update(found.id, (review) => {
        const next = closedReview(review, by, findings, clock.now());
        if ('refusal' in next) throw new UserError(refusalWords[next.refusal](number));
        return next;
      });
      if (!after) throw new UserError(`There is no review of D-${number} any more.`);
      sweeper.kick(sweepName, found.id);
      return after;
    },
    async waiting() {
      return (await reviews.find({ where: { state: 'open' }, orderBy: 'openedAt', limit: 100 })).items;
    },
  };
}

const refusalWords = {
  own: (number: number) => `D-${number} was your own emergency, so somebody else reviews it. Nothing was changed.`,
  closed: (number: number) => `D-${number} was reviewed already. Nothing was changed.`,
  'no findings': (number: number) =>
    `A review says what was found, so it stays open. Write \`close review D-${number} because …\` or use the card.`,
};
