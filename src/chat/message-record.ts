import type { CollectionSpec } from '../store/contract';
import type { Content, Destination, MessageFate, MessageState, OutboxMessage } from './contract';
import type { PostedMessage, SendError } from './sender';

/** A message as the store knows it, and how it changes. Pure. */

export interface MessageRecord {
  readonly key: string;
  readonly destination: Destination;
  /** Messages of one lane go out in order. */
  readonly lane: string;
  readonly order: number;
  readonly content: Content;
  readonly revision: number;
  readonly final: boolean;
  /** Rather shown twice than not at all. */
  readonly alert?: boolean;
  /** `sending` found without a sender at work is a create whose outcome nobody knows. */
  readonly state: MessageState | 'sending';
  readonly posted?: PostedMessage;
  readonly shownRevision?: number;
  /** Creates that may or may not have been posted; two end the trying, unless it is an alert. */
  readonly ambiguous: number;
  readonly attempts: number;
  /** When it was tried last. */
  readonly sentAt?: number;
  /** Why the last try failed; gone with one that does not. */
  readonly error?: string;
  /** When it may be tried; undefined: nothing to do. */
  readonly dueAt?: number;
  readonly asText: boolean;
  /** The listener still has to hear that it is undeliverable. */
  readonly untold: boolean;
  readonly changedAt: number;
}

const dayMs = 86_400_000;

export const messageCollection: CollectionSpec<MessageRecord> = {
  name: 'messages',
  schema: 1,
  indexes: {
    dueAt: (message) => message.dueAt,
    ordinaryDueAt: (message) => (message.alert ? undefined : message.dueAt),
    alertDueAt: (message) => (message.alert ? message.dueAt : undefined),
    /** Only while there is something to do: a channel of months is not read through for each message. */
    openLane: (message) => (message.dueAt === undefined ? undefined : message.lane),
    activity: (message) => (message.posted ? activityKey(message.posted) : undefined),
    /** Whom it was written to, where it is one person. */
    person: ({ destination }) => (destination.to === 'person' ? destination.personId : undefined),
    /** What went out just before, for whoever takes over the sending. */
    sentAt: (message) => message.sentAt,
    doubtfulPlace: (message) => (message.ambiguous > 0 ? message.posted?.placeId : undefined),
  },
  expiresAt: (message) => (message.dueAt === undefined ? message.changedAt + 180 * dayMs : undefined),
};

export function activityKey({ placeId, activityId }: PostedMessage): string {
  return `${placeId} ${activityId}`;
}

/** What the record becomes by a wish; undefined when it shows that or something newer already. */
export function wished(
  record: MessageRecord | undefined,
  message: OutboxMessage,
  lane: string,
  now: number,
  order: number,
): MessageRecord | undefined {
  const { key, content, revision } = message;
  const final = message.final === true;
  if (!record)
    return {
      key,
      destination: message.destination,
      lane,
      order,
      content,
      revision,
      final,
      alert: message.alert === true,
      state: 'waiting',
      ambiguous: 0,
      attempts: 0,
      dueAt: now,
      asText: false,
      untold: false,
      changedAt: now,
    };
  if (revision <= record.revision) return undefined;
  const alert = message.alert === true || record.alert === true;
  const next = { ...record, content, revision, final, alert, asText: false, changedAt: now };
  if (record.state === 'undeliverable') return { ...next, dueAt: record.dueAt };
  return { ...next, dueAt: record.dueAt ?? now, order: record.dueAt === undefined ? order : record.order };
}

/** What became of it, for whoever asked for it. A try that is going on is one that waits. */
export function fateOf({ state, error }: MessageRecord): MessageFate {
  return { state: state === 'sending' ? 'waiting' : state, ...(error !== undefined && { error }) };
}

