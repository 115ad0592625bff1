import { defaultRetentionMs } from '../../core/catalog/retention';
import type { CollectionSpec } from '../../store/contract';
import type { Content, Destination, MessageFate, MessageState, OutboxMessage } from '../contract';
import type { Delivered, PostedMessage, SendError } from '../sender';

/**
 * A message as the store knows it: what should be seen, what is seen, how far the trying has come, and what it becomes by each thing that happens. Pure.
 *
 * Budgets are of time, never of tries. What surely did nothing is tried again with exponential backoff and full jitter until its time is over. A post
 * whose outcome is unknown is repeated once, and only after the chat tool has taken something again.
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
  /** How long it's tried, counted in time spent trying. */
  readonly tryForMs: number;
  /** Who is told in person when it's given up. */
  readonly onBehalfOf?: string;
  /** `sending` found without a sender at work is a post whose outcome nobody knows. */
  readonly state: MessageState | 'sending';
  /** The message that can be edited; absent for one that stands there without an id, or that somebody deleted. */
  readonly posted?: PostedMessage;
  readonly shownRevision?: number;
  /** Posts that may or may not stand there; the second ends the trying. */
  readonly ambiguous: number;
  /** A post is repeated only once the chat tool is known to take posts again. */
  readonly awaitsProof?: boolean;
  /** The thread it belonged to is gone: it goes to the top level. */
  readonly isTopLevel?: boolean;
  readonly attempts: number;
  /** How long it has been tried since it was put last. A pause counts as long as it was meant to be, whatever the clock did meanwhile. */
  readonly spentMs: number;
  /** When it failed last, and for how long it was to pause then. */
  readonly failedAt?: number;
  readonly pauseMs?: number;
  /** When it was sent last. */
  readonly sentAt?: number;
  /** Why the last try failed; gone with one that doesn't. */
  readonly error?: string;
  /** When it was given up; gone once it's tried again. */
  readonly givenUpAt?: number;
  /** When it may be tried; undefined: nothing to do. */
  readonly dueAt?: number;
  readonly asText: boolean;
  /** Listeners and the person it was for still have to hear that it is undeliverable. */
  readonly untold: boolean;
  readonly changedAt: number;
}

/** What people wait for: an answer, how far something is. Later nobody wants it. */
const briefMs = 30 * 60_000;
/** What has to be known: final states, approvals, notices. */
const longMs = 86_400_000;
const parentWaitMs = 1_000;
/** Without an id or deleted, a message is posted anew for each later state; what isn't the last one at most this often. */
const anewEachMs = 30_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;
/** A request and what surrounds it take no longer, so no more of the time between two failures is counted. */
const maxSendingMs = 15_000;

