import { defaultRetentionMs } from '../../core/catalog/retention';
import type { CollectionSpec } from '../../store/contract';
import type { Content, Destination, MessageFate, MessageState, OutboxMessage } from '../contract';
import type { Delivered, PostedMessage, SendError } from '../sender';

/**
 * A message as stored: what people should see, what they see, the state of delivery, and how each event changes it. Pure. Budgets are of time, not of
 * attempts. A request that certainly did nothing is retried with exponential backoff and full jitter until its time is up. A post whose outcome is
 * unknown is repeated once, and only after the chat tool has accepted something again.
 */

export interface MessageRecord {
  readonly key: string;
  readonly destination: Destination;
  /** Messages of one lane go out in order. */
  readonly lane: string;
  readonly order: number;
  readonly content: Content;
  readonly revision: number;
  readonly final: boolean;
  /** How long to try, counted in time spent trying. */
  readonly tryForMs: number;
  /** Who is told in person if it's given up. */
  readonly onBehalfOf?: string;
  /** `sending` without an active sender is a post whose outcome nobody knows. */
  readonly state: MessageState | 'sending';
  /** The message that can be edited; absent if it was posted without an id, or if somebody deleted it. */
  readonly posted?: PostedMessage;
  readonly shownRevision?: number;
  /** Posts that may or may not exist; after the second, Gavel stops trying. */
  readonly ambiguous: number;
  /** A post is repeated only once the chat tool is known to accept posts again. */
  readonly awaitsProof?: boolean;
  /** Its thread is gone, so it goes to the top level. */
  readonly isTopLevel?: boolean;
  readonly attempts: number;
  /** How long it has been tried since it was last put. A pause counts as its intended length, whatever the clock did in the meantime. */
  readonly spentMs: number;
  /** When it last failed, and how long it should pause after that. */
  readonly failedAt?: number;
  readonly pauseMs?: number;
  /** When it was last sent. */
  readonly sentAt?: number;
  /** Why the last attempt failed; cleared by one that doesn't. */
  readonly error?: string;
  /** When it was given up; cleared once it's retried. */
  readonly givenUpAt?: number;
  /** When it can be tried; undefined: there is nothing to do. */
  readonly dueAt?: number;
  readonly asText: boolean;
  /** Listeners and the recipient still have to be told that it is undeliverable. */
  readonly untold: boolean;
  readonly changedAt: number;
}

/** For what people wait for: an answer, progress. After that, nobody wants it. */
const briefMs = 30 * 60_000;
/** For what people have to know: final states, approvals, notices. */
const longMs = 86_400_000;
const parentWaitMs = 1_000;
/** Without an id, or deleted, a message is posted again for each later state; states that aren't final at most this often. */
const anewEachMs = 30_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;
/** A request takes no longer than this, so more time between two failures isn't counted. */
const maxSendingMs = 15_000;

export const messageCollection: CollectionSpec<MessageRecord> = {
  name: 'messages',
  schema: 2,
  upgrade: (value) => readForward(value as FirstForm),
  indexes: {
    dueAt: (message) => message.dueAt,
    /** Only while there is something to do: the history of a channel isn't read for each message. */
    openLane: (message) => (message.dueAt === undefined ? undefined : message.lane),
    activity: (message) => (message.posted ? activityKey(message.posted) : undefined),
    /** The recipient, if it is one person. */
    person: ({ destination }) => (destination.to === 'person' ? destination.personId : undefined),
    /** What was just sent, for the instance that takes over sending. */
    sentAt: (message) => message.sentAt,
    doubtfulPlace: (message) => (message.ambiguous > 0 ? message.posted?.placeId : undefined),
    givenUpAt: (message) => message.givenUpAt,
  },
  queries: [
    { orderBy: 'dueAt' },
    { where: ['openLane'], orderBy: 'dueAt' },
    { where: ['activity'] },
    { where: ['person'] },
    { orderBy: 'sentAt' },
    { where: ['doubtfulPlace'] },
    { orderBy: 'givenUpAt' },
  ],
  expiresAt: (message) =>
    message.dueAt === undefined ? message.changedAt + defaultRetentionMs('messages') : undefined,
};

/** The record before it stored how long to try. */
type FirstForm = Omit<MessageRecord, 'tryForMs' | 'spentMs'> & { readonly alert?: boolean };

