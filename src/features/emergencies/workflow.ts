import type { Person } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance, StoredEffect } from '../../workflows';
import { finalStates, rulesBeyond } from '../deployments';
import type { DeploymentState, SkippedRule } from '../deployments';

/** The notice of an emergency deployment: red while it runs, then a review that stays open until another person has closed it. */

/** Somebody who is told in person, and why. */
export interface ToldPerson extends Person {
  readonly why: 'lock' | 'approver' | 'owner';
}

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
  /** The release that it replaces; omitted if nothing is live. */
  readonly replaces?: string;
  /** Missing in records of earlier versions, like `people`. */
  readonly skipped?: readonly SkippedRule[];
  /** The channels that are told. */
  readonly placeIds: readonly string[];
  readonly people?: readonly ToldPerson[];
  /** The places and people that the notice failed to reach at some time. */
  readonly unreached?: readonly string[];
  /** The last known state of the deployment, and since when. Missing in records of earlier versions. */
  readonly run?: { readonly state: DeploymentState; readonly phase: string; readonly at: number };
  readonly correlationId: string;
  readonly closed?: { readonly by: Person; readonly at: number; readonly findings: string };
  /** It ended before anything ran, so there is nothing to review. */
  readonly notNeededAt?: number;
  readonly reminders: number;
  readonly wakeAt?: number | undefined;
}

type Opening = Omit<Review, 'reminders' | 'wakeAt' | 'closed' | 'notNeededAt' | 'unreached'>;

export type ReviewEvent =
  | { readonly type: 'open'; readonly review: Opening }
  /** The deployment is in this state now; `phase`: the part of it that the notice shows; `hasRun`: it started something. */
  | {
      readonly type: 'moved';
      readonly state: DeploymentState;
      readonly phase: string;
      readonly hasRun: boolean;
    }
  | { readonly type: 'close'; readonly by: Person; readonly findings: string; readonly hasEnded: boolean }
  /** Rules that began while it waited are skipped, too; `placeIds` and `people` are who has to be told by now. */
  | ({ readonly type: 'skips more'; readonly skipped: readonly SkippedRule[] } & Required<
      Pick<Review, 'placeIds' | 'people'>
    >)
  /** The notice didn't reach this place or person. */
  | { readonly type: 'unreached'; readonly who: string }
  | { readonly type: 'time' };

/** For each channel and person: the current card, or a reminder of the missing review. */
type ReviewEffect =
  { readonly kind: 'publish'; readonly topic: 'publish' } | { readonly kind: 'remind'; readonly key: string };

export type ReviewRefusal = 'own' | 'running' | 'closed' | 'not needed' | 'no findings';

/** Undefined: there is nothing to do. */
export type ReviewVerdict = Change<Review, ReviewEffect> | { readonly refusal: ReviewRefusal } | undefined;

/** When a review is due after the end of the run, and how often Gavel reminds people after that. */
export const remindEveryMs = 24 * 3_600_000;

const publish = { kind: 'publish', topic: 'publish' } as const;

export const reviewWorkflow = defineWorkflow({
  name: 'emergencies',
  keyPrefix: 'emergency',
  collection: {
    name: 'emergency-reviews',
    schema: 2,
    upgradeEffect: effectFromFirstSchema,
    indexes: {
      state: (review) => (isReviewOver(review) ? 'closed' : 'open'),
      openedAt: (review) => review.openedAt,
      number: (review) => review.number,
    },
    queries: [{ where: ['number'] }, { where: ['state'], orderBy: 'openedAt' }],
    expiresAt: ({ closed, notNeededAt }) => {
      const over = closed?.at ?? notNeededAt;
      return over === undefined ? undefined : over + defaultRetentionMs('emergencies');
    },
  },
  transition: reviewTransition,
  isOver: isReviewOver,
});

/** Whether nobody has to review it anymore. */
export function isReviewOver({ closed, notNeededAt }: Pick<Review, 'closed' | 'notNeededAt'>): boolean {
  return closed !== undefined || notNeededAt !== undefined;
}