export const messageCollection: CollectionSpec<MessageRecord> = {
  name: 'messages',
  schema: 2,
  upgrade: (value) => readForward(value as FirstForm),
  indexes: {
    dueAt: (message) => message.dueAt,
    /** Only while there is something to do: a channel of months is not read through for each message. */
    openLane: (message) => (message.dueAt === undefined ? undefined : message.lane),
    activity: (message) => (message.posted ? activityKey(message.posted) : undefined),
    /** Whom it was written to, where it is one person. */
    person: ({ destination }) => (destination.to === 'person' ? destination.personId : undefined),
    /** What went out just before, for whoever takes over the sending. */
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

/** The record before it knew how long to try. */
type FirstForm = Omit<MessageRecord, 'tryForMs' | 'spentMs'> & { readonly alert?: boolean };

function readForward({ alert, ...record }: FirstForm): MessageRecord {
  const isLong = record.final || alert === true;
  return { ...record, tryForMs: isLong ? longMs : briefMs, spentMs: 0 };
}

export function activityKey({ placeId, activityId }: PostedMessage): string {
  return `${placeId} ${activityId}`;
}

/** What the record becomes when this is to be seen; undefined when it shows that or something newer already. */
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

/** No try is remembered. */
const untried = {
  attempts: 0,
  spentMs: 0,
  awaitsProof: undefined,
  failedAt: undefined,
  pauseMs: undefined,
  givenUpAt: undefined,
} as const;

/** To be tried as if it never had been. One that can still be edited is. */
function startOver(record: MessageRecord, dueAt: number): MessageRecord {
  const state = record.posted ? 'posted' : 'waiting';
  return { ...record, ...untried, state, ambiguous: 0, untold: false, dueAt };
}

/** What became of it, for whoever asked for it. A try that is going on is one that waits. */
export function fateOf({ state, error }: MessageRecord): MessageFate {
  return { state: state === 'sending' ? 'waiting' : state, ...(error !== undefined && { error }) };
}

/** Where it is or was to be seen; undefined for a person's own chat that nothing has reached yet. */
export function knownPlaceOf({ posted, destination, lane }: MessageRecord): string | undefined {
  if (posted) return posted.placeId;
  if (destination.to === 'place') return destination.placeId;
  return lane.startsWith('place ') ? lane.slice(6) : undefined;
}

/** A post is about to be sent: from here on a crash leaves its outcome unknown. Undefined when somebody else sends or has sent it. */
export function onSending(record: MessageRecord, now: number): MessageRecord | undefined {
  return record.state === 'waiting' && !record.posted ? { ...record, state: 'sending', sentAt: now } : undefined;
}

/** The content of `revision` is visible. */
export function onSent(record: MessageRecord, at: Delivered, revision: number, now: number): MessageRecord {
  const { placeId, activityId } = at;
  const posted = activityId === undefined ? undefined : { placeId, activityId };
  const shown = { state: 'posted', posted, shownRevision: revision, error: undefined, sentAt: now } as const;
  const kept: MessageRecord = { ...record, ...untried, ...shown, dueAt: undefined };
  if (record.revision <= revision) return kept;
  return posted ? { ...kept, dueAt: now } : startOver(kept, record.final ? now : now + anewEachMs);
}

/** Its words are forgotten; that it stands there is not, so that a click on it is known. Undefined while it is still on its way. */
export function withoutText(record: MessageRecord): MessageRecord | undefined {
  if (record.dueAt !== undefined || !hasText(record)) return undefined;
  return { ...record, content: { text: '' } };
}

export function hasText({ content }: MessageRecord): boolean {
  return !('text' in content) || content.text !== '';
}

/** It will not get there as it is; whoever has to know is told next. */
function onGivenUp(record: MessageRecord, now: number): MessageRecord {
  const gone = { state: 'undeliverable', attempts: 0, awaitsProof: undefined, givenUpAt: now } as const;
  return { ...record, ...gone, dueAt: 0, untold: true };
}

/** What it is to stand below isn't there yet. It waits for that no longer than a day. */
export function onParentMissing(record: MessageRecord, parentDueAt: number, now: number): MessageRecord {
  if (now - record.changedAt > longMs) return onGivenUp(record, now);
  return { ...record, dueAt: Math.max(now + parentWaitMs, parentDueAt) };
}

/** Whoever had to know has heard it. */
export function onTold(record: MessageRecord): MessageRecord {
  return { ...record, untold: false, dueAt: undefined };
}

interface Chance {
  /** From 0 to 1. */
  readonly random: number;
  /** The place has been closed for longer than the grace. */
  readonly isHopeless?: boolean;
}

/** The record after a try that failed. */
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
      // A last state that can't be shown by an edit is posted anew: a card that waits forever would lie.
      return record.posted && record.final ? withoutMessage(record, now) : onGivenUp(record, now);
  }
}

/** The sign that had to get through before a doubtful post is repeated did not. With its time over, the one repetition is made all the same. */
export function onProbeFailed(before: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  const record = countTime(before, error, now);
  return isOver(record) ? onProven(record, now) : pause(record, error, now, chance);
}

/** The chat tool takes posts again. */
export function onProven(record: MessageRecord, now: number): MessageRecord {
  return { ...record, awaitsProof: undefined, dueAt: now };
}

/** A post was interrupted, by a crash or a broken connection: it may stand there. */
export function onInterrupted(record: MessageRecord, now: number): MessageRecord {
  const ambiguous = record.ambiguous + 1;
  if (ambiguous > 1) return { ...onGivenUp(record, now), ambiguous };
  return { ...record, state: 'waiting', ambiguous, awaitsProof: true, failedAt: now, dueAt: now };
}

/** It can't be edited any more: the last state is posted anew, any other with the next change. */
function withoutMessage(record: MessageRecord, now: number): MessageRecord {
  const rest: MessageRecord = { ...record, ...untried, posted: undefined, state: 'posted', dueAt: undefined };
  return record.final ? { ...rest, state: 'waiting', asText: false, ambiguous: 0, dueAt: now } : rest;
}

function later(record: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  return isOver(record) ? onGivenUp(record, now) : pause(record, error, now, chance);
}

/** Waits as long as it was told to, else for a random time below a limit that doubles. */
function pause(record: MessageRecord, { retryAfterMs }: SendError, now: number, { random }: Chance): MessageRecord {
  const limitMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(record.attempts, 10));
  const pauseMs = Math.round(retryAfterMs === undefined ? limitMs * random : retryAfterMs + 250 * random);
  // Being told to wait is no failure of one's own.
  const attempts = retryAfterMs === undefined ? record.attempts + 1 : record.attempts;
  return { ...record, attempts, pauseMs, dueAt: now + pauseMs };
}

function countTime(record: MessageRecord, error: SendError, now: number): MessageRecord {
  const { failedAt, pauseMs = 0, spentMs } = record;
  const sinceMs = failedAt === undefined ? 0 : Math.min(Math.max(0, now - failedAt), pauseMs + maxSendingMs);
  return { ...record, spentMs: spentMs + sinceMs, failedAt: now, error: error.message.slice(0, 200) };
}

const isOver = ({ spentMs, tryForMs }: MessageRecord): boolean => spentMs >= tryForMs;
