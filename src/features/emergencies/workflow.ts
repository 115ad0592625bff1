import type { Content, Person } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { may, whoMay } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { enumerate, plainText } from '../../core/text';
import { describeDuration } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import { defineWorkflow, openWorkflow } from '../../workflows';
import type { ActivityOf, Change, Circumstance, StoredEffect } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { reviewCard } from './cards';

/** What stays open after an emergency until somebody else has reviewed it. */

export interface Review {
  readonly deploymentId: string;
  readonly number: number;
  /** `shop 2.14.1 to production` */
  readonly title: string;
  readonly service: string;
  readonly environment: string;
  readonly by: Person;
  readonly reason: string;
  readonly openedAt: number;
  /** The channels that are told. */
  readonly placeIds: readonly string[];
  readonly correlationId: string;
  readonly closed?: { readonly by: Person; readonly at: number; readonly findings: string };
  readonly reminders: number;
  readonly wakeAt?: number | undefined;
}

export type ReviewEvent =
  | { readonly type: 'open'; readonly review: Omit<Review, 'reminders' | 'wakeAt' | 'closed'> }
  | { readonly type: 'close'; readonly by: Person; readonly findings: string }
  | { readonly type: 'time' };

/** To each channel: the card as it stands, or that the review is still missing. */
interface ReviewEffect {
  readonly kind: 'publish' | 'remind';
  readonly key: string;
}

type ReviewRefusal = 'own' | 'closed' | 'no findings';

/** Undefined: there is nothing to do. */
type ReviewVerdict = Change<Review, ReviewEffect> | { readonly refusal: ReviewRefusal } | undefined;

const remindEveryMs = 24 * 3_600_000;

export const reviewWorkflow = defineWorkflow({
  name: 'emergencies',
  keyPrefix: 'emergency',
  collection: {
    name: 'emergency-reviews',
    schema: 2,
    upgradeEffect: effectFromFirstSchema,
    indexes: {
      state: ({ closed }) => (closed ? 'closed' : 'open'),
      openedAt: (review) => review.openedAt,
      number: (review) => review.number,
    },
    queries: [{ where: ['number'] }, { where: ['state'], orderBy: 'openedAt' }],
    expiresAt: ({ closed }) => closed && closed.at + defaultRetentionMs('emergencies'),
  },
  transition: reviewTransition,
  isOver: ({ closed }) => closed !== undefined,
});

/** What becomes of a review: nobody reviews their own emergency, and a review without findings is none. */
export function reviewTransition(
  review: Review | undefined,
  event: ReviewEvent,
  { now }: Pick<Circumstance, 'now'>,
): ReviewVerdict {
  if (event.type === 'open') {
    if (review) return undefined;
    return {
      record: { ...event.review, reminders: 0, wakeAt: now + remindEveryMs },
      effects: [{ kind: 'publish', key: 'publish:open' }],
    };
  }
  if (!review) return undefined;
  if (event.type === 'time') return remind(review, now);
  const { by, findings } = event;
  if (review.closed) return { refusal: 'closed' };
  if (review.by.id === by.id) return { refusal: 'own' };
  if (findings.trim() === '') return { refusal: 'no findings' };
  const closed = { by, at: now, findings: findings.trim() };
  return {
    record: { ...review, closed, wakeAt: undefined },
    effects: [
      { kind: 'audit', key: 'closed', ...auditOf(review, closed) },
      { kind: 'publish', key: 'publish:closed' },
    ],
  };
}

function auditOf({ number, correlationId }: Review, { by, at, findings }: NonNullable<Review['closed']>) {
  const line = { at, who: by.id, what: 'emergencies.close', target: `D-${number}`, from: 'gavel', outcome: 'reviewed' };
  return { ...line, detail: { findings }, correlationId };
}

function remind(review: Review, now: number): ReviewVerdict {
  const { closed, wakeAt } = review;
  if (closed || wakeAt === undefined) return undefined;
  const next = now + remindEveryMs;
  // Set by a clock that was ahead, it would come later than a day.
  if (wakeAt > next) return { record: { ...review, wakeAt: next } };
  if (wakeAt > now) return undefined;
  const reminders = review.reminders + 1;
  return {
    record: { ...review, reminders, wakeAt: next },
    effects: [{ kind: 'remind', key: `remind:${reminders}` }],
  };
}

/** The first schema kept nothing of the audit line that the record said, and another key. */
function effectFromFirstSchema(effect: StoredEffect, review: Review): StoredEffect {
  if (effect.kind !== 'audit' || !review.closed) return effect;
  return { ...effect, key: 'closed', detail: auditOf(review, review.closed) };
}

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
