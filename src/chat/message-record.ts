import type { CollectionSpec } from '../store/contract';
import type { Content, Destination, MessageState, OutboxMessage } from './contract';
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
  /** `sending` found without a sender at work is a create whose outcome nobody knows. */
  readonly state: MessageState | 'sending';
  readonly posted?: PostedMessage;
  readonly shownRevision?: number;
  /** Creates that may or may not have been posted; two end the trying. */
  readonly ambiguous: number;
  readonly attempts: number;
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
    lane: (message) => message.lane,
    activity: (message) => (message.posted ? activityKey(message.posted) : undefined),
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
      state: 'waiting',
      ambiguous: 0,
      attempts: 0,
      dueAt: now,
      asText: false,
      untold: false,
      changedAt: now,
    };
  if (revision <= record.revision) return undefined;
  const next = { ...record, content, revision, final, asText: false, changedAt: now };
  if (record.state === 'undeliverable') return { ...next, dueAt: record.dueAt };
  return { ...next, dueAt: record.dueAt ?? now, order: record.dueAt === undefined ? order : record.order };
}

/** A create is about to be sent: from here on a crash leaves its outcome unknown. */
export function sendingStarted(record: MessageRecord): MessageRecord {
  return { ...record, state: 'sending' };
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
    dueAt: behind ? now : undefined,
  };
}

/** Trying goes on this long after the last wish. */
export const longestTryingMs = dayMs;

/** What follows from a failed try. `random` is between 0 and 1. */
export function failed(record: MessageRecord, error: SendError, now: number, random: number): MessageRecord {
  const creating = record.posted === undefined;
  const attempts = record.attempts + 1;
  const state = record.posted ? 'posted' : 'waiting';
  const backoffMs = Math.min(60_000, 500 * 2 ** Math.min(record.attempts, 10)) * (0.5 + random);
  const later = { ...record, state, attempts, dueAt: now + backoffMs } as const;
  switch (error.kind) {
    case 'rate limited':
      return { ...later, attempts: record.attempts, dueAt: now + (error.retryAfterMs ?? 1_000) + random * 250 };
    case 'gone':
      return givenUp(record);
    case 'too large':
    case 'refused':
      return record.asText ? givenUp(record) : { ...record, state, asText: true, dueAt: now };
    case 'retry':
      return now - record.changedAt > longestTryingMs ? givenUp(record) : later;
    case 'ambiguous':
      if (!creating) return now - record.changedAt > longestTryingMs ? givenUp(record) : later;
      return afterDoubt(later);
  }
}

/** A create whose outcome is unknown is repeated once, and then no more. */
export function afterDoubt(record: MessageRecord): MessageRecord {
  const ambiguous = record.ambiguous + 1;
  return ambiguous > 1 ? { ...givenUp(record), ambiguous } : { ...record, state: 'waiting', ambiguous };
}

/** It will not get there; the listener is told next. */
export function givenUp(record: MessageRecord): MessageRecord {
  return { ...record, state: 'undeliverable', dueAt: 0, attempts: 0, untold: true };
}

/** The listener has heard it. */
export function told(record: MessageRecord): MessageRecord {
  return { ...record, untold: false, dueAt: undefined };
}
