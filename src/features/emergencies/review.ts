import { defaultRetentionMs } from '../../core/catalog/retention';
import type { CardContent, Person } from '../../chat/contract';
import { bandState } from '../../core/card/status';
import { cleanText, plainText } from '../../core/text';
import { footerTime, describeMoment } from '../../core/time/words';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';

/** What stays open after an emergency until somebody else has looked at it. Pure, but for being stored. */

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
  /** The channels that heard of it. */
  readonly placeIds: readonly string[];
  readonly correlationId: string;
  readonly closed?: { readonly by: Person; readonly at: number; readonly findings: string };
  readonly reminders: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

export const remindEveryMs = 24 * 3_600_000;

export const reviewsSpec: CollectionSpec<Review> = {
  name: 'emergency-reviews',
  schema: 1,
  indexes: {
    dueAt,
    state: ({ closed }) => (closed ? 'closed' : 'open'),
    openedAt: (review) => review.openedAt,
    number: (review) => review.number,
  },
  queries: [{ orderBy: 'dueAt' }, { where: ['number'] }, { where: ['state'], orderBy: 'openedAt' }],
  expiresAt: ({ closed, pending }) =>
    closed && pending.length === 0 ? closed.at + defaultRetentionMs('emergencies') : undefined,
};

type Opening = Omit<Review, 'reminders' | 'pending' | 'wakeAt' | 'closed'>;

export function openedReview(opening: Opening, now: number): Review {
  return {
    ...opening,
    reminders: 0,
    pending: [effect('publish:open', 'publish', now)],
    wakeAt: now + remindEveryMs,
  };
}

export type ReviewRefusal = 'own' | 'closed' | 'no findings';

/** Nobody reviews their own emergency, and a review without findings is none. */
export function closedReview(
  review: Review,
  by: Person,
  findings: string,
  now: number,
): Review | { refusal: ReviewRefusal } {
  if (review.closed) return { refusal: 'closed' };
  if (review.by.id === by.id) return { refusal: 'own' };
  if (findings.trim() === '') return { refusal: 'no findings' };
  const closed = { by, at: now, findings: findings.trim() };
  return {
    ...review,
    closed,
    wakeAt: undefined,
    pending: [...review.pending, effect('audit:closed', 'audit', now), effect('publish:closed', 'publish', now)],
  };
}

/** One more reminder, and when the next is due. */
export function remindedReview(review: Review, now: number): Review | undefined {
  if (review.closed || (review.wakeAt ?? Infinity) > now) return undefined;
  const reminders = review.reminders + 1;
  return {
    ...review,
    reminders,
    wakeAt: now + remindEveryMs,
    pending: [...review.pending, effect(`remind:${reminders}`, 'remind', now)],
  };
}

const effect = (key: string, kind: string, now: number): PendingEffect => ({ key, kind, attempts: 0, dueAt: now });

/** The card of an emergency: loud while it is open, quiet when it was reviewed. */
export function reviewCard(id: string, review: Review, now: number, timeZone: string): CardContent {
  const { number, title, by, reason, openedAt, closed, correlationId } = review;
  const who = plainText(by.name, 60);
  const facts = [
    { title: 'Why', value: plainText(reason, 300) },
    { title: 'Since', value: describeMoment(openedAt, now, timeZone) },
    { title: 'Number', value: `D-${number}` },
    ...(closed ? [{ title: 'Findings', value: plainText(closed.findings, 500) }] : []),
  ];
  return {
    card: 'emergencies/review',
    data: {
      id,
      kind: 'Emergency',
      state: closed
        ? { ...bandState('done'), word: 'Reviewed', tone: 'emphasis' }
        : { ...bandState('waiting'), word: 'To be reviewed', tone: 'attention' },
      title: plainText(title, 120),
      summary: closed
        ? `Emergency D-${number} was reviewed by ${cleanText(closed.by.name, 60)}`
        : `Emergency: ${cleanText(by.name, 60)} deploys ${cleanText(title, 120)} past the rules`,
      sentence: closed
        ? `**Reviewed by ${plainText(closed.by.name, 60)}** at ${describeMoment(closed.at, now, timeZone)}.`
        : `**${who} deploys this past every rule.** Somebody else has to review it; this stays open until then.`,
      facts,
      open: closed === undefined,
      footer: `D-${number} · ${footerTime(now, timeZone)} · ref ${correlationId.slice(0, 8)}`,
    },
  };
}