/** Whether it waits for a time that only a clock ahead of this one has set: nothing waits longer than from when it was wished for or tried. */
export function isAhead({ dueAt, changedAt, sentAt = changedAt }: MessageRecord, now: number): boolean {
  return dueAt !== undefined && dueAt > now && Math.max(changedAt, sentAt) > now;
}

/** A create is about to be sent: from here on a crash leaves its outcome unknown. Undefined when somebody else sends or has sent it. */
export function sendingStarted(record: MessageRecord, now: number): MessageRecord | undefined {
  return record.state === 'waiting' && !record.posted ? { ...record, state: 'sending', sentAt: now } : undefined;
}

/** The content of `revision` is visible. */
export function shown(record: MessageRecord, posted: PostedMessage, revision: number, now: number): MessageRecord {
  const behind = record.revision > revision;
  return {
    ...record,
    state: 'posted',
    posted,
    shownRevision: revision,
    attempts: 0,
    error: undefined,
    sentAt: now,
    dueAt: behind ? now : undefined,
  };
}

/** Trying goes on this long after the last wish. */
export const longestTryingMs = dayMs;

/** What follows from a failed try. `random` is between 0 and 1; `hopeless`: the place has been shut for longer than the grace. */
export function failed(
  before: MessageRecord,
  error: SendError,
  now: number,
  { random, hopeless }: { readonly random: number; readonly hopeless: boolean },
): MessageRecord {
  const record = { ...before, error: error.message.slice(0, 200), sentAt: now };
  const creating = record.posted === undefined;
  const attempts = record.attempts + 1;
  const state = record.posted ? 'posted' : 'waiting';
  const backoffMs = Math.min(60_000, 500 * 2 ** Math.min(record.attempts, 10)) * (0.5 + random);
  const later = { ...record, state, attempts, dueAt: now + backoffMs } as const;
  switch (error.kind) {
    case 'rate limited':
      if (error.retryAfterMs === undefined) return { ...later, dueAt: now + Math.max(1_000, backoffMs) };
      return { ...later, attempts: record.attempts, dueAt: now + error.retryAfterMs + random * 250 };
    case 'gone':
      return givenUp(record);
    case 'shut out':
      return hopeless ? givenUp(record) : later;
    case 'too large':
    case 'refused':
      return record.asText ? givenUp(record) : { ...record, state, asText: true, dueAt: now };
    case 'retry':
      return now - record.changedAt > longestTryingMs ? givenUp(record) : later;
    case 'ambiguous':
      if (!creating) return now - record.changedAt > longestTryingMs ? givenUp(record) : later;
      return afterDoubt(later, now);
  }
}

/** A create whose outcome is unknown is repeated once, and then no more; an alert again and again, with long pauses, for a loss would be worse. */
export function afterDoubt(record: MessageRecord, now: number): MessageRecord {
  const ambiguous = record.ambiguous + 1;
  if (ambiguous === 1) return { ...record, state: 'waiting', ambiguous };
  if (!record.alert || now - record.changedAt > longestTryingMs) return { ...givenUp(record), ambiguous };
  const pauseMs = Math.min(600_000, 5_000 * 2 ** Math.min(ambiguous, 10));
  return { ...record, state: 'waiting', ambiguous, dueAt: now + pauseMs };
}

/** Its words are forgotten; that it stands there is not, so that a click on it is known. Undefined while it is still on its way. */
export function withoutWords(record: MessageRecord): MessageRecord | undefined {
  if (record.dueAt !== undefined || !hasWords(record)) return undefined;
  return { ...record, content: { text: '' } };
}

export function hasWords({ content }: MessageRecord): boolean {
  return !('text' in content) || content.text !== '';
}

/** It will not get there; the listener is told next. */
export function givenUp(record: MessageRecord): MessageRecord {
  return { ...record, state: 'undeliverable', dueAt: 0, attempts: 0, untold: true };
}

/** The listener has heard it. */
export function told(record: MessageRecord): MessageRecord {
  return { ...record, untold: false, dueAt: undefined };
}