function readForward({ alert, ...record }: FirstForm): MessageRecord {
  const isLong = record.final || alert === true;
  return { ...record, tryForMs: isLong ? longMs : briefMs, spentMs: 0 };
}

export function activityKey({ placeId, activityId }: PostedMessage): string {
  return `${placeId} ${activityId}`;
}

/** The record when this should be seen; undefined if it already shows this or something newer. */
export function onRequested(
  record: MessageRecord | undefined,
  message: OutboxMessage,
  lane: string,
  now: number,
  order: number,
): MessageRecord | undefined {
  const { key, content, revision, onBehalfOf } = message;
  const final = message.final === true;
  const tryForMs = (message.tryFor ?? (final ? 'a day' : 'half an hour')) === 'a day' ? longMs : briefMs;
  const fresh = { content, revision, final, tryForMs, onBehalfOf, spentMs: 0, asText: false, changedAt: now };
  if (!record)
    return {
      key,
      destination: message.destination,
      lane,
      order,
      ...fresh,
      state: 'waiting',
      ambiguous: 0,
      attempts: 0,
      dueAt: now,
      untold: false,
    };
  if (revision <= record.revision) return undefined;
  const next = { ...record, ...fresh, order: record.dueAt === undefined ? order : record.order };
  if (record.state === 'undeliverable') return startOver(next, now);
  if (record.state === 'posted' && !record.posted) {
    const notBefore = final ? now : Math.max(now, (record.sentAt ?? now) + anewEachMs);
    return startOver(next, record.dueAt ?? notBefore);
  }
  const isHeldBack = record.dueAt === undefined || (final && record.failedAt === undefined);
  return { ...next, dueAt: isHeldBack ? now : record.dueAt };
}

/** Clears all earlier attempts. */
const untried = {
  attempts: 0,
  spentMs: 0,
  awaitsProof: undefined,
  failedAt: undefined,
  pauseMs: undefined,
  givenUpAt: undefined,
} as const;

/** To be tried as if it had never been tried. If it can be edited, it still is. */
function startOver(record: MessageRecord, dueAt: number): MessageRecord {
  const state = record.posted ? 'posted' : 'waiting';
  return { ...record, ...untried, state, ambiguous: 0, untold: false, dueAt };
}

/** The outcome, for the feature that put it. A message in the middle of an attempt counts as waiting. */
export function fateOf({ state, error }: MessageRecord): MessageFate {
  return { state: state === 'sending' ? 'waiting' : state, ...(error !== undefined && { error }) };
}

/** Where people see it or were meant to see it; undefined for a personal chat that nothing has reached yet. */
export function knownPlaceOf({ posted, destination, lane }: MessageRecord): string | undefined {
  if (posted) return posted.placeId;
  if (destination.to === 'place') return destination.placeId;
  return lane.startsWith('place ') ? lane.slice(6) : undefined;
}

/** A post is about to be sent: from here on, a crash leaves its outcome unknown. Undefined if somebody else sends it or has sent it. */
export function onSending(record: MessageRecord, now: number): MessageRecord | undefined {
  return record.state === 'waiting' && !record.posted ? { ...record, state: 'sending', sentAt: now } : undefined;
}

/** The content of `revision` is visible. */
export function onSent(record: MessageRecord, at: Delivered, revision: number, now: number): MessageRecord {
  const { activityId } = at;
  const posted = activityId === undefined ? undefined : { ...at, activityId };
  const shown = { state: 'posted', posted, shownRevision: revision, error: undefined, sentAt: now } as const;
  const kept: MessageRecord = { ...record, ...untried, ...shown, dueAt: undefined };
  if (record.revision <= revision) return kept;
  return posted ? { ...kept, dueAt: now } : startOver(kept, record.final ? now : now + anewEachMs);
}

/** Its text is removed. Its position is kept, so a click on it is recognized. Undefined while it is still being delivered. */
export function withoutText(record: MessageRecord): MessageRecord | undefined {
  if (record.dueAt !== undefined || !hasText(record)) return undefined;
  return { ...record, content: { text: '' } };
}

export function hasText({ content }: MessageRecord): boolean {
  return !('text' in content) || content.text !== '';
}

/** It won't arrive as it is; the people who have to know are told next. */
function onGivenUp(record: MessageRecord, now: number): MessageRecord {
  const gone = { state: 'undeliverable', attempts: 0, awaitsProof: undefined, givenUpAt: now } as const;
  return { ...record, ...gone, dueAt: 0, untold: true };
}