/** The next state of a review: nobody reviews their own emergency or one that is still running, and a review needs findings. */
export function reviewTransition(
  review: Review | undefined,
  event: ReviewEvent,
  { now }: Pick<Circumstance, 'now'>,
): ReviewVerdict {
  if (event.type === 'open') {
    if (review) return undefined;
    return { record: { ...event.review, reminders: 0, wakeAt: now + remindEveryMs }, effects: [publish] };
  }
  if (!review) return undefined;
  switch (event.type) {
    case 'time':
      return remind(review, now);
    case 'moved':
      return move(review, event, now);
    case 'skips more':
      return skipMore(review, event);
    case 'unreached':
      return noteUnreached(review, event.who);
    case 'close':
      return close(review, event, now);
  }
}

function move(review: Review, event: Extract<ReviewEvent, { type: 'moved' }>, now: number): ReviewVerdict {
  const { state, phase, hasRun } = event;
  if (isReviewOver(review) || review.run?.phase === phase) return undefined;
  // An ended run never runs again, so an older check that arrives late changes nothing.
  if (review.run && finalStates.includes(review.run.state)) return undefined;
  const moved = { ...review, run: { state, phase, at: now } };
  if (!finalStates.includes(state)) return { record: moved, effects: [publish] };
  if (!hasRun) return { record: { ...moved, notNeededAt: now, wakeAt: undefined }, effects: [publish] };
  return { record: { ...moved, wakeAt: now + remindEveryMs }, effects: [publish] };
}

/** Whoever was told once stays told. */
function skipMore(
  review: Review,
  { skipped, placeIds, people }: Extract<ReviewEvent, { type: 'skips more' }>,
): ReviewVerdict {
  const { skipped: known = [], people: earlier = [] } = review;
  const more = rulesBeyond(known, skipped);
  if (isReviewOver(review) || more.length === 0) return undefined;
  const others = earlier.filter(({ id }) => !people.some((each) => each.id === id));
  return {
    record: {
      ...review,
      skipped: [...known, ...more],
      placeIds: [...new Set([...review.placeIds, ...placeIds])],
      people: [...people, ...others],
    },
    effects: [publish],
  };
}

function close(
  review: Review,
  { by, findings, hasEnded }: Extract<ReviewEvent, { type: 'close' }>,
  now: number,
): ReviewVerdict {
  if (review.closed) return { refusal: 'closed' };
  if (review.notNeededAt !== undefined) return { refusal: 'not needed' };
  if (review.by.id === by.id) return { refusal: 'own' };
  if (!hasEnded) return { refusal: 'running' };
  if (findings.trim() === '') return { refusal: 'no findings' };
  const closed = { by, at: now, findings: findings.trim() };
  return {
    record: { ...review, closed, wakeAt: undefined },
    effects: [{ kind: 'audit', key: 'closed', ...auditOf(review, closed) }, publish],
  };
}

function noteUnreached(review: Review, who: string): ReviewVerdict {
  const { unreached = [] } = review;
  if (unreached.includes(who)) return undefined;
  return { record: { ...review, unreached: [...unreached, who] }, effects: [publish] };
}

function auditOf({ number, correlationId }: Review, { by, at, findings }: NonNullable<Review['closed']>) {
  const line = { at, who: by.id, what: 'emergencies.close', target: `D-${number}`, from: 'gavel', outcome: 'reviewed' };
  return { ...line, detail: { findings }, correlationId };
}

function remind(review: Review, now: number): ReviewVerdict {
  const { wakeAt } = review;
  if (isReviewOver(review) || wakeAt === undefined) return undefined;
  const next = now + remindEveryMs;
  // If a clock that was ahead set it, it would come later than a day.
  if (wakeAt > next) return { record: { ...review, wakeAt: next } };
  if (wakeAt > now) return undefined;
  const reminders = review.reminders + 1;
  return {
    record: { ...review, reminders, wakeAt: next },
    effects: [publish, { kind: 'remind', key: `remind:${reminders}` }],
  };
}

/** The first schema stored only what the record didn't say about an audit line, and used another key. */
function effectFromFirstSchema(effect: StoredEffect, review: Review): StoredEffect {
  if (effect.kind !== 'audit' || !review.closed) return effect;
  return { ...effect, key: 'closed', detail: auditOf(review, review.closed) };
}
