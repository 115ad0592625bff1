import type { Person } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance, StoredEffect } from '../../workflows';

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

export type ReviewRefusal = 'own' | 'closed' | 'no findings';

/** Undefined: there is nothing to do. */
export type ReviewVerdict = Change<Review, ReviewEffect> | { readonly refusal: ReviewRefusal } | undefined;

export const remindEveryMs = 24 * 3_600_000;

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
      {
        kind: 'audit',
        key: 'closed',
        at: now,
        who: by.id,
        what: 'emergencies.close',
        target: `D-${review.number}`,
        from: 'gavel',
        outcome: 'reviewed',
        detail: { findings: closed.findings },
        correlationId: review.correlationId,
      },
      { kind: 'publish', key: 'publish:closed' },
    ],
  };
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
function effectFromFirstSchema(effect: StoredEffect, { closed, number, correlationId }: Review): StoredEffect {
  if (effect.kind !== 'audit' || !closed) return effect;
  const { by, at, findings } = closed;
  const line = { at, who: by.id, what: 'emergencies.close', target: `D-${number}`, from: 'gavel', outcome: 'reviewed' };
  return { ...effect, key: 'closed', detail: { ...line, detail: { findings }, correlationId } };
}