/** The message that it replies to isn't posted yet. It waits for that for at most a day. */
export function onParentMissing(record: MessageRecord, parentDueAt: number, now: number): MessageRecord {
  if (now - record.changedAt > longMs) return onGivenUp(record, now);
  return { ...record, dueAt: Math.max(now + parentWaitMs, parentDueAt) };
}

/** Everybody who had to know was told. */
export function onNotified(record: MessageRecord): MessageRecord {
  return { ...record, untold: false, dueAt: undefined };
}

interface Chance {
  /** From 0 to 1. */
  readonly random: number;
  /** The place has been closed for longer than the grace period. */
  readonly isHopeless?: boolean;
}

/** The record after a failed attempt. */
export function onFailed(before: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  const record = countTime({ ...before, state: before.posted ? 'posted' : 'waiting', sentAt: now }, error, now);
  switch (error.kind) {
    case 'retry':
      return later(record, error, now, chance);
    case 'unclear': {
      if (record.posted) return later(record, error, now, chance);
      const doubted = onInterrupted(record, now);
      return doubted.state === 'undeliverable' ? doubted : pause(doubted, error, now, chance);
    }
    case 'gone':
      return record.posted ? withoutMessage(record, now) : onGivenUp(record, now);
    case 'thread gone':
      return { ...record, isTopLevel: true, dueAt: now };
    case 'place closed':
      return chance.isHopeless ? onGivenUp(record, now) : pause(record, error, now, chance);
    case 'too large':
    case 'refused':
      if (!record.asText) return { ...record, asText: true, dueAt: now };
      // A final state that can't be shown by an edit is posted again: a card that waits forever would be wrong.
      return record.posted && record.final ? withoutMessage(record, now) : onGivenUp(record, now);
  }
}

/** The probe that had to arrive before an uncertain post is repeated failed. Once the time is up, the one repetition is made anyway. */
export function onProbeFailed(before: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  const record = countTime(before, error, now);
  return isOver(record) ? onProven(record, now) : pause(record, error, now, chance);
}

/** The chat tool accepts posts again. */
export function onProven(record: MessageRecord, now: number): MessageRecord {
  return { ...record, awaitsProof: undefined, dueAt: now };
}

/** A crash or a broken connection interrupted a post: it may exist. */
export function onInterrupted(record: MessageRecord, now: number): MessageRecord {
  const ambiguous = record.ambiguous + 1;
  if (ambiguous > 1) return { ...onGivenUp(record, now), ambiguous };
  return { ...record, state: 'waiting', ambiguous, awaitsProof: true, failedAt: now, dueAt: now };
}

/** It can't be edited anymore: a final state is posted again, any other with its next change. */
function withoutMessage(record: MessageRecord, now: number): MessageRecord {
  const rest: MessageRecord = { ...record, ...untried, posted: undefined, state: 'posted', dueAt: undefined };
  return record.final ? { ...rest, state: 'waiting', asText: false, ambiguous: 0, dueAt: now } : rest;
}

function later(record: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  return isOver(record) ? onGivenUp(record, now) : pause(record, error, now, chance);
}

/** Waits as long as the chat tool asked, or else a random time below a limit that doubles. */
function pause(record: MessageRecord, { retryAfterMs }: SendError, now: number, { random }: Chance): MessageRecord {
  const limitMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(record.attempts, 10));
  const pauseMs = Math.round(retryAfterMs === undefined ? limitMs * random : retryAfterMs + 250 * random);
  // Being asked to wait isn't a failed attempt.
  const attempts = retryAfterMs === undefined ? record.attempts + 1 : record.attempts;
  return { ...record, attempts, pauseMs, dueAt: now + pauseMs };
}

function countTime(record: MessageRecord, error: SendError, now: number): MessageRecord {
  const { failedAt, pauseMs = 0, spentMs } = record;
  const sinceMs = failedAt === undefined ? 0 : Math.min(Math.max(0, now - failedAt), pauseMs + maxSendingMs);
  return { ...record, spentMs: spentMs + sinceMs, failedAt: now, error: error.message.slice(0, 200) };
}

const isOver = ({ spentMs, tryForMs }: MessageRecord): boolean => spentMs >= tryForMs;
